#pragma once

// Signals of the process, as an awaitable.

#include "rt/loop.h"

namespace tt::rt {

// Waits for SIGINT or SIGTERM and returns its number.
Task<int> wait_for_stop_signal();

}  // namespace tt::rt
