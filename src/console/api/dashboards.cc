// GET    /dashboards                                   {"dashboards":[{"id","name",…,"boxes"}]}
// POST   /dashboards {"name","layout"}                 201, the dashboard
// POST   /dashboards/import, an exported file          201, the dashboard
// GET    /dashboards/ID                                {"id","name","version",…,"layout"}
// GET    /dashboards/ID/export                         {"thingtank_dashboard":1,"name","layout"}
// PUT    /dashboards/ID {"name","version","layout"}    the dashboard; 409 if the version is old
// PUT    /dashboards/ID/name {"name"}                  the dashboard
// POST   /dashboards/ID/copies {}                      201, the dashboard
// DELETE /dashboards/ID                                {}
// POST   /dashboards/ID/share {}                       the dashboard, with "share_token"
// DELETE /dashboards/ID/share                          the dashboard

#include "console/dashboards.h"

#include <fmt/format.h>

#include "base/error.h"
#include "console/api/route.h"
#include "console/request_body.h"
#include "wire/json_writer.h"

namespace tt::console {
namespace {

using wire::JsonValue;

constexpr std::int64_t file_version = 1;

Dashboards dashboards_of(Call& call) {
  auto& services = call.services;
  return Dashboards(services.database, services.pool, services.clock, services.limits);
}

// Name, version and white space come on top of the layout.
RequestBody read_body(std::string_view text, const Limits& limits) {
  return RequestBody(text, 2 * limits.dashboard_bytes_max);
}

JsonValue layout_in(const RequestBody& body) {
  auto found = body.root().find("layout");
  if (!found) throw Error(Code::unprocessable, "layout is missing");
  return *found;
}

// --- what goes -------------------------------------------------------------------------------

http::Response response_of(int status, const Dashboard& dashboard) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("id", dashboard.id).member("name", dashboard.name);
  json.member("version", dashboard.version).member("created", format_time(dashboard.created));
  json.member("updated", format_time(dashboard.updated)).key("share_token");
  if (dashboard.share_token.empty()) {
    json.null();
  } else {
    json.value(dashboard.share_token);
  }
  json.key("layout").raw(dashboard.layout).end_object();
  return http::Response::json(status, std::move(body));
}

void append_summary(wire::JsonWriter& json, const Dashboard& dashboard, const Limits& limits) {
  auto layout = read_stored_layout(dashboard.layout, limits);
  json.begin_object().member("id", dashboard.id).member("name", dashboard.name);
  json.member("updated", format_time(dashboard.updated));
  json.member("shared", !dashboard.share_token.empty()).key("boxes").begin_array();
  for (const auto& box : layout.boxes) {
    json.begin_object().member("type", box.type).member("x", box.x).member("y", box.y);
    json.member("w", box.w).member("h", box.h).end_object();
  }
  json.end_array().end_object();
}

Task<> note(Call& call, std::string_view action, const Dashboard& dashboard) {
  auto object = fmt::format("dashboards/{}", dashboard.id);
  co_await record(call, action, std::move(object), dashboard.name);
}

// --- operations ------------------------------------------------------------------------------

Task<http::Response> list(Call& call) {
  auto dashboards = dashboards_of(call);
  auto mine = co_await dashboards.list(call.caller->account);
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("dashboards").begin_array();
  for (const auto& dashboard : mine) append_summary(json, dashboard, call.services.limits);
  json.end_array().end_object();
  co_return http::Response::json(200, std::move(body));
}

Task<http::Response> create_from(Call& call, const RequestBody& wanted, std::string_view action) {
  auto name = wanted.string("name");
  auto layout = check_layout(layout_in(wanted), call.services.limits);
  auto dashboards = dashboards_of(call);
  auto made =
      co_await dashboards.create(call.caller->account, std::move(name), std::move(layout.json));
  co_await note(call, action, made);
  co_return response_of(201, made);
}

Task<http::Response> create(Call& call) {
  auto text = co_await call.request.body();
  auto wanted = read_body(text, call.services.limits);
  co_return co_await create_from(call, wanted, "dashboard.create");
}

Task<http::Response> import(Call& call) {
  auto text = co_await call.request.body();
  auto wanted = read_body(text, call.services.limits);
  if (wanted.find_integer("thingtank_dashboard") != file_version) {
    throw Error(Code::unprocessable,
                "This is no dashboard file: choose one that “Export” has made.");
  }
  co_return co_await create_from(call, wanted, "dashboard.import");
}

Task<http::Response> show(Call& call) {
  auto dashboards = dashboards_of(call);
  auto id = call.request.int_parameter("id");
  auto found = co_await dashboards.find(call.caller->account, id);
  co_return response_of(200, found);
}

Task<http::Response> export_file(Call& call) {
  auto dashboards = dashboards_of(call);
  auto id = call.request.int_parameter("id");
  auto found = co_await dashboards.find(call.caller->account, id);
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("thingtank_dashboard", file_version).member("name", found.name);
  json.key("layout").raw(found.layout).end_object();
  auto response = http::Response::json(200, std::move(body));
  response.set("Content-Disposition",
               fmt::format("attachment; filename=\"dashboard-{}.json\"", id));
  co_return response;
}

Task<http::Response> update(Call& call) {
  auto text = co_await call.request.body();
  auto wanted = read_body(text, call.services.limits);
  DashboardChange change;
  change.name = wanted.string("name");
  change.version = wanted.find_integer("version");
  if (!change.version) throw Error(Code::unprocessable, "version must be a whole number");
  change.layout = check_layout(layout_in(wanted), call.services.limits).json;
  auto dashboards = dashboards_of(call);
  auto id = call.request.int_parameter("id");
  auto changed = co_await dashboards.update(call.caller->account, id, std::move(change));
  co_await note(call, "dashboard.update", changed);
  co_return response_of(200, changed);
}

Task<http::Response> rename(Call& call) {
  auto text = co_await call.request.body();
  auto wanted = read_body(text, call.services.limits);
  DashboardChange change;
  change.name = wanted.string("name");
  auto dashboards = dashboards_of(call);
  auto id = call.request.int_parameter("id");
  auto changed = co_await dashboards.update(call.caller->account, id, std::move(change));
  co_await note(call, "dashboard.rename", changed);
  co_return response_of(200, changed);
}

Task<http::Response> duplicate(Call& call) {
  auto dashboards = dashboards_of(call);
  auto id = call.request.int_parameter("id");
  auto original = co_await dashboards.find(call.caller->account, id);
  auto name = name_of_copy(original.name);
  auto copy =
      co_await dashboards.create(call.caller->account, std::move(name), std::move(original.layout));
  co_await note(call, "dashboard.create", copy);
  co_return response_of(201, copy);
}

Task<http::Response> remove(Call& call) {
  auto dashboards = dashboards_of(call);
  auto id = call.request.int_parameter("id");
  auto gone = co_await dashboards.remove(call.caller->account, id);
  co_await note(call, "dashboard.delete", gone);
  co_return http::Response::json(200, "{}");
}

Task<http::Response> start_sharing(Call& call) {
  auto dashboards = dashboards_of(call);
  auto id = call.request.int_parameter("id");
  auto shared = co_await dashboards.share(call.caller->account, id, Sharing::on);
  co_await note(call, "dashboard.share", shared);
  co_return response_of(200, shared);
}

Task<http::Response> stop_sharing(Call& call) {
  auto dashboards = dashboards_of(call);
  auto id = call.request.int_parameter("id");
  auto unshared = co_await dashboards.share(call.caller->account, id, Sharing::off);
  co_await note(call, "dashboard.unshare", unshared);
  co_return response_of(200, unshared);
}

}  // namespace

std::span<const Route> dashboard_routes() {
  using enum http::Method;
  static constexpr Route routes[] = {
      {get, "/dashboards", list},
      {post, "/dashboards", create},
      {post, "/dashboards/import", import},
      {get, "/dashboards/{id:int}", show},
      {get, "/dashboards/{id:int}/export", export_file},
      {put, "/dashboards/{id:int}", update},
      {put, "/dashboards/{id:int}/name", rename},
      {post, "/dashboards/{id:int}/copies", duplicate},
      {del, "/dashboards/{id:int}", remove},
      {post, "/dashboards/{id:int}/share", start_sharing},
      {del, "/dashboards/{id:int}/share", stop_sharing},
  };
  return routes;
}

}  // namespace tt::console
