#pragma once

// Our own HTTP API under /api/v1: one function for each operation; routes.cc says which request
// calls which, and api.cc who may call and what becomes of errors.
//
// Another operation: declare it here, write it in a file of its own, add a line to routes.cc.

#include "host/host.h"

namespace tt::gateway::api {

struct Call {
  Services& services;
  http::Request& request;
  identity::CallerPtr caller;  // never nullptr; what it may do, the operation checks
};

// Throws Error, which becomes {"title":…,"errors":…} with the status of its code.
using Operation = Task<http::Response> (*)(Call&);

// The feed that the path names in {id}.  Throws not_found, and denied if the caller may not.
Task<registry::FeedPtr> open_feed(Call& call, identity::Action action);

// Throws denied unless the caller is a person or has a master key.
void require_master(const Call& call);

// A number among the query's parameters; `fallback` if it is absent.  Throws invalid.
std::size_t count_parameter(const Call& call, std::string_view name, std::size_t fallback);

// Throws unsupported if the body says that it is something else than rows of `header`.
void require_csv(const Call& call, std::string_view header);

// alarms.cc
Task<http::Response> list_alarms(Call& call);
Task<http::Response> acknowledge_alarm(Call& call);
Task<http::Response> clear_alarm(Call& call);

// audit.cc
Task<http::Response> list_audit(Call& call);

// backup.cc
Task<http::Response> make_backup(Call& call);

// devices.cc
Task<http::Response> create_devices(Call& call);

// feeds.cc
Task<http::Response> read_feed(Call& call);
Task<http::Response> change_feed(Call& call);

// history.cc
Task<http::Response> export_history(Call& call);
Task<http::Response> import_history(Call& call);

// import.cc
Task<http::Response> import_datapoints(Call& call);

// triggers.cc
Task<http::Response> list_deliveries(Call& call);
Task<http::Response> test_trigger(Call& call);

// twin.cc
Task<http::Response> read_twin(Call& call);
Task<http::Response> patch_desired(Call& call);
Task<http::Response> patch_reported(Call& call);

}  // namespace tt::gateway::api
