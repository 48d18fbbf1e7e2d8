#include "archive/journal.h"

#include "archive/keys.h"
#include "base/error.h"

namespace tt::archive {
namespace {

constexpr std::size_t page_entries = 64;

}  // namespace

Task<> Journal::write(Write write) {
  Entry entry;
  entry.size = write.change.size();
  entry.apply = std::move(write.apply);
  enqueue(entry);
  write.batch.put(log_key(entry.number), std::move(write.change));
  std::exception_ptr failure;
  try {
    co_await kv_.commit(std::move(write.batch));
  } catch (...) {
    failure = std::current_exception();
  }
  settle(entry, failure ? Entry::State::failed : Entry::State::committed);
  co_await wait_until_done(entry);
  if (failure) std::rethrow_exception(failure);
}

void Journal::enqueue(Entry& entry) {
  std::lock_guard lock(mutex_);
  entry.number = next_number_++;
  entries_.push_back(&entry);
}

void Journal::settle(Entry& entry, Entry::State state) {
  {
    std::lock_guard lock(mutex_);
    entry.state = state;
    // Whoever applies already looks at the front again before it stops.
    if (is_applying_ || entries_.front()->state == Entry::State::pending) return;
    is_applying_ = true;
  }
  apply_ready();
}

void Journal::apply_ready() {
  std::unique_lock lock(mutex_);
  while (!entries_.empty() && entries_.front()->state != Entry::State::pending) {
    auto& entry = *entries_.front();
    if (entry.state == Entry::State::committed) {
      lock.unlock();
      entry.apply();
      lock.lock();
      bytes_written_ += entry.size;
    }
    entries_.pop_front();
    applied_end_ = entry.number + 1;
    entry.state = Entry::State::done;
    // From here on the entry belongs to its writer again.
    if (entry.is_waiting) entry.waiter.post_resume({});
  }
  is_applying_ = false;
  bytes_gauge_.Set(static_cast<double>(bytes_written_ - bytes_truncated_));
}

Task<> Journal::wait_until_done(Entry& entry) {
  {
    std::lock_guard lock(mutex_);
    if (entry.state == Entry::State::done) co_return;
  }
  auto start = [&](rt::Waiter<rt::Done> waiter) {
    std::lock_guard lock(mutex_);
    if (entry.state == Entry::State::done) return waiter.post_resume({});
    entry.waiter = std::move(waiter);
    entry.is_waiting = true;
  };
  co_await rt::wait<rt::Done>(start);
}

Task<> Journal::open(Replay replay) {
  auto range = log_range();
  while (true) {
    auto entries = co_await kv_.scan(range, page_entries);
    for (const auto& entry : entries) {
      auto number = number_of_log_key(entry.key);
      if (number == 0) throw Error(Code::corrupt, "the archive's log has a key that is none");
      co_await replay(entry.value.bytes);
      next_number_ = applied_end_ = number + 1;
      bytes_written_ += entry.value.bytes.size();
    }
    if (entries.size() < page_entries) break;
    range.begin = entries.back().key + '\0';
  }
  bytes_gauge_.Set(static_cast<double>(bytes_written_));
}

Journal::Mark Journal::mark() const {
  std::lock_guard lock(mutex_);
  return {applied_end_, bytes_written_};
}

std::size_t Journal::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_written_ - bytes_truncated_;
}

void Journal::truncated(const Mark& mark) {
  std::lock_guard lock(mutex_);
  bytes_truncated_ = mark.bytes;
  bytes_gauge_.Set(static_cast<double>(bytes_written_ - bytes_truncated_));
}

}  // namespace tt::archive
