#pragma once

// Model: a table declared as a plain struct.  Nothing is listed twice and there is no macro; names
// and types of the fields are read from the struct itself.
//
//   namespace models = tt::orm::models;
//
//   struct Station : models::Model<Station> {
//     models::AutoField id;                              // first in every model
//     models::CharField<10> name;
//     models::FloatField<models::null> elevation;        // C++ side: std::optional<double>
//     models::IntegerField<> readings = 0;               // the initialiser is the default
//     models::ForeignKey<Owner> owner;                   // column owner_id
//
//     static constexpr models::Meta meta{.ordering = {"name"},
//                                        .unique_together = {{"owner", "name"}}};
//   };
//
// The table is called after the namespace and the struct: tt::weather::RainGauge is the table
// weather_rain_gauge.  See fields.h for the fields, queryset.h for how rows are read and written,
// migrate.h for how tables are made.

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "orm/detail/reflect.h"
#include "orm/field_info.h"
#include "orm/fields.h"
#include "orm/relations.h"
#include "orm/value.h"

namespace tt::orm {

template <class M>
class Objects;  // queryset.h

enum class Direction : unsigned char { ascending, descending };

struct Order {
  const FieldInfo* field = nullptr;
  Direction direction = Direction::ascending;
};

struct IndexInfo {
  std::string name;
  std::vector<Order> columns;
  bool is_unique = false;
};

// The one description of a model that queries, migrations, forms, admin and REST share.  `fields`
// holds all members of the struct in their order, the id first; those without a column as well.
struct ModelInfo {
  std::string name;                 // "RainGauge"
  std::string app_label;            // "weather": the innermost namespace; empty without one
  std::string table;                // "weather_rain_gauge"
  std::string verbose_name;         // "rain gauge"
  std::string verbose_name_plural;  // "rain gauges"
  std::vector<FieldInfo> fields;
  std::vector<const FieldInfo*> columns;  // those of `fields` that have a column
  std::vector<IndexInfo> indexes;         // of single fields and of groups
  std::vector<Order> ordering;            // of querysets without order_by(); may be empty

  // Cells stand in the order of `fields`; Null for those without a column.
  std::vector<Value> (*defaults)() = nullptr;  // the cells of a fresh struct, made at each call
  // What str() of the struct says; "RainGauge object (7)" if it has none.
  std::string (*text_of)(std::span<const Value> cells) = nullptr;
  // Calls clean() of the struct, which throws ValidationError; nullptr if it has none.
  void (*clean)(std::span<const Value> cells) = nullptr;

  ModelInfo() = default;
  ModelInfo(const ModelInfo&) = delete;  // its fields point to it
  ModelInfo& operator=(const ModelInfo&) = delete;

  const FieldInfo& id() const { return fields.front(); }
  // nullptr if there is none.
  const FieldInfo* find(std::string_view field_name) const;
  std::size_t index_of(const FieldInfo& field) const {
    return static_cast<std::size_t>(&field - fields.data());
  }
};

// Of a model; made at the first call, lives for ever.
template <class M>
const ModelInfo& model_info();

// The models described so far, in that order: those that querysets use, and those that describe_all
// (record.h) was given.  Tables of many-to-many fields are among them.
std::vector<const ModelInfo*> known_models();

// Throws invalid, naming the field, if the field may not hold `value`: null, text that is too long,
// not UTF-8 or with a NUL, a number that is not a number or out of range.
void check(const FieldInfo& field, const Value& value);

namespace detail {
void make_known(const ModelInfo& model);
}

namespace models {

inline constexpr std::size_t meta_names_max = 4;

// Options of a model as a whole.  Names are those of fields, checked when compiling; "-name" means
// descending.
struct Meta {
  std::string_view table = {};
  std::string_view verbose_name = {};         // "rain gauge" for RainGauge
  std::string_view verbose_name_plural = {};  // the same with an "s"
  std::string_view ordering[meta_names_max] = {};
  std::string_view unique_together[meta_names_max][meta_names_max] = {};
  std::string_view indexes[meta_names_max][meta_names_max] = {};
};

// A model may have `std::string str() const`, its text for people, and `void clean() const`, which
// throws ValidationError (validation.h) if its fields do not go together.
template <class M>
struct Model {
  // All rows, through the current session (current.h): Station::objects.filter(…).
  static constexpr Objects<M> objects{};
};

// True when all fields are equal.
template <class M>
  requires std::derived_from<M, Model<M>>
bool operator==(const M& a, const M& b) {
  return detail::tie_members(a) == detail::tie_members(b);
}

}  // namespace models
}  // namespace tt::orm

#include "orm/detail/describe.h"
