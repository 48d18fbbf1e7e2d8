#pragma once

// Gateway: MQTT 3.1.1 over any stream.
//
// Clients log in with an API key as user name (the password is ignored) or with the user name and
// password of an account.  Those without user name have no rights but those of the API key that
// they put before each topic: "KEY/v2/feeds/504.json", "KEY/feeds/504/temperature".
//
// MQTT 3.1.1 cannot refuse a publication: one that is not allowed is acknowledged if it wants to
// be, logged, counted, and goes nowhere.  One that could not be stored ends the connection without
// acknowledgement, so that the client sends it again.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "base/metrics.h"
#include "bus/bus.h"
#include "gateway/mqtt/clients.h"
#include "gateway/mqtt/outbox.h"
#include "identity/identity.h"
#include "rt/listener.h"

namespace tt::gateway::mqtt {

// What the gateway uses; all of it outlives it.
struct Services {
  rt::Loops& loops;
  bus::Bus& bus;
  identity::Identity& identity;
  const Limits& limits;
  Metrics& metrics;
};

// What all connections count.
struct Counters {
  explicit Counters(Metrics& metrics);
  Gauge& connections;
  Counter& connects;
  Counter& refused_connects;
  Counter& received;
  Counter& sent;
  Counter& dropped;  // QoS 0, client too slow
  Counter& denied;   // publications that were refused
};

class Gateway {
 public:
  explicit Gateway(Services services);

  // Serves one connection to its end; `first_bytes` have been read already.
  Task<> serve(std::unique_ptr<rt::Stream> stream, std::string first_bytes,
               rt::ConnectionContext& context);

  // --- for connections ------------------------------------------------------------------------
  Services& services() { return services_; }
  Counters& counters() { return counters_; }
  Clients& clients() { return clients_; }
  HeadCache& heads(const rt::Loop& loop) { return heads_[loop.index()]; }

 private:
  Services services_;
  Counters counters_;
  Clients clients_;
  std::vector<HeadCache> heads_;  // one a loop
  std::atomic<std::size_t> connections_ = 0;
};

}  // namespace tt::gateway::mqtt
