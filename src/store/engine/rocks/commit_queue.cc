#include "store/engine/rocks/commit_queue.h"

namespace tt::store::rocks {
namespace {

// One write of more gains nothing, and everybody in it waits for its end.
constexpr std::size_t group_bytes_max = 4 * 1024 * 1024;

// Ends the wait of every commit of the chain.  Each of them is gone once its waiter is resumed.
void resume_chain(Commit* commit) {
  while (commit) {
    Commit* next = commit->next_of_loop;
    auto waiter = std::move(commit->waiter);
    if (commit->failure) {
      waiter.fail(commit->failure);
    } else {
      waiter.resume(commit->outcome);
    }
    commit = next;
  }
}

}  // namespace

CommitQueue::CommitQueue(std::move_only_function<void(Group&)> write) : write_(std::move(write)) {}

void CommitQueue::push(Commit& commit) {
  bool was_writing = false;
  {
    std::lock_guard lock(mutex_);
    queued_.push_back(&commit);
    was_writing = std::exchange(is_writing_, true);
  }
  if (!was_writing) thread_.submit([this] { write_queued(); });
}

void CommitQueue::write_queued() {
  Group group;
  while (take(group)) {
    write_(group);
    resume(group);
  }
}

// Moves the oldest commits to `group`.  False: there are none.
bool CommitQueue::take(Group& group) {
  group.clear();
  std::lock_guard lock(mutex_);
  std::size_t size_bytes = 0;
  auto end = queued_.begin();
  while (end != queued_.end() && size_bytes < group_bytes_max) size_bytes += (*end++)->size_bytes;
  if (end == queued_.end()) {
    std::swap(group, queued_);
  } else {
    group.assign(queued_.begin(), end);
    queued_.erase(queued_.begin(), end);
  }
  is_writing_ = !group.empty();
  return is_writing_;
}

void CommitQueue::resume(const Group& group) {
  chains_.clear();
  for (Commit* commit : group) {
    Chain& chain = chain_of(commit->waiter.executor());
    if (chain.last) chain.last->next_of_loop = commit;
    if (!chain.first) chain.first = commit;
    chain.last = commit;
  }
  for (const Chain& chain : chains_) {
    boost::asio::post(chain.executor, [first = chain.first] { resume_chain(first); });
  }
}

CommitQueue::Chain& CommitQueue::chain_of(const Executor& executor) {
  for (Chain& chain : chains_) {
    if (chain.executor == executor) return chain;
  }
  return chains_.emplace_back(executor, nullptr, nullptr);
}

}  // namespace tt::store::rocks
