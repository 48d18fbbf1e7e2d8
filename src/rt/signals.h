#pragma once

// Signals of the process, as an awaitable.

#include <memory>

#include "rt/loop.h"

namespace tt::rt {

// SIGINT and SIGTERM, from the moment it is made: none is lost between then and wait().
class StopSignal {
 public:
  explicit StopSignal(Loop& loop);
  ~StopSignal();
  // The number of the signal that came.
  Task<int> wait();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tt::rt
