#include "rt/offload.h"

#include <condition_variable>
#include <thread>

namespace tt::rt {

struct OffloadPool::Impl {
  std::mutex mutex;
  std::condition_variable arrived;
  std::deque<std::move_only_function<void()>> queue;
  bool stopping = false;
  std::vector<std::jthread> threads;

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      arrived.wait(lock, [&] { return stopping || !queue.empty(); });
      if (queue.empty()) return;
      auto next = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      next();
      next = nullptr;
      lock.lock();
    }
  }
};

OffloadPool::OffloadPool(unsigned threads) : impl_(std::make_unique<Impl>()) {
  for (unsigned i = 0; i < threads; ++i) {
    impl_->threads.emplace_back([this] { impl_->work(); });
  }
}

OffloadPool::~OffloadPool() {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->arrived.notify_all();
  impl_->threads.clear();
}

void OffloadPool::submit(std::move_only_function<void()> work) {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->queue.push_back(std::move(work));
  }
  impl_->arrived.notify_one();
}

}  // namespace tt::rt
