#pragma once

// Two connected streams without a socket, for tests and simulations.

#include <memory>
#include <utility>

#include "rt/stream.h"

namespace tt::rt {

// What is written to one is read from the other.  Both belong to the calling coroutine's loop.
// A write returns at once while the other side has fewer than `window_bytes` unread bytes, and
// waits beyond that, as a socket does.
std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>> memory_stream_pair(
    std::size_t window_bytes = 64 * 1024);

}  // namespace tt::rt
