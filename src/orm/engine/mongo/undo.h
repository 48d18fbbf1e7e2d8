#pragma once

// UndoLog: what was in the rows before they were changed, for servers that have no transactions and
// for transactions inside of transactions, which no MongoDB has.

#include <optional>
#include <string>
#include <vector>

#include "orm/engine/mongo/link.h"

namespace tt::orm::engine {

class UndoLog {
 public:
  // The row was not there.
  void inserted(const std::string& table, std::int64_t id) { steps_.push_back({table, id, {}}); }
  // The row as it was.
  void changing(const std::string& table, std::int64_t id, RawDocument before) {
    steps_.push_back({table, id, std::move(before)});
  }

  std::size_t size() const { return steps_.size(); }
  // Undoes what was noted after the log had that size, the newest first.  Rows that cannot be
  // written back, because the server is gone, are told to the log.
  void undo_to(std::size_t size, Link& link) noexcept;
  void forget() { steps_.clear(); }

 private:
  struct Step {
    std::string table;
    std::int64_t id = 0;
    std::optional<RawDocument> before;
  };
  static void undo(const Step& step, Link& link);

  std::vector<Step> steps_;
};

}  // namespace tt::orm::engine
