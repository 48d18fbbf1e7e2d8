#include "rt/watchdog.h"

namespace tt::rt {

Watchdog::Deadline::Deadline(Watchdog& watchdog, Stream& stream)
    : watchdog_(watchdog), stream_(&stream) {
  place_ = watchdog_.deadlines_.insert(watchdog_.deadlines_.end(), this);
}

Watchdog::Deadline::~Deadline() { watchdog_.deadlines_.erase(place_); }

Task<> Watchdog::run() {
  while (true) {
    co_await sleep_for(tick);
    check();
  }
}

void Watchdog::close_idle() {
  for (Deadline* deadline : deadlines_) {
    if (deadline->idle_) deadline->stream_->close();
  }
}

void Watchdog::check() {
  now_ = SystemClock{}.steady();
  for (Deadline* deadline : deadlines_) {
    if (deadline->expires_ > now_) continue;
    deadline->clear();
    deadline->expired_ = true;
    // The coroutine that waits on the stream resumes by a post, after this loop.
    deadline->stream_->close();
  }
}

}  // namespace tt::rt
