#pragma once

// The query tree: what a queryset says, in a form that knows neither C++ types nor any engine.
// Each engine translates it into the language of its own (sql.h does so for all SQL dialects).
// What every field means is Django's; where engines could differ it is said here.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orm/model.h"
#include "orm/value.h"

namespace tt::orm {

// --- paths -------------------------------------------------------------------------------------

enum class Way : unsigned char { forward, backward };

// From one model to another over a relation: a foreign key, one-to-one or many-to-many field.
// forward: from the model that has the field to its target; backward: from the target to it.
struct Step {
  const FieldInfo* field = nullptr;
  Way way = Way::forward;

  const ModelInfo& from() const;
  const ModelInfo& to() const;
  // May lead from one row to several: many-to-many, or a foreign key backward.
  bool is_many() const;
  // May lead from a row to none: all but a foreign key that is not null, forward.
  bool may_miss() const;
  bool operator==(const Step&) const = default;
};

// Steps to a model, and a field with a column there: {Channel.feed}, Feed.title.  Never ends in a
// forward foreign key and the id behind it: that is the foreign key's own column.
struct Path {
  std::vector<Step> steps;
  const FieldInfo* field = nullptr;

  bool is_many() const;
  bool operator==(const Path&) const = default;
};

// The path whose last step may be a relation itself: a many-to-many field, or one backward, means
// the id behind it.
Path path_to(std::vector<Step> steps, const FieldInfo& field);
Path path_to(std::vector<Step> steps);

// A path, or what an annotation of the query is called.
struct Column {
  Path path;
  std::string annotation;  // empty: the path is meant

  bool is_annotation() const { return !annotation.empty(); }
};

// --- expressions -------------------------------------------------------------------------------

// What a cell holds.
struct CellType {
  Kind kind = Kind::text;
  int decimal_places = 0;
  bool is_null = false;  // may be Null
};
CellType type_of(const FieldInfo& field);

enum class Operator : unsigned char { add, subtract, multiply, divide, modulo };
enum class Aggregate : unsigned char { count, sum, average, min, max };
// Whether equal values count once.
enum class Distinct : unsigned char { no, yes };

// Arithmetic: of integers gives integers (a quotient is cut off towards zero), of decimals
// decimals (but a quotient is real), of reals and others reals; anything with Null is Null;
// division by zero is Null; modulo is for integers.  Aggregates leave Null out; count is 0 for no
// rows, all others are Null; average is real.
struct Expression {
  enum class Type : unsigned char { constant, path, annotation, arithmetic, aggregate };
  Type type = Type::constant;
  CellType cell;                  // of the result
  Value value;                    // of a constant
  Path path;                      // of a path
  std::string name;               // of an annotation
  Operator sign = Operator::add;  // of arithmetic
  Aggregate function = Aggregate::count;
  bool is_distinct = false;          // of an aggregate: equal values count once
  std::vector<Expression> operands;  // two of arithmetic, one of an aggregate

  bool is_aggregate() const;  // or contains one
};

Expression constant(Value value, CellType cell);
Expression path_expression(Path path);
Expression annotation_expression(std::string name, CellType cell);
// Throws invalid for operands that have no arithmetic (texts, times).
Expression arithmetic(Operator sign, Expression left, Expression right);
Expression aggregate(Aggregate function, Expression operand, Distinct distinct = Distinct::no);

// --- conditions --------------------------------------------------------------------------------

// i…: ASCII letters of either case are equal.  Regular expressions are RE2's.
enum class Lookup : unsigned char {
  exact,  // a Null value asks for the absence of a value
  iexact,
  contains,
  icontains,
  startswith,
  istartswith,
  endswith,
  iendswith,
  regex,
  iregex,
  in,  // no values: never
  gt,
  gte,
  lt,
  lte,
  range,  // two values, both belong to it
  year,   // of a time (in UTC) or a date: an integer
  month,
  day,
  date,    // of a time: a Date
  isnull,  // the value is a bool
};

// nullopt if there is no lookup of that name ("gte").
constexpr std::optional<Lookup> find_lookup(std::string_view name);
// iexact to iregex.
constexpr bool is_text_lookup(Lookup lookup) {
  return lookup >= Lookup::iexact && lookup <= Lookup::iregex;
}

// More values in one `in` are refused with invalid.
inline constexpr std::size_t in_values_max = 10'000;

struct Select;

// Compares with `values`; if `expression` is set, with that (exact, gt, gte, lt, lte); if `among`
// is set, with the one column of its rows (in).
struct Condition {
  Column left;
  Lookup lookup = Lookup::exact;
  std::vector<Value> values;  // one; for `in` any number, for `range` two
  std::shared_ptr<const Expression> expression;
  std::shared_ptr<const Select> among;
  // Conditions of one filter() have the same number.  A step to many rows (Step::is_many) means
  // the same row for all conditions of one call, and may mean another one for other calls.
  unsigned call = 0;
};

// A condition in the engine's own words, with `?` for each value.
struct RawCondition {
  std::string sql;
  std::vector<Value> values;
};

// A condition below an odd number of none_of whose path leads to many rows means: no such row.
// Elsewhere it means a join, so that a row of the model comes once for every row it is joined
// with.  none_of keeps rows for which the condition is unknown because of a Null.
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

  bool is_true() const { return type == Type::all_of && children.empty(); }
};

// Joins with what is there already, flattening what needs no nesting.
Node both(Node a, Node b);
Node either(Node a, Node b);
Node negated(Node node);
Node make_condition(Path path, Lookup lookup, std::vector<Value> values);
// Gives all conditions in `node` the number of a call.
void stamp(Node& node, unsigned call);

// --- queries -----------------------------------------------------------------------------------

struct OrderBy {
  Column column;
  Direction direction = Direction::ascending;  // Null is less than any value
};

// `call` as for conditions: an aggregate shares its steps to many rows with the filter() calls
// before it, and not with those after it.
struct Annotation {
  std::string name;
  Expression expression;
  unsigned call = 0;
};

enum class Grouping : unsigned char {
  by_row,     // aggregates of the rows joined with each row of the model
  by_column,  // of all rows with the same `group`
  whole,      // of all rows: one row with the annotations comes out, nothing else
};

struct Select {
  const ModelInfo* model = nullptr;
  // The cells of a row of the result, in this order; if empty: all columns of the model, of the
  // model that each of `related` ends at, and all annotations.
  std::vector<Column> columns;
  std::vector<std::vector<Step>> related;  // forward steps; of a row that is missing: all Null
  std::vector<Annotation> annotations;
  Grouping grouping = Grouping::by_row;  // matters only if an annotation is an aggregate
  std::vector<Column> group;
  // Conditions on aggregates are among the others: they hold for groups, all others for rows.
  Node where;
  std::vector<OrderBy> order;  // empty: the model's ordering (not of groups), else any
  bool is_unordered = false;   // not even the model's ordering
  bool is_distinct = false;    // rows of the result that are equal come once
  bool is_none = false;        // no rows; nothing is asked
  std::optional<std::size_t> limit;
  std::size_t offset = 0;
  unsigned calls = 0;  // numbers that were given to calls
  // Rows of this statement instead of those of the table; its columns have the table's names.
  std::optional<RawCondition> raw;
  // Rows of this query instead of those of the table; its columns (not empty) are annotations of
  // its own, and only they can be referred to.  Used with Grouping::whole.
  std::shared_ptr<const Select> source;
};

// What the cells of a row of the result hold.
std::vector<CellType> result_types(const Select& query);
// nullptr if there is none.
const Annotation* find_annotation(const Select& query, std::string_view name);
// Whether the condition compares an aggregate.
bool is_about_group(const Condition& condition, const Select& query);
bool has_aggregates(const Select& query);
// The model's ordering in the form of a query's, or the query's own.
std::vector<OrderBy> effective_order(const Select& query);

struct Assignment {
  const FieldInfo* field = nullptr;
  Expression value;  // over columns of the model itself
};

// The engine chooses the ids, unless the id is among `fields`.  Not empty.
struct Insert {
  const ModelInfo* model = nullptr;
  std::vector<const FieldInfo*> fields;  // with a column; may be empty
  std::vector<Row> rows;                 // each as long as `fields`
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
  constexpr std::string_view names[] = {
      "exact",     "iexact", "contains", "icontains", "startswith", "istartswith", "endswith",
      "iendswith", "regex",  "iregex",   "in",        "gt",         "gte",         "lt",
      "lte",       "range",  "year",     "month",     "day",        "date",        "isnull"};
  unsigned char index = 0;
  for (std::string_view candidate : names) {
    if (candidate == name) return static_cast<Lookup>(index);
    ++index;
  }
  return std::nullopt;
}

}  // namespace tt::orm
