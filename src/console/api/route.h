#pragma once

// Route: one operation of the console's interface, and what every operation may use.
//
// Each file of this folder ends with the table of its routes; api.cc joins them.  An operation is
// called when the request may be one of our own pages' and its caller has the access that the route
// asks for; whether the thing in question is the caller's it checks itself.  It throws Error.

#include <span>
#include <string>
#include <string_view>

#include "host/host.h"
#include "wire/json_writer.h"

namespace tt::console {

// What an operation works with; lives until its Task returns.
struct Call {
  Host& host;
  Services& services;
  http::Request& request;
  identity::CallerPtr caller;  // who is signed in; nullptr only where the route lets anyone in
};

enum class Access { signed_in, administrator, anyone };

struct Route {
  http::Method method;
  std::string_view path;  // behind /console/api
  Task<http::Response> (*operation)(Call& call);
  Access access = Access::signed_in;
};

// --- what operations share -------------------------------------------------------------------

// The device of the path's {id} if the caller owns it.  Throws not_found otherwise.
Task<registry::FeedPtr> own_device(Call& call);

// The query parameter; `absent` if there is none.  Throws invalid for what is no number.
std::size_t number_parameter(const http::Request& request, std::string_view name,
                             std::size_t absent);

// Writes an audit entry about something that the caller owns, as `audit::Event` says.
Task<> record(Call& call, std::string_view action, std::string object, std::string detail = {});

// "feeds/504", for record().
std::string object_of(const registry::Feed& feed);

// The member `name`: a time, or null.
void append_time(wire::JsonWriter& json, std::string_view name, std::optional<Time> time);

// Throws denied unless the page that opens this WebSocket is one of this server's.
void require_own_origin(const http::Request& request);

// --- the tables --------------------------------------------------------------------------------

std::span<const Route> session_routes();
std::span<const Route> device_routes();
std::span<const Route> channel_routes();
std::span<const Route> key_routes();
std::span<const Route> trigger_routes();
std::span<const Route> request_routes();
std::span<const Route> product_routes();
std::span<const Route> batch_routes();
std::span<const Route> dashboard_routes();
std::span<const Route> series_routes();
std::span<const Route> channel_search_routes();
std::span<const Route> alarm_routes();
std::span<const Route> audit_routes();

}  // namespace tt::console
