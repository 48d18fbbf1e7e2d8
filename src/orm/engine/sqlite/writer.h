#pragma once

// Writer: the one connection that writes, and the turns of the threads that use it.
//
// A commit waits for the disk, so threads share it: each does its work in the transaction that is
// open, within a savepoint of its own, and the last one in line commits for all of them.  Nobody
// returns before that commit has succeeded; if it fails, it fails for all.  What one member has
// written is seen by those after it, who are kept or lost with it.

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/error.h"
#include "orm/engine/sqlite/session.h"

namespace tt::orm::engine {

class Writer {
 public:
  using Work = std::function<void(SqliteSession&)>;

  Writer(const std::string& path, const SqliteOptions& options);

  // In a transaction that may be shared.  What `work` throws undoes its own part only, and goes on
  // to the caller.
  void run(const Work& work);
  // With no transaction open: each statement for itself.
  void run_alone(const Work& work);

 private:
  // Why a transaction was not kept, for each of its members to throw.
  struct Failure {
    Code code;
    std::string message;
  };
  using Outcome = std::optional<Failure>;  // nullopt: it was kept
  // The members of one transaction.
  struct Group {
    std::promise<Outcome> committed;
    std::shared_future<Outcome> outcome = committed.get_future().share();
    std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
    std::size_t members = 0;  // whose work is done and is to be kept
  };
  class Turn;

  void join_group();
  void work_in_group(const Work& work);
  bool is_due() const;
  void finish_group();
  void lose_group();

  const SqliteOptions options_;
  Connection connection_;
  std::mutex mutex_;
  std::atomic<std::size_t> waiting_ = 0;  // threads that are to have their turn
  std::atomic<std::thread::id> writing_;
  std::shared_ptr<Group> group_;  // nullptr: no transaction is open
};

}  // namespace tt::orm::engine
