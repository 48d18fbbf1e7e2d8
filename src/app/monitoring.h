#pragma once

// What operators look at, and what runs by itself in the background.

#include "archive/archive.h"
#include "audit/audit.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "http/router.h"
#include "registry/registry.h"
#include "rt/scope.h"

namespace tt::app {

// GET /healthz ("ok" while the process serves) and /metrics (Prometheus text format).
void add_monitoring(http::Router& router, Metrics& metrics, std::string_view version);

// Erases the readings of feeds that are older than the retention of their feed.  The newest one of
// a channel stays, however old.
Task<> apply_retentions(registry::Registry& registry, archive::Archive& archive, Time now);

// What has to be done now and then: drops what is older than its retention (of the server, of a
// feed, of the audit), and writes down who was heard of.
class Maintenance {
 public:
  struct Parts {
    archive::Archive& archive;
    registry::Registry& registry;
    audit::Audit& audit;
    const Clock& clock;
  };
  // Starts at once, on `loop`; call there.  What `parts` refers to must outlive it.
  Maintenance(rt::Loop& loop, Parts parts);
  // Writes down what there is.
  Task<> stop();

 private:
  Parts parts_;
  rt::Scope scope_;
};

}  // namespace tt::app
