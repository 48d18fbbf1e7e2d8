#pragma once

// QuickViews: which requests are answered so fast that handing them to another thread would cost
// more than answering them.
//
// Requests are known by method and path, digits of the path aside ("GET /station/#/"), in a table
// of fixed size; two that share an entry share its fate.  An answer counts for its kind if it took
// little of the processor and was there soon, with patience for a busy machine; any other takes
// half of what was counted away.  From any thread.

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "base/clock.h"

namespace tt::web {

// Of the processor, by the calling thread since it began.
Microseconds processor_time();

class QuickViews {
 public:
  static constexpr Microseconds processor_max{300};
  static constexpr Microseconds elapsed_max{5000};
  static constexpr std::uint8_t count_min = 32;  // from here on a kind is quick
  static constexpr std::uint8_t count_max = 128;

  // What answering has cost the thread that did it.
  struct Effort {
    Microseconds processor{0};
    Microseconds elapsed{0};
  };

  // `path` may have a query; it does not count.
  bool is_quick(std::string_view method, std::string_view path) const;
  void note(std::string_view method, std::string_view path, Effort effort);

 private:
  static std::size_t entry_of(std::string_view method, std::string_view path);

  std::array<std::atomic<std::uint8_t>, 1024> counts_{};
};

}  // namespace tt::web
