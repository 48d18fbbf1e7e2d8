#include "web/core/quick_views.h"

#include <time.h>

#include <algorithm>

namespace tt::web {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Microseconds processor_time() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + Microseconds(used.tv_nsec / 1000);
}

bool QuickViews::is_quick(std::string_view method, std::string_view path) const {
  return counts_[entry_of(method, path)].load(std::memory_order_relaxed) >= count_min;
}

void QuickViews::note(std::string_view method, std::string_view path, Effort effort) {
  auto& count = counts_[entry_of(method, path)];
  unsigned so_far = count.load(std::memory_order_relaxed);
  bool is_quick = effort.processor <= processor_max && effort.elapsed <= elapsed_max;
  unsigned now = is_quick ? std::min<unsigned>(so_far + 1, count_max) : so_far / 2;
  if (now != so_far) count.store(static_cast<std::uint8_t>(now), std::memory_order_relaxed);
}

std::size_t QuickViews::entry_of(std::string_view method, std::string_view path) {
  std::uint32_t hash = 2166136261u;  // FNV-1a
  auto add = [&](char c) { hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u; };
  for (char c : method) add(c);
  bool in_number = false;
  for (char c : path) {
    if (c == '?') break;
    if (!is_digit(c)) {
      add(c);
    } else if (!in_number) {
      add('#');
    }
    in_number = is_digit(c);
  }
  return (hash ^ (hash >> 16)) % 1024;
}

}  // namespace tt::web
