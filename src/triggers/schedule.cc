#include "triggers/schedule.h"

#include <algorithm>

namespace tt::triggers {

Microseconds pause_after(unsigned attempts, double fraction,
                         std::optional<std::chrono::seconds> retry_after) {
  // Twice as long each time; beyond the tenth it is the longest anyway.
  Microseconds pause = std::chrono::seconds(1) * (1 << std::min(attempts - 1, 10u));
  pause = std::min(pause, pause_max * 5 / 6);
  auto spread = static_cast<std::int64_t>(static_cast<double>(pause.count()) * 0.4 * fraction);
  pause = pause * 4 / 5 + Microseconds(spread);
  if (retry_after) pause = std::max(pause, std::min<Microseconds>(*retry_after, pause_max));
  return pause;
}

}  // namespace tt::triggers
