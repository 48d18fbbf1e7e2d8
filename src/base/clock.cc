#include "base/clock.h"

#include "base/error.h"

namespace tt {

Time SystemClock::now() const {
  return std::chrono::time_point_cast<Microseconds>(std::chrono::system_clock::now());
}

Microseconds SystemClock::steady() const {
  auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<Microseconds>(since);
}

void VirtualClock::advance(Microseconds by) {
  TT_ASSERT(by.count() >= 0);
  now_us_ += by.count();
  steady_us_ += by.count();
}

}  // namespace tt
