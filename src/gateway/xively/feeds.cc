// Feeds: list, create, read, update, delete.

#include <cmath>

#include "base/text.h"
#include "gateway/xively/access.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/history.h"
#include "gateway/xively/operations.h"
#include "gateway/xively/paging.h"
#include "gateway/xively/views.h"
#include "host/feed_audit.h"

namespace tt::gateway::xively {
namespace {

using identity::Action;

constexpr std::size_t feeds_per_page = 50;

// The number that `name` holds; nullopt if it is not given.
std::optional<double> number_parameter(const ApiRequest& request, std::string_view name,
                                       double most) {
  auto text = request.parameter(name);
  if (text.empty()) return std::nullopt;
  auto value = parse_number<double>(text);
  if (!value || !(std::abs(*value) <= most)) {
    throw Error(Code::invalid, fmt::format("{} must be a number from {} to {}, not '{}'", name,
                                           -most, most, text));
  }
  return value;
}

template <class T>
struct Word {
  std::string_view text;
  T value;
};

// The value of the word that `name` holds, the first one's if it is not given.
template <class T, std::size_t n>
T word_parameter(const ApiRequest& request, std::string_view name, const Word<T> (&words)[n]) {
  auto text = request.parameter(name);
  if (text.empty()) return words[0].value;
  std::string known;
  for (const auto& word : words) {
    if (word.text == text) return word.value;
    known.append(known.empty() ? "" : ", ").append(word.text);
  }
  throw Error(Code::invalid, fmt::format("{} '{}' is unknown; use {}", name, text, known));
}

constexpr Word<registry::FeedStatus> statuses[] = {{"all", registry::FeedStatus::all},
                                                   {"live", registry::FeedStatus::live},
                                                   {"frozen", registry::FeedStatus::frozen}};
constexpr Word<registry::FeedOrder> orders[] = {{"created_at", registry::FeedOrder::created_at},
                                                {"retrieved_at", registry::FeedOrder::retrieved_at},
                                                {"relevance", registry::FeedOrder::relevance}};
constexpr Word<Content> contents[] = {{"full", Content::full}, {"summary", Content::summary}};
constexpr Word<User> users[] = {
    {"false", User::hidden}, {"0", User::hidden}, {"true", User::shown}, {"1", User::shown}};
constexpr Word<double> kilometres_of_unit[] = {
    {"kms", 1}, {"km", 1}, {"miles", 1.609344}, {"mile", 1.609344}};

// Feeds whose place is at most `distance` from lat, lon.
std::optional<registry::Near> near_parameters(const ApiRequest& request) {
  auto lat = number_parameter(request, "lat", 90);
  auto lon = number_parameter(request, "lon", 180);
  auto distance = number_parameter(request, "distance", 50'000);
  auto kilometres = word_parameter(request, "distance_units", kilometres_of_unit);
  if (!lat && !lon && !distance) return std::nullopt;
  if (!lat || !lon || !distance || *distance < 0) {
    throw Error(Code::invalid, "a search by place needs lat, lon and distance (not negative)");
  }
  return registry::Near{*lat, *lon, *distance * kilometres};
}

registry::FeedQuery search_query(const ApiRequest& request, const Limits& limits) {
  auto paging = paging_of(request, feeds_per_page, limits.feeds_per_page_max);
  registry::FeedQuery query;
  query.limit = paging.per_page;
  query.offset = paging.offset();
  query.text = request.parameter("q");
  query.tag = request.parameter("tag");
  query.units = request.parameter("units");
  query.owner_login = request.parameter("user");
  query.status = word_parameter(request, "status", statuses);
  query.order = word_parameter(request, "order", orders);
  query.near = near_parameters(request);
  if (request.caller->private_access) query.visible_to = request.caller->account;
  return query;
}

bool changes_metadata(const registry::FeedChange& change) {
  const auto& place = change.location;
  return change.title || change.description || change.website || change.email || change.icon ||
         change.is_private || change.tags || place.name || place.domain || place.exposure ||
         place.disposition || place.ele || place.lat || place.lon;
}

}  // namespace

Task<ApiReply> list_feeds(Services& services, const ApiRequest& request) {
  require_document_format(request);
  identity::Resource anything;
  identity::require(*request.caller, Action::read, anything, services.clock.now());
  auto query = search_query(request, services.limits);
  FeedList list;
  list.offset = query.offset;
  list.per_page = query.limit;
  list.content = word_parameter(request, "content", contents);
  list.user = word_parameter(request, "show_user", users);
  auto found = co_await services.registry.search(std::move(query));
  list.total = found.total;
  for (const auto& feed : found.feeds) {
    // A key that is limited to some resources sees only those.
    auto resource = telemetry::resource_of(*feed);
    if (!identity::allow(*request.caller, Action::read, resource, services.clock.now())) continue;
    auto view = co_await view_feed(services, request, feed);
    list.feeds.push_back(std::move(view));
  }
  ApiReply reply;
  reply.body = feed_list_document(list, request.format);
  co_return reply;
}

Task<ApiReply> create_feed(Services& services, const ApiRequest& request) {
  const auto& caller = *request.caller;
  identity::Resource anything;
  anything.owner = caller.account;
  identity::require(caller, Action::create, anything, services.clock.now());
  auto input = parse_feed(request.body, request.body_format, services.limits);
  auto channels = channel_changes(nullptr, input.value.datastreams);
  auto feed = co_await services.registry.create(caller.account, std::move(input.value.change),
                                                std::move(channels));
  co_await record_creation(services, caller, feed);
  ValueWrite write{Action::create, feed, input.value.datastreams};
  co_await record_values(services, request, write);
  ApiReply reply;
  reply.status = 201;
  reply.location = fmt::format("{}/v2/feeds/{}", request.base_url, feed->id);
  co_return reply;
}

Task<ApiReply> read_feed(Services& services, const ApiRequest& request, registry::FeedId id) {
  require_document_format(request);
  Wish wish{Action::read, id};
  auto feed = co_await open_feed(services, request, wish);
  auto now = services.clock.now();
  auto moment = parse_snapshot(request);
  auto history = parse_history(request, now);
  if (moment) require_history(*request.caller, {*feed, {}, Microseconds(0)}, now);
  if (history) require_history(*request.caller, {*feed, {}, history->interval}, now);
  auto view = co_await view_feed(services, request, feed);
  if (history) co_await add_history(services, view, *history);
  if (moment) co_await show_snapshot(services, view, *moment);
  ApiReply reply;
  reply.body = feed_document(view, request.format);
  co_return reply;
}

Task<ApiReply> update_feed(Services& services, const ApiRequest& request, registry::FeedId id) {
  Wish wish{Action::update, id};
  auto feed = co_await open_feed(services, request, wish);
  auto input = parse_feed(request.body, request.body_format, services.limits);
  auto& streams = input.value.datastreams;
  auto channels = channel_changes(feed.get(), streams);
  if (changes_metadata(input.value.change) || !channels.empty()) {
    auto now = services.clock.now();
    auto before = feed;
    feed = co_await services.registry.update(id, std::move(input.value.change), std::move(channels),
                                             now);
    co_await record_change(services, *request.caller, before, feed);
  }
  ValueWrite write{Action::update, feed, streams};
  co_await record_values(services, request, write);
  co_return ApiReply{};
}

Task<ApiReply> delete_feed(Services& services, const ApiRequest& request, registry::FeedId id) {
  Wish wish{Action::remove, id};
  auto feed = co_await open_feed(services, request, wish);
  co_await services.telemetry.remove_feed(id);
  co_await record_removal(services, *request.caller, feed);
  co_return ApiReply{};
}

}  // namespace tt::gateway::xively
