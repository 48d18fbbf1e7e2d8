// Datastreams: create, read, update, delete.

#include "gateway/xively/access.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/history.h"
#include "gateway/xively/operations.h"
#include "gateway/xively/views.h"

namespace tt::gateway::xively {

using identity::Action;

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
  feed = co_await services.registry.update(id, std::move(nothing), std::move(channels), now);
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
  require_document_format(request);
  Wish wish{Action::read, id, stream};
  auto feed = co_await open_feed(services, request, wish);
  const auto& channel = channel_of(*feed, stream);
  auto history = parse_history(request, services.clock.now());
  ChannelView view;
  view.channel = &channel;
  view.current = co_await services.archive.current(channel.id);
  if (history) view.datapoints = co_await read_history(services.archive, channel.id, *history);
  ChannelPlace place{*feed, request.base_url};
  ApiReply reply;
  reply.body = datastream_document(view, place, request.format);
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
    feed = co_await services.registry.update(id, std::move(nothing), std::move(channels), now);
  }
  ValueWrite write{Action::update, feed, streams};
  co_await record_values(services, request, write);
  co_return ApiReply{};
}

Task<ApiReply> delete_datastream(Services& services, const ApiRequest& request, registry::FeedId id,
                                 std::string_view stream) {
  Wish wish{Action::remove, id, stream};
  co_await open_feed(services, request, wish);
  std::string name(stream);
  bool removed = co_await services.telemetry.remove_channel(id, std::move(name));
  if (!removed) throw not_found();
  co_return ApiReply{};
}

}  // namespace tt::gateway::xively
