#include "orm/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

#include "base/bytes.h"
#include "base/error.h"
#include "base/text.h"

namespace tt::orm {

const FieldInfo* ModelInfo::find(std::string_view field_name) const {
  auto found = std::ranges::find(fields, field_name, &FieldInfo::name);
  return found == fields.end() ? nullptr : &*found;
}

std::string_view name_of(FieldType type) {
  constexpr std::string_view names[] = {"AutoField",     "CharField",       "TextField",
                                        "EmailField",    "URLField",        "SlugField",
                                        "IntegerField",  "BigIntegerField", "PositiveIntegerField",
                                        "FloatField",    "DecimalField",    "BooleanField",
                                        "DateTimeField", "DateField",       "UUIDField",
                                        "JSONField",     "BinaryField",     "ForeignKey",
                                        "OneToOneField", "ManyToManyField"};
  return names[static_cast<std::size_t>(type)];
}

// --- the models that are known -----------------------------------------------------------------

namespace {

class KnownModels {
 public:
  void add(const ModelInfo& model) {
    std::lock_guard lock(mutex_);
    if (std::ranges::find(models_, &model) == models_.end()) models_.push_back(&model);
  }
  std::vector<const ModelInfo*> all() {
    std::lock_guard lock(mutex_);
    return models_;
  }

 private:
  std::mutex mutex_;
  std::vector<const ModelInfo*> models_;
};

// The one thing about models that no ModelInfo says by itself: which others there are.
KnownModels& known() {
  static KnownModels models;
  return models;
}

}  // namespace

std::vector<const ModelInfo*> known_models() { return known().all(); }
void detail::make_known(const ModelInfo& model) { known().add(model); }

// --- checks ------------------------------------------------------------------------------------

namespace {

[[noreturn]] void refuse(const FieldInfo& field, std::string_view reason) {
  throw Error(Code::invalid, fmt::format("{}: {}", field.name, reason));
}

void check_text(const FieldInfo& field, const std::string& text) {
  if (!is_utf8(text)) refuse(field, "the text is not UTF-8");
  if (text.contains('\0')) refuse(field, "null characters are not allowed");
  if (field.max_length == 0 || text.size() <= field.max_length) return;
  if (count_characters(text) <= field.max_length) return;
  refuse(field, fmt::format("at most {} characters are allowed", field.max_length));
}

// What the type of the column can hold; narrower limits are validate()'s.
void check_integer(const FieldInfo& field, std::int64_t integer) {
  bool is_short =
      field.type == FieldType::integer_field || field.type == FieldType::positive_integer_field;
  if (is_short && !std::in_range<std::int32_t>(integer)) refuse(field, "the number is too large");
  if (field.type == FieldType::positive_integer_field && integer < 0) {
    refuse(field, "the number is negative");
  }
}

void check_decimal(const FieldInfo& field, Decimal decimal) {
  auto stored = decimal.with_places(field.decimal_places);
  std::int64_t limit = 1;
  for (int i = 0; i < field.max_digits; ++i) limit *= 10;
  if (stored && stored->unscaled < limit && stored->unscaled > -limit) return;
  refuse(field, fmt::format("at most {} digits are allowed, {} of them after the point",
                            field.max_digits, field.decimal_places));
}

}  // namespace

void check(const FieldInfo& field, const Value& value) {
  if (std::holds_alternative<Null>(value) && !field.is_null) refuse(field, "a value is required");
  if (const auto* text = std::get_if<std::string>(&value)) check_text(field, *text);
  if (const auto* real = std::get_if<double>(&value); real && std::isnan(*real)) {
    refuse(field, "not a number");
  }
  if (const auto* integer = std::get_if<std::int64_t>(&value)) check_integer(field, *integer);
  if (const auto* decimal = std::get_if<Decimal>(&value)) check_decimal(field, *decimal);
}

}  // namespace tt::orm

namespace tt::orm::detail {

// --- values ------------------------------------------------------------------------------------

namespace {

template <class T>
T take(Value&& value) {
  if (T* held = std::get_if<T>(&value)) return std::move(*held);
  throw Error(Code::corrupt, "a stored value is not of its column's type");
}

}  // namespace

Value to_value(bool held) { return held; }
Value to_value(std::int32_t held) { return std::int64_t{held}; }
Value to_value(std::int64_t held) { return held; }
Value to_value(double held) { return held; }
Value to_value(Time held) { return held; }
Value to_value(Date held) { return held; }
Value to_value(Decimal held) { return held; }
Value to_value(const Uuid& held) { return held; }
Value to_value(const std::string& held, Kind kind) {
  if (kind == Kind::bytes) return Bytes{held};
  return held;
}

void from_value(bool& held, Value&& value) { held = take<bool>(std::move(value)); }
void from_value(std::int64_t& held, Value&& value) { held = take<std::int64_t>(std::move(value)); }
void from_value(std::int32_t& held, Value&& value) {
  auto wide = take<std::int64_t>(std::move(value));
  if (!std::in_range<std::int32_t>(wide)) {
    throw Error(Code::corrupt, "a stored integer is too large for its field");
  }
  held = static_cast<std::int32_t>(wide);
}
void from_value(double& held, Value&& value) { held = take<double>(std::move(value)); }
void from_value(Time& held, Value&& value) { held = take<Time>(std::move(value)); }
void from_value(Date& held, Value&& value) { held = take<Date>(std::move(value)); }
void from_value(Decimal& held, Value&& value) { held = take<Decimal>(std::move(value)); }
void from_value(Uuid& held, Value&& value) { held = take<Uuid>(std::move(value)); }
void from_value(std::string& held, Value&& value) {
  if (auto* bytes = std::get_if<Bytes>(&value)) {
    held = std::move(bytes->bytes);
  } else {
    held = take<std::string>(std::move(value));
  }
}

// --- cells -------------------------------------------------------------------------------------

void read_cells(const ModelInfo& info, const void* model, std::vector<Value>& cells) {
  cells.reserve(info.fields.size());
  for (const FieldInfo& field : info.fields) {
    cells.push_back(field.has_column() ? field.value_in(model) : Value(Null{}));
  }
}

void write_cells(const ModelInfo& info, void* model, std::span<const Value> cells) {
  TT_ASSERT(cells.size() == info.fields.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const FieldInfo& field = info.fields[i];
    void* at = static_cast<char*>(model) + field.offset;
    if (field.has_column()) {
      field.write(at, Value(cells[i]));
    } else if (const auto* id = std::get_if<std::int64_t>(&cells[0])) {
      field.attach(at, field, *id);
    }
  }
}

std::string text_without_str(const ModelInfo& info, std::span<const Value> cells) {
  return fmt::format("{} object ({})", info.name, display_text(cells[0]));
}

// --- options -----------------------------------------------------------------------------------

void apply(models::Option option, FieldInfo& info) {
  switch (option) {
    case models::Option::blank: info.is_blank = true; return;
    case models::Option::not_editable: info.is_editable = false; return;
    // "As currently implemented, setting auto_now or auto_now_add to True will cause the field to
    //  have editable=False and blank=True set."                     [Django, model field reference]
    case models::Option::auto_now:
    case models::Option::auto_now_add:
      info.auto_now =
          option == models::Option::auto_now ? AutoNow::when_saved : AutoNow::when_added;
      info.is_editable = false;
      info.is_blank = true;
      return;
    default: return;
  }
}

// --- names -------------------------------------------------------------------------------------

namespace {

// "RainGauge" -> "rain_gauge", "APIKey" -> "api_key".
std::string snake_case(std::string_view name) {
  auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    bool starts_word = i > 0 && is_upper(name[i]) &&
                       (!is_upper(name[i - 1]) || (i + 1 < name.size() && !is_upper(name[i + 1])));
    if (starts_word && out.back() != '_') out += '_';
    out += is_upper(name[i]) ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
  }
  return out;
}

// The struct's name, and the innermost namespace that has a name ("" in tt itself).
std::pair<std::string_view, std::string_view> split(std::string_view type_name) {
  std::string_view space;
  for (std::size_t end; (end = type_name.find("::")) != std::string_view::npos;) {
    if (type_name[0] != '(') space = type_name.substr(0, end);
    type_name.remove_prefix(end + 2);
  }
  if (space == "tt") space = {};
  return {type_name, space};
}

Order order_of(const ModelInfo& info, std::string_view name) {
  Order order;
  if (name.starts_with('-')) {
    order.direction = Direction::descending;
    name.remove_prefix(1);
  }
  order.field = info.find(name);
  TT_ASSERT(order.field != nullptr);
  return order;
}

void add_index(ModelInfo& info, std::vector<Order> columns, bool is_unique) {
  IndexInfo index;
  index.name = info.table;
  for (const Order& order : columns) index.name += "_" + order.field->column;
  index.name += is_unique ? "_unique" : "_index";
  index.columns = std::move(columns);
  index.is_unique = is_unique;
  info.indexes.push_back(std::move(index));
}

}  // namespace

namespace {

std::string with_spaces(std::string text) {
  std::ranges::replace(text, '_', ' ');
  return text;
}

void finish_field(const ModelInfo& info, FieldInfo& field) {
  if (field.verbose_name.empty()) field.verbose_name = with_spaces(field.name);
  if (field.type == FieldType::auto_field) {
    field.verbose_name = "ID";
    field.is_blank = true;
  }
  bool is_positive = field.type == FieldType::positive_integer_field;
  if (field.type == FieldType::integer_field || is_positive) {
    constexpr std::int64_t min = std::numeric_limits<std::int32_t>::min();
    if (!field.min_value) field.min_value = is_positive ? 0 : min;
    if (!field.max_value) field.max_value = std::numeric_limits<std::int32_t>::max();
  }
  if (auto* decimal = std::get_if<Decimal>(&field.initial)) {
    auto exact = decimal->with_places(field.decimal_places);
    TT_ASSERT(exact.has_value());
    *decimal = *exact;
  }
  if (!field.is_relation() || !field.related_name.empty()) return;
  field.related_name = to_lower(info.name);
  if (field.type != FieldType::one_to_one_field) field.related_name += "_set";
}

void add_indexes(ModelInfo& info, const models::Meta& meta) {
  for (const FieldInfo& field : info.fields) {
    if (field.is_unique || field.has_index) add_index(info, {{&field}}, field.is_unique);
  }
  auto add_groups = [&](const auto& groups, bool is_unique) {
    for (const auto& group : groups) {
      std::vector<Order> columns;
      for (std::string_view key : group) {
        if (!key.empty()) columns.push_back(order_of(info, key));
      }
      if (!columns.empty()) add_index(info, std::move(columns), is_unique);
    }
  };
  add_groups(meta.unique_together, true);
  add_groups(meta.indexes, false);
}

void name_model(ModelInfo& info, std::string_view type_name, const models::Meta& meta) {
  auto [name, space] = split(type_name);
  info.name = name;
  info.app_label = space;
  info.table = space.empty() ? snake_case(name) : fmt::format("{}_{}", space, snake_case(name));
  if (!meta.table.empty()) info.table = meta.table;
  info.verbose_name = with_spaces(snake_case(name));
  if (!meta.verbose_name.empty()) info.verbose_name = meta.verbose_name;
  info.verbose_name_plural = info.verbose_name + "s";
  if (!meta.verbose_name_plural.empty()) info.verbose_name_plural = meta.verbose_name_plural;
}

void list_columns(ModelInfo& info) {
  for (const FieldInfo& field : info.fields) {
    if (field.has_column()) info.columns.push_back(&field);
  }
}

}  // namespace

void finish(ModelInfo& info, std::string_view type_name, const models::Meta& meta) {
  name_model(info, type_name, meta);
  for (FieldInfo& field : info.fields) finish_field(info, field);
  list_columns(info);
  for (std::string_view key : meta.ordering) {
    if (!key.empty()) info.ordering.push_back(order_of(info, key));
  }
  add_indexes(info, meta);
}

// As Django names them: station_id and tag_id; of a model with itself from_… and to_….
void describe_through(ModelInfo& through, FieldInfo& field, const Through& between) {
  const ModelInfo& model = *field.model;
  std::string from = to_lower(model.name);
  std::string to = to_lower(split(between.target_type).first);
  if (from == to) {
    from = "from_" + from;
    to = "to_" + to;
  }
  through.name = fmt::format("{}_{}", model.name, field.name);
  through.app_label = model.app_label;
  through.table = fmt::format("{}_{}", model.table, field.name);
  through.verbose_name = fmt::format("{}-{} relationship", from, to);
  through.verbose_name_plural = through.verbose_name + "s";
  through.defaults = [] {
    return std::vector<Value>{std::int64_t{0}, std::int64_t{0}, std::int64_t{0}};
  };
  through.fields.resize(3);
  FieldInfo& id = through.fields[0];
  id.name = id.column = "id";
  id.type = FieldType::auto_field;
  id.kind = Kind::id;
  id.initial = std::int64_t{0};
  auto describe_side = [&](FieldInfo& side, const std::string& name, auto target) {
    side.name = name;
    side.column = name + "_id";
    side.type = FieldType::foreign_key;
    side.kind = Kind::foreign_key;
    side.initial = std::int64_t{0};
    side.has_index = true;
    side.on_delete = models::OnDelete::cascade;
    side.target = target;
    side.related_name = through.name + "+";  // not to be used: the field itself leads there
  };
  describe_side(through.fields[1], from, between.from);
  describe_side(through.fields[2], to, between.to);
  for (FieldInfo& side : through.fields) {
    side.model = &through;
    finish_field(through, side);
  }
  list_columns(through);
  add_index(through, {{&through.fields[1]}, {&through.fields[2]}}, true);
  add_index(through, {{&through.fields[2]}}, false);
  field.through = &through;
  make_known(through);
}

void throw_unset_relation() {
  throw Error(Code::not_found, "the relation is not set, or its row is not saved yet");
}

}  // namespace tt::orm::detail
