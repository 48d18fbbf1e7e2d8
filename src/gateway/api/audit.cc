// GET /audit?object=&action=&before=&limit=: who changed what, newest first.

#include "gateway/api/operations.h"
#include "wire/json_writer.h"

namespace tt::gateway::api {
namespace {

constexpr std::size_t entries_per_page_max = 1'000;

void append_entry(wire::JsonWriter& json, const audit::Entry& entry) {
  json.begin_object().member("id", entry.id).member("at", format_time(entry.at));
  json.member("actor", entry.actor).member("address", entry.address);
  json.member("action", entry.event.action).member("object", entry.event.object);
  json.member("detail", entry.event.detail).end_object();
}

}  // namespace

Task<http::Response> list_audit(Call& call) {
  require_master(call);
  audit::Filter filter;
  if (!call.caller->is_admin) filter.visible_to = call.caller->account;
  filter.object = call.request.query_value("object").value_or("");
  filter.action = call.request.query_value("action").value_or("");
  filter.before = call.request.query_value("before").value_or("");
  filter.limit = std::min(count_parameter(call, "limit", filter.limit), entries_per_page_max);
  auto limit = filter.limit;
  auto entries = co_await call.services.audit.entries(std::move(filter));
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("entries").begin_array();
  for (const auto& entry : entries) append_entry(json, entry);
  json.end_array();
  // The value of `before` for the next page.
  json.key("next");
  entries.size() < limit ? json.null() : json.value(entries.back().id);
  json.end_object();
  co_return http::Response::json(200, std::move(body));
}

}  // namespace tt::gateway::api
