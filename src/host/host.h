#pragma once

// Host: what an edge folder receives at start, and where it leaves its entry points.
//
// The object graph is built by app; an edge's install(Host&) adds routes, connection handlers and
// services, and keeps references to what it uses: everything here outlives it.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive.h"
#include "audit/audit.h"
#include "backup/backup.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/metrics.h"
#include "bus/bus.h"
#include "http/router.h"
#include "http/server.h"
#include "identity/identity.h"
#include "orm/database.h"
#include "provisioning/provisioning.h"
#include "registry/registry.h"
#include "request_log/request_log.h"
#include "rt/listener.h"
#include "rt/offload.h"
#include "store/blob.h"
#include "store/kv.h"
#include "telemetry/telemetry.h"
#include "triggers/triggers.h"
#include "twin/twin.h"

namespace tt {

// Something that runs from start to stop beside the connections.
class Service {
 public:
  virtual ~Service() = default;
  // Once, before connections are accepted, on loop 0.
  virtual Task<> start() { co_return; }
  // Once, after the last connection has ended, on loop 0.
  virtual Task<> stop() { co_return; }
};

// What there is to use.
struct Services {
  rt::Loops& loops;
  rt::OffloadPool& pool;
  const Clock& clock;
  const Limits& limits;
  Metrics& metrics;
  store::Kv& kv;
  store::Blob& blob;
  identity::Identity& identity;
  bus::Bus& bus;
  registry::Registry& registry;
  archive::Archive& archive;
  telemetry::Telemetry& telemetry;
  audit::Audit& audit;
  request_log::RequestLog& request_log;
  provisioning::Provisioning& provisioning;
  twin::Twins& twins;
  triggers::Triggers& triggers;
  backup::Backup& backup;
  orm::Database& database;  // of identity and registry: what is theirs, they alone write
};

class Host {
 public:
  Host(Services services, http::Router& router) : services_(services), router_(router) {}

  Services& services() { return services_; }

  // Routes of the listener `http`.
  http::Router& router() { return router_; }

  // Serves `protocol` on the listener `listener` ("http", "mqtt", …); the listener is made if no
  // other edge has asked for it.  Two handlers for one protocol of one listener are a bug.
  void serve(const std::string& listener, rt::Protocol protocol, rt::ProtocolHandler handler);

  // Where a listener really listens, with the port that the system picked; nullopt if there is no
  // such listener or it has not been started.  From any thread.
  std::optional<rt::Endpoint> endpoint(const std::string& listener) const;
  void set_endpoint(const std::string& listener, const rt::Endpoint& endpoint);

  // Keeps `service` until the end.
  void add(std::unique_ptr<Service> service) { added_.push_back(std::move(service)); }

  using Handlers = std::map<rt::Protocol, rt::ProtocolHandler>;
  std::map<std::string, Handlers>& handlers() { return handlers_; }
  std::vector<std::unique_ptr<Service>>& added() { return added_; }

 private:
  Services services_;
  http::Router& router_;
  std::map<std::string, Handlers> handlers_;
  mutable std::mutex endpoints_mutex_;
  std::map<std::string, rt::Endpoint> endpoints_;
  std::vector<std::unique_ptr<Service>> added_;
};

}  // namespace tt
