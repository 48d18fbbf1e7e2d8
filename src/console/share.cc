#include "console/share.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "console/errors.h"
#include "console/pages.h"
#include "console/series.h"
#include "wire/json_writer.h"

namespace tt::console {

struct Share::Shown {
  Dashboard dashboard;
  DashboardLayout layout;
  identity::Caller reader;  // what its owner may read
};

namespace {

constexpr std::string_view withdrawn = "This link does not exist, or was withdrawn.";

void keep_private(http::Response& response) {
  add_security_headers(response);
  response.set("Referrer-Policy", "no-referrer");
  response.set("X-Robots-Tag", "noindex, nofollow");
  response.set("Cache-Control", "no-store");
}

identity::Caller reader_for(identity::AccountId owner) {
  identity::Caller reader;
  reader.account = owner;
  reader.name = "share link";
  reader.private_access = true;
  identity::Permission permission;
  permission.actions = static_cast<std::uint8_t>(identity::Action::read);
  reader.permissions.push_back(std::move(permission));
  return reader;
}

bool shows(const DashboardLayout& layout, const ChannelName& channel) {
  return std::ranges::binary_search(layout.channels, channel);
}

void append_extreme(wire::JsonWriter& json, std::string_view name, std::optional<double> value) {
  if (value) json.member(name, fmt::format("{}", *value));
}

void append(wire::JsonWriter& json, const registry::Channel& channel,
            const std::optional<archive::Current>& current) {
  json.begin_object().member("id", channel.name);
  if (current) {
    json.member("current_value", current->last.value);
    json.member("at", format_time(current->last.at));
    append_extreme(json, "max_value", current->max);
    append_extreme(json, "min_value", current->min);
  }
  json.key("unit").begin_object().member("symbol", channel.unit.symbol);
  json.member("label", channel.unit.label).end_object().end_object();
}

void append_place(wire::JsonWriter& json, const registry::Location& place) {
  json.key("location").begin_object().member("name", place.name);
  if (place.lat && place.lon) json.member("lat", *place.lat).member("lon", *place.lon);
  json.end_object();
}

void append(wire::JsonWriter& json, const registry::Feed& feed, const DashboardLayout& layout,
            const telemetry::CurrentValues& values) {
  json.begin_object().member("id", feed.id).member("title", feed.title);
  if (std::ranges::binary_search(layout.on_maps, feed.id)) append_place(json, feed.location);
  json.key("datastreams").begin_array();
  for (std::size_t i = 0; i < feed.channels.size(); ++i) {
    if (shows(layout, {feed.id, feed.channels[i].name})) append(json, feed.channels[i], values[i]);
  }
  json.end_array().end_object();
}

std::vector<registry::FeedId> feeds_of(const DashboardLayout& layout) {
  std::vector<registry::FeedId> feeds;
  for (const auto& channel : layout.channels) feeds.push_back(channel.feed);
  auto surplus = std::ranges::unique(feeds);
  feeds.erase(surplus.begin(), surplus.end());
  return feeds;
}

}  // namespace

void Share::add_routes(http::Router& router) {
  using enum http::Method;
  auto show_page = [this](http::Request& request) { return page(request); };
  router.add(get, "/share/{token}", show_page);
  router.add(get, "/share/{token}/api/dashboard", handler(&Share::dashboard));
  router.add(get, "/share/{token}/api/values", handler(&Share::values));
  router.add(get, "/share/{token}/api/series", handler(&Share::series));
  router.add(get, "/share/{token}/api/latest", handler(&Share::latest));
}

http::Handler Share::handler(Operation operation) {
  return [this, operation](http::Request& request) { return answer(request, operation); };
}

// The one place where an Error becomes a response.
Task<http::Response> Share::answer(http::Request& request, Operation operation) {
  http::Response response;
  try {
    auto shown = co_await open(request);
    response = co_await (this->*operation)(request, shown);
  } catch (const Error& e) {
    bool is_ours = http::status_of(e.code()) == 500;
    // The link is a secret: the path stays out of the log.
    if (is_ours) log::error("a shared dashboard failed", {{"error", e.what()}});
    response = error_response(
        e.code(), is_ours ? "An internal error; the server's log has the details." : e.what());
  }
  keep_private(response);
  co_return response;
}

Task<Share::Shown> Share::open(http::Request& request) {
  std::string token(request.parameter("token"));
  auto found = co_await dashboards_.find_shared(std::move(token));
  if (!found) throw Error(Code::not_found, std::string(withdrawn));
  take_request(found->id);
  auto layout = read_stored_layout(found->layout, services_.limits);
  auto reader = reader_for(found->owner);
  co_return Shown{std::move(*found), std::move(layout), std::move(reader)};
}

void Share::take_request(DashboardId id) {
  constexpr Microseconds minute = std::chrono::minutes(1);
  auto now = services_.clock.steady();
  std::lock_guard lock(mutex_);
  auto* current = minutes_.find(id);
  if (!current || now - current->start >= minute) current = &minutes_.put(id, {now, 0});
  if (++current->requests > services_.limits.shared_requests_per_minute_max) {
    throw Error(Code::exhausted, "This link is used too often; try again in a minute.");
  }
}

// The page finds out by itself whether there is something to show; a link that is not there is
// answered with 404 all the same.
Task<http::Response> Share::page(http::Request& request) {
  std::string token(request.parameter("token"));
  auto found = co_await dashboards_.find_shared(std::move(token));
  const auto* asset = find_asset("index.html");
  TT_ASSERT(asset);
  auto response = serve(*asset, request);
  if (!found) response.status = 404;
  keep_private(response);
  co_return response;
}

Task<http::Response> Share::dashboard(http::Request&, const Shown& shown) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("name", shown.dashboard.name);
  json.member("now", format_time(services_.clock.now()));
  json.key("layout").raw(shown.dashboard.layout).end_object();
  co_return http::Response::json(200, std::move(body));
}

Task<http::Response> Share::values(http::Request&, const Shown& shown) {
  auto now = services_.clock.now();
  auto feeds = feeds_of(shown.layout);
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("now", format_time(now)).key("feeds").begin_array();
  for (auto id : feeds) {
    auto feed = co_await services_.registry.find(id);
    if (!feed) continue;
    auto resource = telemetry::resource_of(*feed);
    if (!identity::allow(shown.reader, identity::Action::read, resource, now)) continue;
    auto values = co_await services_.telemetry.current_values(feed);
    append(json, *feed, shown.layout, values);
  }
  json.end_array().end_object();
  co_return http::Response::json(200, std::move(body));
}

Task<registry::FeedPtr> Share::shown_feed(http::Request& request, const Shown& shown) {
  auto id = parse_number<registry::FeedId>(request.query_value("feed").value_or(""));
  ChannelName wanted{id.value_or(0), request.query_value("channel").value_or("")};
  registry::FeedPtr feed;
  if (shows(shown.layout, wanted)) feed = co_await services_.registry.find(wanted.feed);
  const auto* channel = feed ? feed->find(wanted.channel) : nullptr;
  bool is_readable = channel && identity::allow(shown.reader, identity::Action::read,
                                                telemetry::resource_of(*feed, channel->name),
                                                services_.clock.now());
  if (!is_readable) throw Error(Code::not_found, "This dashboard has no such channel.");
  co_return feed;
}

Task<http::Response> Share::series(http::Request& request, const Shown& shown) {
  auto feed = co_await shown_feed(request, shown);
  const auto& channel = *feed->find(request.query_value("channel").value_or(""));
  auto query = series_query(request, services_.clock.now());
  auto found = co_await find_series(services_.archive, channel.id, query);
  co_return http::Response::json(200, series_json(*feed, channel, found));
}

Task<http::Response> Share::latest(http::Request& request, const Shown& shown) {
  auto feed = co_await shown_feed(request, shown);
  const auto& channel = *feed->find(request.query_value("channel").value_or(""));
  auto query = series_query(request, services_.clock.now());
  auto found = co_await find_latest(services_.archive, channel.id, query);
  co_return http::Response::json(200, latest_json(found));
}

}  // namespace tt::console
