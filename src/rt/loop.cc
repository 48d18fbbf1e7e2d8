#include "rt/loop.h"

#include <thread>

namespace tt::rt {

Loop::Loop(unsigned index) : work_(boost::asio::make_work_guard(context_)), index_(index) {}

Loop::~Loop() = default;

void Loop::post(std::move_only_function<void()> work) {
  boost::asio::post(context_, std::move(work));
}

bool Loop::is_current() const {
  return const_cast<Loop*>(this)->executor().running_in_this_thread();
}

void Loop::run() { context_.run(); }

void Loop::stop() { context_.stop(); }

Loops::Loops(unsigned count) {
  for (unsigned i = 0; i < count; ++i) loops_.push_back(std::make_unique<Loop>(i));
}

void Loops::run() {
  std::vector<std::jthread> threads;
  for (unsigned i = 1; i < size(); ++i) {
    threads.emplace_back([&loop = *loops_[i]] { loop.run(); });
  }
  loops_[0]->run();
}

void Loops::stop() {
  for (auto& loop : loops_) loop->stop();
}

}  // namespace tt::rt
