#include "orm/engine/mongo/undo.h"

#include "base/error.h"
#include "base/log.h"

namespace tt::orm::engine {

void UndoLog::undo(const Step& step, Link& link) {
  Document filter{{"_id", step.id}};
  if (!step.before) {
    Document one{{"q", std::move(filter)}, {"limit", 1}};
    link.write(Document{{"delete", step.table}, {"deletes", list(std::move(one))}});
    return;
  }
  Document one{{"q", std::move(filter)}, {"u", *step.before}, {"upsert", true}};
  link.write(Document{{"update", step.table}, {"updates", list(std::move(one))}});
}

void UndoLog::undo_to(std::size_t size, Link& link) noexcept {
  while (steps_.size() > size) {
    try {
      undo(steps_.back(), link);
    } catch (const std::exception& error) {
      log::error("a change of a failed transaction could not be undone",
                 {{"table", steps_.back().table}, {"id", steps_.back().id}, {"why", error.what()}});
    }
    steps_.pop_back();
  }
}

}  // namespace tt::orm::engine
