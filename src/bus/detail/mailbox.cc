#include "bus/detail/mailbox.h"

namespace tt::bus::detail {
namespace {

// Delivered in one go before other work of the loop gets its turn.
constexpr std::size_t portion = 1024;

}  // namespace

Mailbox::Mailbox(rt::Loop& loop, std::size_t capacity,
                 std::function<void(const MessagePtr&)> deliver)
    : loop_(loop), capacity_(capacity), deliver_(std::move(deliver)) {}

Task<> Mailbox::put(std::vector<MessagePtr> messages) {
  std::size_t next = 0;
  {
    std::lock_guard lock(mutex_);
    if (writers_.empty()) next = take_in(messages, 0);
    wake_reader();
  }
  if (next == messages.size()) co_return;
  auto start = [&](rt::Waiter<rt::Done> waiter) {
    std::lock_guard lock(mutex_);
    writers_.push_back(Writer{std::move(messages), next, std::move(waiter)});
    wake_reader();
  };
  co_await rt::wait<rt::Done>(start);
}

std::size_t Mailbox::take_in(std::vector<MessagePtr>& messages, std::size_t next) {
  for (; next < messages.size() && queue_.size() < capacity_; ++next) {
    queue_.push_back(std::move(messages[next]));
  }
  return next;
}

void Mailbox::wake_reader() {
  if (reader_is_woken_) return;
  reader_is_woken_ = true;
  loop_.post([this] { drain(); });
}

void Mailbox::drain() {
  std::vector<MessagePtr> taken;
  std::vector<Writer> finished;
  {
    std::lock_guard lock(mutex_);
    auto count = std::min(portion, queue_.size());
    auto end = queue_.begin() + static_cast<std::ptrdiff_t>(count);
    taken.assign(std::move_iterator(queue_.begin()), std::move_iterator(end));
    queue_.erase(queue_.begin(), end);
    while (!writers_.empty() && queue_.size() < capacity_) {
      auto& writer = writers_.front();
      writer.next = take_in(writer.messages, writer.next);
      if (writer.next < writer.messages.size()) break;
      finished.push_back(std::move(writer));
      writers_.pop_front();
    }
    reader_is_woken_ = false;
    if (!queue_.empty()) wake_reader();
  }
  for (auto& writer : finished) writer.waiter.post_resume(rt::Done{});
  for (const auto& message : taken) deliver_(message);
}

std::size_t Mailbox::size() const {
  std::lock_guard lock(mutex_);
  return queue_.size();
}

std::size_t Mailbox::waiting() const {
  std::lock_guard lock(mutex_);
  return writers_.size();
}

}  // namespace tt::bus::detail
