#pragma once

// Loop: one thread, one io_context, everything that lives on one core.  Loops: all of them.

#include <functional>
#include <memory>
#include <vector>

#include "rt/task.h"

namespace tt::rt {

class Loop {
 public:
  explicit Loop(unsigned index);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  unsigned index() const { return index_; }
  boost::asio::io_context& context() { return context_; }
  Executor executor() { return context_.get_executor(); }

  // Runs `work` on this loop soon; callable from any thread.  An exception in it is a bug.
  void post(std::move_only_function<void()> work);
  // True on the thread that runs this loop.
  bool is_current() const;

  // Runs until stop(); the calling thread is the loop's thread meanwhile.
  void run();
  // Makes run() return after the handler that is running now; callable from any thread.
  void stop();

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<Executor> work_;
  unsigned index_;
};

// Runs the loops, loop 0 on the calling thread, the others on threads of their own.
class Loops {
 public:
  // `count` >= 1; the default of the program is one per core.
  explicit Loops(unsigned count);
  unsigned size() const { return static_cast<unsigned>(loops_.size()); }
  Loop& at(unsigned index) { return *loops_[index]; }

  // Blocks until stop(), then joins all threads.
  void run();
  void stop();

 private:
  std::vector<std::unique_ptr<Loop>> loops_;
};

// Runs one Task to its end on a loop of its own and returns its result; for tests, tools and the
// short work before the server starts.
template <class T>
T run_alone(Task<T> task);

}  // namespace tt::rt

#include "rt/detail/run_alone.h"
