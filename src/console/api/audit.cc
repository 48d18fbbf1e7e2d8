// GET /audit?action=&object=&before=&limit=   {"entries":[…],"next"}
//
// Newest first; `next` is what `before` must be for the page behind, null at the end.  People see
// what they did and what happened to what is theirs, administrators everything.

#include "base/error.h"
#include "console/api/route.h"
#include "wire/json_writer.h"

namespace tt::console {
namespace {

constexpr std::size_t entries_per_page = 50, entries_per_page_max = 200;

void append(wire::JsonWriter& json, const audit::Entry& entry) {
  json.begin_object().member("id", entry.id).member("at", format_time(entry.at));
  json.member("actor", entry.actor).member("address", entry.address);
  json.member("action", entry.event.action).member("object", entry.event.object);
  json.member("detail", entry.event.detail).end_object();
}

Task<http::Response> list(Call& call) {
  audit::Filter filter;
  if (!call.caller->is_admin) filter.visible_to = call.caller->account;
  filter.action = call.request.query_value("action").value_or("");
  filter.object = call.request.query_value("object").value_or("");
  filter.before = call.request.query_value("before").value_or("");
  auto limit = std::clamp(number_parameter(call.request, "limit", entries_per_page), std::size_t{1},
                          entries_per_page_max);
  filter.limit = limit + 1;  // one more tells whether there is a page behind
  auto entries = co_await call.services.audit.entries(std::move(filter));
  bool has_more = entries.size() > limit;
  if (has_more) entries.resize(limit);
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("entries").begin_array();
  for (const auto& entry : entries) append(json, entry);
  json.end_array().key("next");
  if (has_more) {
    json.value(entries.back().id);
  } else {
    json.null();
  }
  json.end_object();
  co_return http::Response::json(200, std::move(body));
}

}  // namespace

std::span<const Route> audit_routes() {
  static constexpr Route routes[] = {{http::Method::get, "/audit", list}};
  return routes;
}

}  // namespace tt::console
