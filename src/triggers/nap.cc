#include "triggers/nap.h"

#include "rt/timer.h"

namespace tt::triggers {

Task<> Nap::until(std::optional<Microseconds> steady) {
  if (steady && (!next_ || *steady < *next_)) {
    next_ = steady;
    sleepers_.spawn(sleep(*steady));
  }
  co_await event_.wait();
}

Task<> Nap::sleep(Microseconds steady) {
  auto duration = std::max(steady - clock_.steady(), Microseconds(0));
  co_await rt::sleep_for(duration);
  if (next_ == steady) next_.reset();
  event_.set();
}

}  // namespace tt::triggers
