#pragma once

// Journal: who did what in the admin, for the history of an object and the recent actions of a
// person.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "orm/model.h"
#include "web/core/user.h"

namespace tt::web::admin {

enum class Deed : unsigned char { addition = 1, change = 2, deletion = 3 };

struct JournalEntry {
  Time at;
  std::int64_t user_id = 0;
  std::string user;       // the name, filled in by history()
  std::string app_label;  // "myapp"
  std::string model;      // "temperaturedata"
  std::string object_id;
  std::string object_text;
  Deed deed = Deed::change;
  std::string message;  // as ChangeMessage::stored() writes it, or plain text
};

// Calls block; made from the threads of views.
class Journal {
 public:
  virtual ~Journal() = default;
  virtual void add(const JournalEntry& entry) = 0;
  // The newest first.
  virtual std::vector<JournalEntry> recent(std::int64_t user_id, std::size_t count) = 0;
  // Of one object, the oldest first.
  virtual std::vector<JournalEntry> history(std::string_view app_label, std::string_view model,
                                            std::string_view object_id) = 0;
};

// The journal in the table LogEntry of web/auth, in the database of the thread.
std::shared_ptr<Journal> make_orm_journal();

// What was changed, as it is stored (JSON, in Django's form) and as people read it:
// "Added.", "Changed Temperature and Lat.", "Deleted reading “7”.", "No fields changed."
class ChangeMessage {
 public:
  void added();
  void added(std::string_view name, std::string_view object);
  void changed(std::span<const std::string> labels);
  void changed(std::span<const std::string> labels, std::string_view name, std::string_view object);
  void deleted(std::string_view name, std::string_view object);
  std::string stored() const { return "[" + parts_ + "]"; }

 private:
  void part(std::string_view kind, std::string_view body);
  std::string parts_;
};
// Of a stored message; plain text stays as it is.
std::string change_text(std::string_view stored);

}  // namespace tt::web::admin
