#include "console/journal.h"

#include "identity/rows.h"

namespace tt::console {
namespace {

using orm::f;
using orm::objects;
using web::admin::JournalEntry;

constexpr std::size_t history_max = 1000;
constexpr std::size_t text_characters_max = 200;

// As much of it as the column holds, in whole characters of UTF-8.
std::string shortened(const std::string& text) {
  std::size_t characters = 0, end = 0;
  while (end < text.size()) {
    bool begins = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
    if (begins && ++characters > text_characters_max) break;
    ++end;
  }
  return text.substr(0, end);
}

JournalEntry entry_of(const JournalRow& row) {
  return {.at = row.at,
          .user_id = row.user_id,
          .user = row.user,
          .app_label = row.app_label,
          .model = row.model,
          .object_id = row.object_id,
          .object_text = row.object_text,
          .deed = static_cast<web::admin::Deed>(*row.deed),
          .message = row.message};
}

std::vector<JournalEntry> entries_of(const orm::QuerySet<JournalRow>& wanted) {
  std::vector<JournalEntry> entries;
  for (const auto& row : wanted.rows()) entries.push_back(entry_of(row));
  return entries;
}

std::string login_of(orm::Session& session, std::int64_t account) {
  using identity::AccountRow;
  auto row = objects<AccountRow>(session).filter(f<&AccountRow::id> == account).first();
  return row ? *row->login : std::string();
}

}  // namespace

void TableJournal::add(const JournalEntry& entry) {
  database_.transact([&](orm::Session& session) {
    JournalRow row;
    row.at = entry.at;
    row.user_id = entry.user_id;
    row.user = entry.user.empty() ? login_of(session, entry.user_id) : entry.user;
    row.app_label = entry.app_label;
    row.model = entry.model;
    row.object_id = entry.object_id;
    row.object_text = shortened(entry.object_text);
    row.deed = static_cast<std::int64_t>(entry.deed);
    row.message = entry.message;
    auto rows = objects<JournalRow>(session);
    auto stored = rows.create(std::move(row));
    rows.filter(f<&JournalRow::id> <= *stored.id - entries_max).erase();
  });
}

std::vector<JournalEntry> TableJournal::recent(std::int64_t user_id, std::size_t count) {
  return entries_of(objects<JournalRow>(database_)
                        .filter(f<&JournalRow::user_id> == user_id)
                        .order_by("-id")
                        .limit(count));
}

std::vector<JournalEntry> TableJournal::history(std::string_view app_label, std::string_view model,
                                                std::string_view object_id) {
  return entries_of(objects<JournalRow>(database_)
                        .filter(f<&JournalRow::app_label> == app_label,
                                f<&JournalRow::model> == model,
                                f<&JournalRow::object_id> == object_id)
                        .order_by("id")
                        .limit(history_max));
}

}  // namespace tt::console
