#include "web/forms/row.h"

#include "orm/current.h"

namespace tt::web::forms {
namespace {

class RowObject : public Object {
 public:
  explicit RowObject(orm::Record record) : record_(std::move(record)) {}

  std::optional<web::Value> find(std::string_view name) const override {
    if (name == "pk") return web::Value(record_.id());
    if (const orm::FieldInfo* field = record_.model().find(name)) return of(*field);
    if (name.starts_with("get_") && name.ends_with("_display")) {
      return label_of(name.substr(4, name.size() - 12));
    }
    for (const orm::FieldInfo& field : record_.model().fields) {
      if (field.is_relation() && field.column == name) return cell_value(record_.get(field));
    }
    return std::nullopt;
  }
  std::string text() const override { return record_.text(); }

 private:
  std::optional<web::Value> label_of(std::string_view name) const {
    const orm::FieldInfo* field = record_.model().find(name);
    if (field == nullptr) return std::nullopt;
    const orm::Value& value = record_.get(*field);
    for (const orm::Choice& choice : field->choices) {
      if (choice.value == value) return web::Value(choice.label);
    }
    return web::Value(orm::display_text(value));
  }

  web::Value of(const orm::FieldInfo& field) const {
    if (!field.is_relation()) return cell_value(record_.get(field));
    const orm::Records rows(orm::current_session(), field.target());
    if (field.kind != orm::Kind::virtual_many) {
      const auto* id = std::get_if<std::int64_t>(&record_.get(field));
      auto row = id == nullptr ? std::nullopt : rows.find(*id);
      return row ? row_value(std::move(*row)) : web::Value();
    }
    std::vector<orm::Value> ids;
    for (std::int64_t id : orm::linked_ids(orm::current_session(), record_, field)) {
      ids.emplace_back(id);
    }
    List list;
    if (ids.empty()) return list;
    for (orm::Record& row : rows.filter_in("id__in", std::move(ids)).rows()) {
      list.push_back(row_value(std::move(row)));
    }
    return list;
  }

  orm::Record record_;
};

}  // namespace

web::Value row_value(orm::Record record) {
  return web::Value(std::make_shared<const RowObject>(std::move(record)));
}

web::Value cell_value(const orm::Value& value) {
  if (std::holds_alternative<orm::Null>(value)) return {};
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* time = std::get_if<Time>(&value)) return *time;
  if (const auto* date = std::get_if<tt::Date>(&value)) return *date;
  if (const auto* decimal = std::get_if<orm::Decimal>(&value)) {
    return web::Value(web::Decimal{decimal->text()});
  }
  return orm::display_text(value);
}

}  // namespace tt::web::forms
