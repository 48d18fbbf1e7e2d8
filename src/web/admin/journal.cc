#include "web/admin/journal.h"

#include <fmt/format.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "orm/current.h"
#include "orm/record.h"
#include "web/auth/models.h"
#include "web/forms/model_form.h"

namespace tt::web::admin {
namespace {

constexpr std::size_t object_text_max = 200;  // characters, as the table has it
constexpr std::size_t history_max = 1000;

std::string json_text(std::string_view text) {
  return boost::json::serialize(boost::json::string(text));
}

std::string named(std::string_view name, std::string_view object) {
  return fmt::format(R"("name": {}, "object": {})", json_text(name), json_text(object));
}

std::string listed(std::span<const std::string> labels) {
  std::string text = R"("fields": [)";
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (i > 0) text += ", ";
    text += json_text(labels[i]);
  }
  return text + "]";
}

std::string first_characters(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  while (end < text.size() && count > 0) {
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
    --count;
  }
  return std::string(text.substr(0, end));
}

JournalEntry entry_of(const orm::Record& row) {
  JournalEntry entry;
  entry.at = std::get<Time>(row.get("action_time"));
  entry.user_id = orm::as_integer(row.get("user"));
  entry.app_label = orm::as_text(row.get("app_label"));
  entry.model = orm::as_text(row.get("model"));
  entry.object_id = orm::as_text(row.get("object_id"));
  entry.object_text = orm::as_text(row.get("object_repr"));
  entry.deed = static_cast<Deed>(orm::as_integer(row.get("action_flag")));
  entry.message = orm::as_text(row.get("change_message"));
  return entry;
}

class OrmJournal : public Journal {
 public:
  void add(const JournalEntry& entry) override {
    orm::Record row(orm::model_info<auth::LogEntry>());
    row.set("action_time", entry.at);
    row.set("user", entry.user_id);
    row.set("app_label", entry.app_label);
    row.set("model", entry.model);
    row.set("object_id", entry.object_id);
    row.set("object_repr", first_characters(entry.object_text, object_text_max));
    row.set("action_flag", static_cast<std::int64_t>(entry.deed));
    row.set("change_message", entry.message);
    orm::save(orm::current_session(), row);
  }

  std::vector<JournalEntry> recent(std::int64_t user_id, std::size_t count) override {
    std::vector<JournalEntry> entries;
    for (const orm::Record& row : rows().filter("user", user_id).limit(count).rows()) {
      entries.push_back(entry_of(row));
    }
    return entries;
  }

  std::vector<JournalEntry> history(std::string_view app_label, std::string_view model,
                                    std::string_view object_id) override {
    const std::vector<std::string> by_time = {"action_time", "id"};
    const auto found = rows()
                           .filter("app_label", std::string(app_label))
                           .filter("model", std::string(model))
                           .filter("object_id", std::string(object_id))
                           .order_by(by_time)
                           .limit(history_max)
                           .rows();
    const orm::Records users(orm::current_session(), orm::model_info<auth::User>());
    std::map<std::int64_t, std::string> names;
    std::vector<JournalEntry> entries;
    for (const orm::Record& row : found) {
      JournalEntry entry = entry_of(row);
      auto [name, is_new] = names.emplace(entry.user_id, std::string());
      if (is_new) {
        if (const auto user = users.find(entry.user_id)) name->second = user->text();
      }
      entry.user = name->second;
      entries.push_back(std::move(entry));
    }
    return entries;
  }

 private:
  static orm::Records rows() {
    return orm::Records(orm::current_session(), orm::model_info<auth::LogEntry>());
  }
};

// " reading “7”"; empty for the object itself.
std::string about(const boost::json::object& body) {
  const auto* name = body.if_contains("name");
  const auto* object = body.if_contains("object");
  if (name == nullptr || object == nullptr || !name->is_string() || !object->is_string()) return {};
  return fmt::format("{} “{}”", std::string_view(name->get_string()),
                     std::string_view(object->get_string()));
}

std::string fields_text(const boost::json::object& body) {
  std::vector<std::string> labels;
  const auto* fields = body.if_contains("fields");
  if (fields != nullptr && fields->is_array()) {
    for (const auto& field : fields->get_array()) {
      if (field.is_string()) labels.emplace_back(field.get_string());
    }
  }
  return forms::joined(labels, "and");
}

std::string part_text(std::string_view kind, const boost::json::object& body) {
  const std::string object = about(body);
  if (kind == "added") return object.empty() ? "Added." : fmt::format("Added {}.", object);
  if (kind == "deleted") return fmt::format("Deleted {}.", object);
  const std::string fields = fields_text(body);
  return object.empty() ? fmt::format("Changed {}.", fields)
                        : fmt::format("Changed {} for {}.", fields, object);
}

}  // namespace

void ChangeMessage::part(std::string_view kind, std::string_view body) {
  if (!parts_.empty()) parts_ += ", ";
  parts_ += fmt::format("{{\"{}\": {{{}}}}}", kind, body);
}

void ChangeMessage::added() { part("added", ""); }
void ChangeMessage::added(std::string_view name, std::string_view object) {
  part("added", named(name, object));
}
void ChangeMessage::changed(std::span<const std::string> labels) {
  if (!labels.empty()) part("changed", listed(labels));
}
void ChangeMessage::changed(std::span<const std::string> labels, std::string_view name,
                            std::string_view object) {
  part("changed", named(name, object) + ", " + listed(labels));
}
void ChangeMessage::deleted(std::string_view name, std::string_view object) {
  part("deleted", named(name, object));
}

std::string change_text(std::string_view stored) {
  if (!stored.starts_with('[')) return std::string(stored);
  boost::system::error_code error;
  const auto parsed = boost::json::parse(stored, error);
  if (error || !parsed.is_array()) return std::string(stored);
  std::string text;
  for (const auto& part : parsed.get_array()) {
    if (!part.is_object()) continue;
    for (const auto& [kind, body] : part.get_object()) {
      if (!body.is_object()) continue;
      if (!text.empty()) text += ' ';
      text += part_text(kind, body.get_object());
    }
  }
  return text.empty() ? "No fields changed." : text;
}

std::shared_ptr<Journal> make_orm_journal() { return std::make_shared<OrmJournal>(); }

}  // namespace tt::web::admin
