#include "orm/record.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "orm/detail/names.h"
#include "orm/links.h"

namespace tt::orm {

// --- Record ------------------------------------------------------------------------------------

namespace {

const FieldInfo& field_named(const ModelInfo& model, std::string_view name) {
  const FieldInfo* field = model.find(name);
  if (field) return *field;
  throw Error(Code::internal, fmt::format("{} has no field '{}'", model.name, name));
}

}  // namespace

std::int64_t Record::id() const { return std::get<std::int64_t>(cells_.front()); }

const Value& Record::get(std::string_view field) const { return get(field_named(*model_, field)); }

void Record::set(std::string_view field, Value value) {
  set(field_named(*model_, field), std::move(value));
}

// --- Records -----------------------------------------------------------------------------------

Records::Records(Session& session, const ModelInfo& model) : session_(&session) {
  query_.model = &model;
}

Records Records::where(Node condition) const {
  Records copy = *this;
  stamp(condition, ++copy.query_.calls);
  copy.query_.where = both(std::move(copy.query_.where), std::move(condition));
  return copy;
}

Records Records::filter(std::string_view key, Value value) const {
  std::vector<Value> values;
  values.push_back(std::move(value));
  return filter_in(key, std::move(values));
}

Records Records::filter_in(std::string_view key, std::vector<Value> values) const {
  auto [path, lookup] = detail::resolve_key(model(), key);
  for (Value& value : values) value = detail::fitted_value(*path.field, lookup, std::move(value));
  bool has_wrong_count =
      lookup == Lookup::range ? values.size() != 2 : lookup != Lookup::in && values.size() != 1;
  if (has_wrong_count) throw Error(Code::invalid, fmt::format("{}: wrong number of values", key));
  return where(make_condition(std::move(path), lookup, std::move(values)));
}

namespace {

struct SearchField {
  Path path;
  Lookup lookup = Lookup::icontains;
};

SearchField search_field(const ModelInfo& model, std::string_view key) {
  SearchField out;
  if (key.starts_with('^')) out.lookup = Lookup::istartswith;
  if (key.starts_with('=')) out.lookup = Lookup::iexact;
  if (out.lookup != Lookup::icontains) key.remove_prefix(1);
  out.path = detail::resolve_key(model, key).path;
  return out;
}

// Numbers and the like are found as a whole.
std::optional<Node> search_condition(const SearchField& field, const std::string& word) {
  if (field.path.field->kind == Kind::text) {
    return make_condition(field.path, field.lookup, {word});
  }
  auto value = value_from_text(*field.path.field, word);
  if (!value) return std::nullopt;
  return make_condition(field.path, Lookup::exact, {std::move(*value)});
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    std::size_t end = std::min(text.find_first_of(" \t\r\n"), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

// More words of one search are not looked at.
constexpr std::size_t search_words_max = 32;

}  // namespace

Records Records::search(std::span<const std::string> fields, std::string_view words) const {
  std::vector<SearchField> searched;
  for (const std::string& key : fields) searched.push_back(search_field(model(), key));
  Records copy = *this;
  auto wanted = words_of(words);
  if (wanted.size() > search_words_max) wanted.resize(search_words_max);
  if (searched.empty()) return copy;
  for (const std::string& word : wanted) {
    Node any;
    any.type = Node::Type::any_of;
    for (const SearchField& field : searched) {
      if (auto condition = search_condition(field, word)) any.children.push_back(*condition);
      copy.query_.is_distinct |= field.path.is_many();
    }
    copy = copy.where(std::move(any));
  }
  return copy;
}

Records Records::order_by(std::span<const std::string> keys) const {
  Records copy = *this;
  copy.query_.order.clear();
  for (std::string_view key : keys) {
    OrderBy order;
    if (key.starts_with('-')) {
      order.direction = Direction::descending;
      key.remove_prefix(1);
    }
    order.column.path = detail::resolve_path(model(), key);
    copy.query_.order.push_back(std::move(order));
  }
  return copy;
}

Records Records::limit(std::size_t count) const {
  Records copy = *this;
  copy.query_.limit = count;
  return copy;
}

Records Records::offset(std::size_t count) const {
  Records copy = *this;
  copy.query_.offset = count;
  return copy;
}

std::vector<Record> Records::rows() const {
  std::vector<Record> rows;
  if (query_.is_none) return rows;
  const ModelInfo& info = model();
  auto take = [&](std::span<Value> cells) {
    std::vector<Value> all(info.fields.size());
    for (std::size_t i = 0; i < info.columns.size(); ++i) {
      all[info.index_of(*info.columns[i])] = std::move(cells[i]);
    }
    rows.emplace_back(info, std::move(all));
  };
  session_->select(query_, take);
  return rows;
}

std::optional<Record> Records::first() const {
  Records one = limit(1);
  if (effective_order(one.query_).empty()) one.query_.order = {{{{{}, &model().id()}, {}}}};
  auto rows = one.rows();
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

std::optional<Record> Records::find(std::int64_t id) const {
  return where(make_condition({{}, &model().id()}, Lookup::exact, {id})).first();
}

std::int64_t Records::count() const { return query_.is_none ? 0 : session_->count(query_); }
bool Records::exists() const { return limit(1).count() > 0; }

// --- values ------------------------------------------------------------------------------------

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  std::size_t begin = text.find_first_not_of(spaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(spaces) - begin + 1);
}

template <class Number>
std::optional<Value> number_from(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  auto number = parse_number<Number>(text);
  if (!number || *number != *number) return std::nullopt;  // not a number
  return Value(*number);
}

std::optional<Value> truth_from(std::string_view text) {
  for (std::string_view yes : {"true", "True", "1", "t", "T"}) {
    if (text == yes) return Value(true);
  }
  for (std::string_view no : {"false", "False", "0", "f", "F"}) {
    if (text == no) return Value(false);
  }
  return std::nullopt;
}

template <class T>
std::optional<Value> as_value(std::optional<T> parsed) {
  if (!parsed) return std::nullopt;
  return Value(std::move(*parsed));
}

}  // namespace

std::optional<Value> value_from_text(const FieldInfo& field, std::string_view text) {
  switch (field.kind) {
    case Kind::id:
    case Kind::foreign_key:
    case Kind::virtual_many:
    case Kind::integer: return number_from<std::int64_t>(text);
    case Kind::real: return number_from<double>(text);
    case Kind::boolean: return truth_from(text);
    case Kind::text:
    case Kind::json: return Value(std::string(text));
    case Kind::bytes:
      if (auto bytes = from_hex(text)) return Value(Bytes{std::move(*bytes)});
      return std::nullopt;
    case Kind::time: return as_value(parse_time(trimmed(text)));
    case Kind::date: return as_value(parse_date(trimmed(text)));
    case Kind::decimal: return as_value(Decimal::parse(trimmed(text)));
    case Kind::uuid: return as_value(Uuid::parse(trimmed(text)));
  }
  return std::nullopt;
}

// --- storing -----------------------------------------------------------------------------------

namespace {

void set_times(Record& record) {
  bool is_new = record.id() == 0;
  for (const FieldInfo* field : record.model().columns) {
    bool is_due = field->auto_now == AutoNow::when_saved ||
                  (field->auto_now == AutoNow::when_added && is_new);
    if (!is_due) continue;
    Time now = SystemClock().now();
    if (field->kind == Kind::date) {
      record.set(*field, Date{std::chrono::floor<std::chrono::days>(now)});
    } else {
      record.set(*field, now);
    }
  }
}

}  // namespace

void save(Session& session, Record& record) {
  const ModelInfo& model = record.model();
  set_times(record);
  Insert insert{&model, {}, {Row()}};
  Update update{&model, {}, make_condition({{}, &model.id()}, Lookup::exact, {record.id()})};
  for (const FieldInfo* field : model.columns) {
    if (field->kind == Kind::id) continue;
    const Value& value = record.get(*field);
    check(*field, value);
    insert.fields.push_back(field);
    insert.rows.front().push_back(value);
    update.values.push_back({field, constant(value, type_of(*field))});
  }
  if (record.id() == 0) {
    record.set(model.id(), session.insert(insert).front());
  } else if (!update.values.empty() && session.update(update) == 0) {
    throw DoesNotExist(model);
  }
}

// --- many-to-many ------------------------------------------------------------------------------

std::vector<std::int64_t> linked_ids(Session& session, const Record& record,
                                     const FieldInfo& field) {
  return detail::linked_ids(session, {field, Way::forward, record.id()});
}

void set_linked_ids(Session& session, const Record& record, const FieldInfo& field,
                    std::span<const std::int64_t> ids) {
  detail::set_links(session, {field, Way::forward, record.id()}, ids);
}

}  // namespace tt::orm
