#pragma once

// TableJournal: the admin's journal in the table JournalRow.

#include "console/rows.h"
#include "web/admin/journal.h"

namespace tt::console {

class TableJournal final : public web::admin::Journal {
 public:
  // Beyond, the oldest entries go.
  static constexpr std::int64_t entries_max = 10'000;

  // `database` must outlive this.
  explicit TableJournal(orm::Database& database) : database_(database) {}

  void add(const web::admin::JournalEntry& entry) override;
  std::vector<web::admin::JournalEntry> recent(std::int64_t user_id, std::size_t count) override;
  std::vector<web::admin::JournalEntry> history(std::string_view app_label, std::string_view model,
                                                std::string_view object_id) override;

 private:
  orm::Database& database_;
};

}  // namespace tt::console
