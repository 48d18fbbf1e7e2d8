#pragma once

// AuditedJournal: what is done in the admin stands in the audit as well.

#include "console/admin.h"
#include "web/admin/journal.h"

namespace tt::console {

class AuditedJournal final : public web::admin::Journal {
 public:
  // `services` must outlive this.
  AuditedJournal(std::shared_ptr<web::admin::Journal> journal, Services& services)
      : journal_(std::move(journal)), services_(services) {}

  void add(const web::admin::JournalEntry& entry) override;
  std::vector<web::admin::JournalEntry> recent(std::int64_t user_id, std::size_t count) override {
    return journal_->recent(user_id, count);
  }
  std::vector<web::admin::JournalEntry> history(std::string_view app_label, std::string_view model,
                                                std::string_view object_id) override {
    return journal_->history(app_label, model, object_id);
  }

 private:
  std::shared_ptr<web::admin::Journal> journal_;
  Services& services_;
};

// "account.delete accounts/anna", "feed.update feeds/504", "key.create keys": the entry in the
// audit's words.  Its owner is known of accounts alone: administrators see all entries.
audit::Event event_of(const web::admin::JournalEntry& entry);

}  // namespace tt::console
