#pragma once

// Watchdog: the deadlines of all connections of one loop, for the price of one timer.
//
// Deadlines are coarse (the tick), which is what time-outs against idle and slow peers need, and
// cost nothing to move: set() writes one number.

#include <list>

#include "rt/loop.h"
#include "rt/stream.h"
#include "rt/timer.h"

namespace tt::rt {

class Watchdog {
 public:
  static constexpr std::chrono::milliseconds tick{250};

  // Closes one stream when its time is over; the pending operation then throws cancelled.
  class Deadline {
   public:
    Deadline(Watchdog& watchdog, Stream& stream);
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;
    // From now on; replaces the earlier deadline.
    void set(Microseconds after) {
      expires_ = watchdog_.now_ + after;
      idle_ = false;
    }
    // The same, and the peer waits for nothing: close_idle() may close the stream.
    void set_idle(Microseconds after) {
      expires_ = watchdog_.now_ + after;
      idle_ = true;
    }
    void clear() {
      expires_ = Microseconds::max();
      idle_ = false;
    }
    // True once the deadline has closed the stream.
    bool has_expired() const { return expired_; }

   private:
    friend class Watchdog;
    Watchdog& watchdog_;
    Stream* stream_;
    Microseconds expires_ = Microseconds::max();
    bool expired_ = false;
    bool idle_ = false;
    std::list<Deadline*>::iterator place_;
  };

  // Ticks until it is cancelled.  Run it once, on the loop of the streams.
  Task<> run();
  // The steady time of the last tick.
  Microseconds now() const { return now_; }
  // Closes the streams that nobody waits on: for an orderly stop.
  void close_idle();

 private:
  void check();
  Microseconds now_ = SystemClock{}.steady();
  std::list<Deadline*> deadlines_;
};

}  // namespace tt::rt
