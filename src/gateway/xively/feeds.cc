// Feeds: list, create, read, update, delete.

#include "base/text.h"
#include "gateway/xively/access.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/history.h"
#include "gateway/xively/operations.h"
#include "gateway/xively/views.h"

namespace tt::gateway::xively {
namespace {

using identity::Action;

std::size_t count_parameter(const ApiRequest& request, std::string_view name, std::size_t fallback,
                            std::size_t most) {
  auto text = request.parameter(name);
  if (text.empty()) return fallback;
  auto value = parse_number<std::size_t>(text);
  if (!value || *value < 1) {
    throw Error(Code::invalid,
                fmt::format("{} must be a number from 1 to {}, not '{}'", name, most, text));
  }
  return std::min(*value, most);
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
  auto page = count_parameter(request, "page", 1, 1'000'000);
  registry::FeedQuery query;
  query.limit = count_parameter(request, "per_page", 50, services.limits.feeds_per_page_max);
  query.offset = (page - 1) * query.limit;
  query.text = request.parameter("q");
  query.tag = request.parameter("tag");
  query.owner_login = request.parameter("user");
  if (request.caller->private_access) query.visible_to = request.caller->account;
  FeedList list;
  list.offset = query.offset;
  list.per_page = query.limit;
  if (request.parameter("content") == "summary") list.content = Content::summary;
  if (request.parameter("show_user") == "true") list.user = User::shown;
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
  auto history = parse_history(request, services.clock.now());
  auto view = co_await view_feed(services, request, feed);
  if (history) co_await add_history(services, view, *history);
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
    feed = co_await services.registry.update(id, std::move(input.value.change), std::move(channels),
                                             now);
  }
  ValueWrite write{Action::update, feed, streams};
  co_await record_values(services, request, write);
  co_return ApiReply{};
}

Task<ApiReply> delete_feed(Services& services, const ApiRequest& request, registry::FeedId id) {
  Wish wish{Action::remove, id};
  co_await open_feed(services, request, wish);
  co_await services.telemetry.remove_feed(id);
  co_return ApiReply{};
}

}  // namespace tt::gateway::xively
