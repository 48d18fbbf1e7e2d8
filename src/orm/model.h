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
#include <string>
#include <string_view>
#include <vector>

#include "orm/detail/reflect.h"
#include "orm/fields.h"
#include "orm/value.h"

namespace tt::orm {

struct ModelInfo;

// One column, as every layer sees it.
struct FieldInfo {
  std::string name;    // "owner"
  std::string column;  // "owner_id"
  Kind kind = Kind::text;
  std::size_t max_length = 0;  // in characters; 0: unlimited
  bool is_null = false;
  bool is_unique = false;
  bool has_index = false;
  models::OnDelete on_delete = models::OnDelete::restrict;
  const ModelInfo& (*target)() = nullptr;  // of a foreign key
  Value initial;           // what rows that exist already get when the column is added
  std::size_t offset = 0;  // of the field in the struct
  Value (*read)(const void* field) = nullptr;
  void (*write)(void* field, Value&& value) = nullptr;  // throws corrupt on a wrong type

  Value value_in(const void* model) const { return read(static_cast<const char*>(model) + offset); }
};

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

// The one description of a model that queries, migrations and every later layer share.
struct ModelInfo {
  std::string name;   // "Station"
  std::string table;  // "weather_station"
  std::vector<FieldInfo> fields;
  std::vector<IndexInfo> indexes;  // of single fields and of groups
  std::vector<Order> ordering;     // of querysets without order_by(); may be empty

  const FieldInfo& id() const { return fields.front(); }
  // nullptr if there is none.
  const FieldInfo* find(std::string_view field_name) const;
};

// Of a model; made at the first call, lives for ever.
template <class M>
const ModelInfo& model_info();

// Throws invalid, naming the field, if the field may not hold `value`: null, text that is too long,
// not UTF-8 or with a NUL, a number that is not a number.
void check(const FieldInfo& field, const Value& value);

namespace models {

inline constexpr std::size_t meta_names_max = 4;

// Options of a model as a whole.  Names are those of fields, checked when compiling; "-name" means
// descending.
struct Meta {
  std::string_view table = {};
  std::string_view ordering[meta_names_max] = {};
  std::string_view unique_together[meta_names_max][meta_names_max] = {};
  std::string_view indexes[meta_names_max][meta_names_max] = {};
};

template <class M>
struct Model {};

// True when all fields are equal.
template <class M>
  requires std::derived_from<M, Model<M>>
bool operator==(const M& a, const M& b) {
  return detail::tie_members(a) == detail::tie_members(b);
}

}  // namespace models
}  // namespace tt::orm

#include "orm/detail/describe.h"
