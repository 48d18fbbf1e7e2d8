#pragma once

// The memory engine: Kv and Blob without a disk, for tests.
//
// Both keep everything in this process and forget it when destroyed.  They are safe to use from
// several loops, and never suspend the awaiting coroutine.  A snapshot makes the next commit copy
// the table of keys: right for tests, not for millions of keys.

#include <memory>

#include "store/blob.h"
#include "store/kv.h"

namespace tt::store {

std::unique_ptr<Kv> make_memory_kv();

std::unique_ptr<Blob> make_memory_blob();

}  // namespace tt::store
