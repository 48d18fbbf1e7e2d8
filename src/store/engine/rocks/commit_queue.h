#pragma once

// CommitQueue: turns commits that arrive on many loops into groups, written by one thread.
//
// While the thread writes one group (most of that time it sleeps in fdatasync), the next one
// gathers; so the more callers wait, the more of them share a write.  A Commit lives in the frame
// of the coroutine that waits for it: pushing it allocates nothing, and all waiters of one loop are
// woken by one post.

#include <exception>
#include <functional>
#include <mutex>
#include <vector>

#include "rt/offload.h"
#include "rt/waiter.h"
#include "store/kv.h"

namespace tt::store::rocks {

// One commit on its way.  The writer of the group sets `outcome` or `failure`.
struct Commit {
  Batch batch;
  std::vector<Expectation> expectations;
  std::size_t size_bytes = 0;  // of `batch`

  Outcome outcome = Outcome::committed;
  std::exception_ptr failure;

  rt::Waiter<Outcome> waiter;
  Commit* next_of_loop = nullptr;
};

using Group = std::vector<Commit*>;

class CommitQueue {
 public:
  // `write` runs on the queue's thread with the commits in the order of their arrival.  It must
  // not throw.
  explicit CommitQueue(std::move_only_function<void(Group&)> write);
  // Waits until everything that was pushed is written.
  ~CommitQueue() = default;
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;

  // Callable from any thread; `commit` must stay alive until its waiter is resumed.
  void push(Commit& commit);

 private:
  // The waiters of one loop, in the order of their commits.
  struct Chain {
    Executor executor;
    Commit* first;
    Commit* last;
  };

  void write_queued();
  bool take(Group& group);
  void resume(const Group& group);
  Chain& chain_of(const Executor& executor);

  std::move_only_function<void(Group&)> write_;
  std::vector<Chain> chains_;

  std::mutex mutex_;
  std::vector<Commit*> queued_;
  bool is_writing_ = false;    // run() will look at queued_ again
  rt::OffloadPool thread_{1};  // last: it uses the members above
};

}  // namespace tt::store::rocks
