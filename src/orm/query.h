#pragma once

// The query tree: what a queryset says, in a form that knows neither C++ types nor any engine.
// Each engine translates it into the language of its own (sql.h does so for all SQL dialects).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orm/model.h"
#include "orm/value.h"

namespace tt::orm {

enum class Lookup : unsigned char {
  exact,   // a Null value asks for the absence of a value
  iexact,  // i…: ASCII letters of either case are equal
  contains,
  icontains,
  startswith,
  in,
  gt,
  gte,
  lt,
  lte,
  isnull,  // the value is a bool
};

// nullopt if there is no lookup of that name ("gte").
constexpr std::optional<Lookup> find_lookup(std::string_view name);

// More values in one `in` are refused with invalid.
inline constexpr std::size_t in_values_max = 10'000;

// `path` leads over foreign keys to the field that is compared: {Channel.feed, Feed.title}.
struct Condition {
  std::vector<const FieldInfo*> path;
  Lookup lookup = Lookup::exact;
  std::vector<Value> values;  // one; for `in` any number
};

// A condition in the engine's own words, with `?` for each value.
struct RawCondition {
  std::string sql;
  std::vector<Value> values;
};

struct Node {
  enum class Type : unsigned char {
    all_of,   // of no children: true
    any_of,   // of no children: false
    none_of,  // not any_of
    condition,
    raw,
  };
  Type type = Type::all_of;
  std::vector<Node> children;
  Condition condition;
  RawCondition raw;
};

// Joins with what is there already, flattening what needs no nesting.
Node both(Node a, Node b);
Node either(Node a, Node b);
Node negated(Node node);

struct Select {
  const ModelInfo* model = nullptr;
  std::vector<const FieldInfo*> fields;  // empty: all
  Node where;
  std::vector<Order> order;  // empty: the model's ordering, else any
  std::optional<std::size_t> limit;
  std::size_t offset = 0;
};

struct Assignment {
  const FieldInfo* field = nullptr;
  Value value;
};

// The engine chooses the id, unless it is among `values`.
struct Insert {
  const ModelInfo* model = nullptr;
  std::vector<Assignment> values;
};

struct Update {
  const ModelInfo* model = nullptr;
  std::vector<Assignment> values;
  Node where;
};

struct Erase {
  const ModelInfo* model = nullptr;
  Node where;
};

constexpr std::optional<Lookup> find_lookup(std::string_view name) {
  constexpr std::string_view names[] = {"exact",      "iexact", "contains", "icontains",
                                        "startswith", "in",     "gt",       "gte",
                                        "lt",         "lte",    "isnull"};
  unsigned char index = 0;
  for (std::string_view candidate : names) {
    if (candidate == name) return static_cast<Lookup>(index);
    ++index;
  }
  return std::nullopt;
}

}  // namespace tt::orm
