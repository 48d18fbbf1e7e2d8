#pragma once

// What operators look at, and what runs by itself in the background.

#include "archive/archive.h"
#include "base/metrics.h"
#include "http/router.h"
#include "rt/scope.h"

namespace tt::app {

// GET /healthz ("ok" while the process serves) and /metrics (Prometheus text format).
void add_monitoring(http::Router& router, Metrics& metrics, std::string_view version);

// Drops data that is older than the retention, every few minutes.
class Maintenance {
 public:
  // Starts at once, on `loop`; call there.
  Maintenance(rt::Loop& loop, archive::Archive& archive);
  Task<> stop();

 private:
  rt::Scope scope_;
};

}  // namespace tt::app
