#include "web/core/model_values.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/text.h"
#include "orm/current.h"

namespace tt::web {
namespace {

class RowsObject final : public Object, public std::enable_shared_from_this<RowsObject> {
 public:
  explicit RowsObject(detail::LazyRows rows) : rows_(std::move(rows)) {}

  std::optional<Value> find(std::string_view name) const override {
    if (name == "all") return Value(std::shared_ptr<const Object>(shared_from_this()));
    if (name == "count") {
      return Value(loaded_ ? static_cast<std::int64_t>(loaded_->size()) : rows_.count());
    }
    if (name == "exists") return Value(loaded_ ? !loaded_->empty() : rows_.count() > 0);
    if (name == "first") return elements()->empty() ? Value() : elements()->front();
    if (name == "last") return elements()->empty() ? Value() : elements()->back();
    auto index = parse_number<std::size_t>(name);
    if (!index || *index >= elements()->size()) return std::nullopt;
    return (*elements())[*index];
  }
  std::string text() const override {
    std::string text = "<QuerySet [";
    for (const Value& row : *elements()) {
      if (text.size() > 12) text += ", ";
      text += "<" + row.text() + ">";
    }
    return text + "]>";
  }
  bool truth() const override { return !elements()->empty(); }
  std::shared_ptr<const List> elements() const override {
    if (!loaded_) loaded_ = std::make_shared<const List>(rows_.load());
    return loaded_;
  }

 private:
  detail::LazyRows rows_;
  mutable std::shared_ptr<const List> loaded_;
};

// The label of the choice with that value; the value itself if there is none.
Value display_of(const orm::FieldInfo& field, const orm::Value& cell) {
  for (const auto& choice : field.choices) {
    if (choice.value == cell) return Value(choice.label);
  }
  return value_of(cell);
}

class RowObject final : public Object {
 public:
  explicit RowObject(detail::KnownRow row) : row_(std::move(row)) {}

  std::optional<Value> find(std::string_view name) const override {
    for (const auto& [known, value] : row_.known) {
      if (known == name) return value;
    }
    const auto& model = row_.record.model();
    if (auto field = model.find(name)) {
      return field->is_relation() ? related(*field) : value_of(row_.record.get(*field));
    }
    if (name == "pk") return Value(row_.record.id());
    if (auto field = foreign_key_of(name)) return value_of(row_.record.get(*field));
    if (name.starts_with("get_") && name.ends_with("_display") && name.size() > 12) {
      auto field = model.find(name.substr(4, name.size() - 12));
      if (field && !field->choices.empty()) return display_of(*field, row_.record.get(*field));
    }
    return way_back(name);
  }
  std::string text() const override { return row_.record.text(); }

 private:
  // "device_id"
  const orm::FieldInfo* foreign_key_of(std::string_view column) const {
    const auto& fields = row_.record.model().fields;
    auto found = std::ranges::find_if(fields, [&](const auto& field) {
      return field.is_relation() && field.has_column() && field.column == column;
    });
    return found == fields.end() ? nullptr : &*found;
  }

  Value related(const orm::FieldInfo& field) const {
    auto& session = orm::current_session();
    orm::Records targets(session, field.target());
    if (!field.has_column()) {
      std::vector<orm::Value> ids;
      for (auto id : orm::linked_ids(session, row_.record, field)) ids.emplace_back(id);
      return value_of(targets.filter_in("id__in", std::move(ids)));
    }
    const auto& cell = row_.record.get(field);
    auto id = std::get_if<std::int64_t>(&cell);
    auto target = id ? targets.find(*id) : std::nullopt;
    Value value = target ? value_of(*target) : Value();
    row_.known.emplace_back(field.name, value);
    return value;
  }

  // "reading_set": the rows that refer to this one.
  std::optional<Value> way_back(std::string_view name) const {
    for (const auto& referrer : orm::referrers(row_.record.model())) {
      if (referrer.field->related_name != name || !referrer.field->has_column()) continue;
      orm::Records rows(orm::current_session(), *referrer.model);
      return value_of(rows.filter(referrer.field->name, row_.record.id()));
    }
    return std::nullopt;
  }

  mutable detail::KnownRow row_;
};

struct ToValue {
  Value operator()(const orm::Null&) const { return Value(); }
  Value operator()(bool truth) const { return Value(truth); }
  Value operator()(std::int64_t number) const { return Value(number); }
  Value operator()(double number) const { return Value(number); }
  Value operator()(const std::string& text) const { return Value(text); }
  Value operator()(const orm::Bytes& bytes) const { return Value(to_hex(bytes.bytes)); }
  Value operator()(Time time) const { return Value(time); }
  Value operator()(Date date) const { return Value(date); }
  Value operator()(const orm::Decimal& number) const { return Value(Decimal{number.text()}); }
  Value operator()(const Uuid& uuid) const { return Value(uuid.text()); }
};

}  // namespace

namespace detail {

Value value_of_row(KnownRow row) {
  return Value(std::shared_ptr<const Object>(std::make_shared<RowObject>(std::move(row))));
}

Value value_of_rows(LazyRows rows) {
  return Value(std::shared_ptr<const Object>(std::make_shared<RowsObject>(std::move(rows))));
}

}  // namespace detail

Value value_of(const orm::Record& record) { return detail::value_of_row({record, {}}); }

Value value_of(const orm::Records& records) {
  auto load = [records] {
    List list;
    for (auto& record : records.rows()) list.push_back(value_of(record));
    return list;
  };
  return detail::value_of_rows({load, [records] { return records.count(); }});
}

Value value_of(const orm::Value& cell) { return std::visit(ToValue(), cell); }

}  // namespace tt::web
