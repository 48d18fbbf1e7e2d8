#pragma once

// Twin: what a device should be (desired) and what it says it is (reported).
//
// Two JSON objects for each feed, each with a version that grows by one with every change.  An
// application writes desired, also while the device is away; the device reads it, or hears it on
// the topic twin/FEED/desired, acts, and writes reported.  The delta is what desired asks for and
// reported does not say.  Changes are JSON merge patches.                              RFC 7396
//
// On the bus the topics twin/… are this module's:
//   publish   twin/FEED/desired, twin/FEED/reported     a merge patch
//   subscribe twin/FEED/desired, …/reported, …/delta    the state at once, then after each change:
//                                                       {"version":7,"state":{…}}

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/limits.h"
#include "bus/bus.h"
#include "registry/registry.h"
#include "store/kv.h"
#include "telemetry/telemetry.h"

namespace tt::twin {

enum class Side { desired, reported };

struct State {
  std::string json = "{}";
  std::uint64_t version = 0;  // 0: never written
  Time updated;
};

struct Twin {
  State desired, reported;
  std::string delta = "{}";
};

struct Patch {
  Side side = Side::desired;
  std::string json;  // a merge patch: an object
  std::optional<std::uint64_t> expected_version;
};

class Twins {
 public:
  virtual ~Twins() = default;
  // Empty sides if nothing was written.  Needs `read` of the feed; throws not_found, denied.
  virtual Task<Twin> find(const identity::Caller& caller, registry::FeedId feed) = 0;
  // Durable on return, then heard by subscribers.  Needs `update`.  Throws not_found, denied,
  // invalid for what is no JSON object, too_large beyond limits.twin_bytes_max, conflict if the
  // expected version is not the current one.
  virtual Task<Twin> patch(const identity::Caller& caller, registry::FeedId feed, Patch patch) = 0;
};

// Registers itself with `bus` and `telemetry`.  References must outlive the result.
struct Parts {
  store::Kv& kv;
  registry::Registry& registry;
  bus::Bus& bus;
  telemetry::Telemetry& telemetry;
  const Clock& clock;
  const Limits& limits;
};
std::unique_ptr<Twins> make_twins(Parts parts);

}  // namespace tt::twin
