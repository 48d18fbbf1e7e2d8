#include "store/kv.h"

#include <fmt/format.h>

#include "base/error.h"

namespace tt::store {
namespace {

std::size_t checked_key(const std::string& key) {
  if (key.size() <= key_bytes_max) return key.size();
  throw Error(Code::too_large, fmt::format("a key of {} bytes is over the limit of {} bytes",
                                           key.size(), key_bytes_max));
}

std::size_t checked(const Batch::Put& put) { return checked_key(put.key) + put.bytes.size(); }
std::size_t checked(const Batch::Delete& erase) { return checked_key(erase.key); }
std::size_t checked(const Batch::DeleteRange& erase) {
  return checked_key(erase.range.begin) + checked_key(erase.range.end);
}

}  // namespace

Range prefix_range(std::string_view prefix) {
  // The end is the prefix with its last byte counted up; a byte 0xff cannot be, so it is cut off
  // and the one before it is counted up.  A prefix of nothing but 0xff has no end.
  Range range{.begin = std::string(prefix), .end = std::string(prefix)};
  while (!range.end.empty() && range.end.back() == '\xff') range.end.pop_back();
  if (!range.end.empty()) ++range.end.back();
  return range;
}

std::size_t checked_size_bytes(const Batch& batch) {
  std::size_t size_bytes = 0;
  for (const auto& operation : batch.operations()) {
    size_bytes += std::visit([](const auto& each) { return checked(each); }, operation);
  }
  if (size_bytes <= batch_bytes_max) return size_bytes;
  throw Error(Code::too_large, fmt::format("a batch of {} bytes is over the limit of {} bytes",
                                           size_bytes, batch_bytes_max));
}

Task<> Kv::checkpoint(std::string) {
  throw Error(Code::unsupported, "this store has no files to copy");
  co_return;
}

}  // namespace tt::store
