// GET /feeds/ID/twin; PATCH /feeds/ID/twin/desired and /reported with a JSON merge patch.

#include "base/error.h"
#include "base/text.h"
#include "gateway/api/errors.h"
#include "gateway/api/operations.h"
#include "wire/header_value.h"
#include "wire/json_writer.h"

namespace tt::gateway::api {
namespace {

void append_state(wire::JsonWriter& json, const twin::State& state) {
  json.begin_object().member("version", state.version).key("updated");
  state.version == 0 ? json.null() : json.value(format_time(state.updated));
  json.key("state").raw(state.json).end_object();
}

http::Response to_response(registry::FeedId feed, const twin::Twin& twin) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("feed_id", feed).key("desired");
  append_state(json, twin.desired);
  json.key("reported");
  append_state(json, twin.reported);
  json.key("delta").raw(twin.delta).end_object();
  return http::Response::json(200, std::move(body));
}

std::string entity_tag(std::uint64_t version) { return fmt::format("\"{}\"", version); }

// If-Match: "7" asks for version 7, * for any.
std::optional<std::uint64_t> expected_version(const http::Request& request) {
  auto text = wire::trim(request.header("If-Match"));
  if (text.empty() || text == "*") return std::nullopt;
  bool is_quoted = text.size() >= 2 && text.starts_with('"') && text.ends_with('"');
  auto version =
      parse_number<std::uint64_t>(is_quoted ? text.substr(1, text.size() - 2) : std::string_view());
  if (!version) {
    throw Error(Code::invalid,
                fmt::format("If-Match must be a version in quotes, like \"7\", not {}", text));
  }
  return version;
}

// "415 … the patch document format" of any other type                       RFC 5789 section 2.2
void require_merge_patch(const http::Request& request) {
  auto type = request.header("Content-Type");
  auto media_type = wire::trim(type.substr(0, type.find(';')));
  if (media_type.empty()) return;
  // The last one is what curl -d says of everything.
  for (auto known :
       {"application/merge-patch+json", "application/json", "application/x-www-form-urlencoded"}) {
    if (wire::equal_ignoring_case(media_type, known)) return;
  }
  throw Error(Code::unsupported, "send a patch with Content-Type: application/merge-patch+json");
}

Task<http::Response> patch_side(Call& call, twin::Side side) {
  require_merge_patch(call.request);
  auto feed = call.request.int_parameter("id");
  auto body = co_await call.request.body();
  twin::Patch patch{side, std::string(body), expected_version(call.request)};
  std::optional<Error> conflict;
  twin::Twin twin;
  try {
    twin = co_await call.services.twins.patch(*call.caller, feed, std::move(patch));
  } catch (const Error& e) {
    if (e.code() != Code::conflict) throw;
    conflict = e;
  }
  // "the origin server MUST NOT perform the requested method if the condition evaluates to false …
  // 412 (Precondition Failed)"                                             RFC 9110 section 13.1.1
  if (conflict) co_return error_response(412, conflict->what());
  auto response = to_response(feed, twin);
  const auto& changed = side == twin::Side::desired ? twin.desired : twin.reported;
  response.set("ETag", entity_tag(changed.version));
  co_return response;
}

}  // namespace

Task<http::Response> read_twin(Call& call) {
  auto feed = call.request.int_parameter("id");
  auto twin = co_await call.services.twins.find(*call.caller, feed);
  co_return to_response(feed, twin);
}

Task<http::Response> patch_desired(Call& call) { return patch_side(call, twin::Side::desired); }
Task<http::Response> patch_reported(Call& call) { return patch_side(call, twin::Side::reported); }

}  // namespace tt::gateway::api
