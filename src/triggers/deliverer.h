#pragma once

// Deliverer: takes what waits to its destinations, many at once, and again after a pause.
//
// Each host has a lane of its own in which few deliveries run at a time, and takes its turn with
// the others: a receiver that hangs delays nobody else.  Deliveries to one host may overtake each
// other; "timestamp" tells their order.

#include <deque>
#include <map>

#include "base/metrics.h"
#include "base/random.h"
#include "triggers/carrier.h"
#include "triggers/deliveries.h"
#include "triggers/index.h"
#include "triggers/nap.h"

namespace tt::triggers {

class Deliverer {
 public:
  struct Parts {
    rt::Loop& loop;  // where it works
    const Clock& clock;
    const Limits& limits;
    Deliveries& deliveries;
    Index& index;
    Carrier& carrier;
    Metrics& metrics;
  };
  explicit Deliverer(Parts parts);

  // Room for one more; false, and counted as refused, if too many wait.  From any thread.
  bool reserve(TriggerId trigger);
  // Takes back what was reserved.
  void release(TriggerId trigger);
  // Deliveries that stand in the queue and for which there is room.  From any thread.
  void add(std::vector<Waiting> waiting);

  // What the queue held when the server was stopped.
  Task<> load();
  // Until stop(); spawn it on the loop.
  Task<> run();
  // On the loop; the carrier must have been stopped.
  Task<> stop();
  // The clock was moved.
  void look_now() { nap_.wake(); }

 private:
  struct Lane {
    std::deque<Waiting> ready;
    std::size_t running = 0;
  };

  void enqueue(std::vector<Waiting> waiting);
  void take_due();
  void start_ready();
  bool start_one(const std::string& name, Lane& lane);
  Task<> deliver(Waiting waiting, std::string lane);
  Task<> attempt(Waiting& waiting);
  Task<> settle(Waiting& waiting, Deliveries::Found found, Outcome outcome);
  void end(const Waiting& waiting, std::string lane);
  Task<> trim_sometimes(TriggerId trigger);

  Parts parts_;
  rt::Scope sleepers_;
  rt::Scope running_in_;
  Nap nap_;
  SeededRandom random_;
  bool is_stopping_ = false;
  std::multimap<Microseconds, Waiting> later_;  // by steady time
  std::map<std::string, Lane> lanes_;
  std::string last_lane_;
  std::size_t running_ = 0;
  std::map<TriggerId, unsigned> ended_;  // since their log was trimmed
  std::atomic<std::size_t> waiting_{0};
  Counter& delivered_;
  Counter& failed_;
  Counter& again_;
  Counter& refused_;
  Gauge& waiting_gauge_;
};

}  // namespace tt::triggers
