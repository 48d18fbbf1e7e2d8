// Datastreams: create, read, update, delete.

#include "gateway/xively/access.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/graph_query.h"
#include "gateway/xively/history.h"
#include "gateway/xively/operations.h"
#include "gateway/xively/views.h"
#include "host/feed_audit.h"

namespace tt::gateway::xively {

using identity::Action;

namespace {

struct ChannelOfFeed {
  const registry::Feed& feed;
  const registry::Channel& channel;
};

// The channel now or at a moment, with its history if that is asked for.
Task<ChannelView> view_channel(Services& services, const ApiRequest& request, ChannelOfFeed at) {
  auto now = services.clock.now();
  auto moment = parse_snapshot(request);
  auto history = parse_history(request, now);
  std::string_view name = at.channel.name;
  if (moment) require_history(*request.caller, {at.feed, name, Microseconds(0)}, now);
  if (history) require_history(*request.caller, {at.feed, name, history->interval}, now);
  ChannelView view;
  view.channel = &at.channel;
  if (moment) {
    auto sample = co_await value_at(services.archive, at.channel.id, *moment);
    if (sample) view.current = archive::Current{std::move(*sample), {}, {}, {}};
    co_return view;
  }
  view.current = co_await services.archive.current(at.channel.id);
  if (history) co_await add_history(services, view, *history);
  co_return view;
}

}  // namespace

Task<ApiReply> create_datastreams(Services& services, const ApiRequest& request,
                                  registry::FeedId id) {
  Wish wish{Action::create, id};
  auto feed = co_await open_feed(services, request, wish);
  auto input = parse_datastreams(request.body, request.body_format, services.limits);
  for (const auto& stream : input.value) {
    if (feed->find(stream.id)) {
      throw Error(Code::unprocessable,
                  fmt::format("Datastream {} has already been taken", stream.id));
    }
  }
  if (input.value.empty()) throw Error(Code::unprocessable, "Datastreams can't be blank");
  auto channels = channel_changes(feed.get(), input.value);
  registry::FeedChange nothing;
  auto now = services.clock.now();
  auto before = feed;
  feed = co_await services.registry.update(id, std::move(nothing), std::move(channels), now);
  co_await record_change(services, *request.caller, before, feed);
  ValueWrite write{Action::create, feed, input.value};
  co_await record_values(services, request, write);
  ApiReply reply;
  reply.status = 201;
  reply.location =
      fmt::format("{}/v2/feeds/{}/datastreams/{}", request.base_url, id, input.value.back().id);
  co_return reply;
}

Task<ApiReply> read_datastream(Services& services, const ApiRequest& request, registry::FeedId id,
                               std::string_view stream) {
  Wish wish{Action::read, id, stream};
  auto feed = co_await open_feed(services, request, wish);
  const auto& channel = channel_of(*feed, stream);
  ApiReply reply;
  if (request.format == Format::png) {
    auto interval = picture_interval(request, services.clock.now());
    require_history(*request.caller, {*feed, stream, interval}, services.clock.now());
    reply.body = co_await channel_picture(services, request, channel);
  } else {
    ChannelOfFeed subject{*feed, channel};
    auto view = co_await view_channel(services, request, subject);
    ChannelPlace place{*feed, request.base_url, request.zone};
    reply.body = datastream_document(view, place, request.format);
  }
  co_return reply;
}

Task<ApiReply> update_datastream(Services& services, const ApiRequest& request, registry::FeedId id,
                                 std::string_view stream) {
  Wish wish{Action::update, id, stream};
  auto feed = co_await open_feed(services, request, wish);
  channel_of(*feed, stream);  // "404 if it does not exist (not created)"
  auto input = parse_datastream(request.body, stream, request.body_format, services.limits);
  std::vector<DatastreamInput> streams;
  streams.push_back(std::move(input.value));
  auto channels = channel_changes(feed.get(), streams);
  if (!channels.empty()) {
    registry::FeedChange nothing;
    auto now = services.clock.now();
    auto before = feed;
    feed = co_await services.registry.update(id, std::move(nothing), std::move(channels), now);
    co_await record_change(services, *request.caller, before, feed);
  }
  ValueWrite write{Action::update, feed, streams};
  co_await record_values(services, request, write);
  co_return ApiReply{};
}

Task<ApiReply> delete_datastream(Services& services, const ApiRequest& request, registry::FeedId id,
                                 std::string_view stream) {
  Wish wish{Action::remove, id, stream};
  auto feed = co_await open_feed(services, request, wish);
  std::string name(stream);
  bool removed = co_await services.telemetry.remove_channel(id, name);
  if (!removed) throw not_found();
  co_await record_channel_removal(services, *request.caller, feed, std::move(name));
  co_return ApiReply{};
}

}  // namespace tt::gateway::xively
