#pragma once

// FieldInfo: one field of a model, as every layer sees it: queries, migrations, forms, admin, REST.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orm/value.h"

namespace tt::orm {

struct ModelInfo;

// Which class of fields.h a field was declared with; decides its form field, its serializer field
// and its column.
enum class FieldType : unsigned char {
  auto_field,
  char_field,
  text_field,
  email_field,
  url_field,
  slug_field,
  integer_field,
  big_integer_field,
  positive_integer_field,
  float_field,
  decimal_field,
  boolean_field,
  date_time_field,
  date_field,
  uuid_field,
  json_field,
  binary_field,
  foreign_key,
  one_to_one_field,
  many_to_many_field,
};
// "CharField"
std::string_view name_of(FieldType type);

// Set by the orm instead of the program: when a row is made, or whenever it is saved.
enum class AutoNow : unsigned char { no, when_added, when_saved };

struct Choice {
  Value value;
  std::string label;
};

// The message why a value is refused, as people read it ("Enter a valid value."); nullopt if it is
// fine.  Never called with Null.
using Validator = std::optional<std::string> (*)(const Value& value);

namespace models {
// What happens to a row when the one that its foreign key names is deleted.
enum class OnDelete : unsigned char { restrict, cascade, set_null };
}  // namespace models

struct FieldInfo {
  std::string name;          // "owner"
  std::string column;        // "owner_id"; empty for many-to-many
  std::string verbose_name;  // "owner"; underscores of the name are spaces
  std::string help_text;
  FieldType type = FieldType::text_field;
  Kind kind = Kind::text;
  std::size_t max_length = 0;  // in characters; 0: unlimited
  std::size_t min_length = 0;
  int max_digits = 0;                                // of a decimal, all digits …
  int decimal_places = 0;                            // … and those after the point
  std::optional<std::int64_t> min_value, max_value;  // of numbers, both allowed themselves
  bool is_null = false;
  bool is_blank = false;    // forms and serializers accept an empty text, or no value
  bool is_editable = true;  // shown in forms
  bool is_unique = false;
  bool has_index = false;
  bool has_default = false;  // the struct says `= value`
  AutoNow auto_now = AutoNow::no;
  std::vector<Choice> choices;
  std::vector<Validator> validators;
  models::OnDelete on_delete = models::OnDelete::restrict;
  const ModelInfo* model = nullptr;        // that has the field
  const ModelInfo& (*target)() = nullptr;  // of a foreign key, one-to-one or many-to-many
  std::string related_name;                // of the way back, "reading_set" unless given
  const ModelInfo* through = nullptr;      // of a many-to-many: the table between (id, from, to)
  Value initial;           // the default, and what rows that exist get when the column is added
  std::size_t offset = 0;  // of the field in the struct
  Value (*read)(const void* field) = nullptr;
  void (*write)(void* field, Value&& value) = nullptr;  // throws corrupt on a wrong type
  // Of a foreign key: makes a row of the target, has it filled, and keeps it (select_related).
  void (*keep_related)(void* field, const std::function<void(void* target)>& fill) = nullptr;
  // Of a many-to-many: tells it whose links it holds.
  void (*attach)(void* field, const FieldInfo& info, std::int64_t id) = nullptr;

  bool has_column() const { return kind != Kind::virtual_many; }
  bool is_relation() const { return target != nullptr; }
  Value value_in(const void* of_model) const {
    return read(static_cast<const char*>(of_model) + offset);
  }
};

}  // namespace tt::orm
