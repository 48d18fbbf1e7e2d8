#pragma once

// Signals of the process, as an awaitable.

#include <initializer_list>
#include <memory>

#include "rt/loop.h"

namespace tt::rt {

// The signals given, from the moment it is made: none is lost between then and wait(), and none
// does what it would do to a process that knows nothing of it.
class Signals {
 public:
  Signals(Loop& loop, std::initializer_list<int> numbers);
  ~Signals();
  // The number of the next signal that comes.
  Task<int> wait();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tt::rt
