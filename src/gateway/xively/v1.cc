// API v1, reading only: what a feed or datastream is now.

#include "gateway/xively/access.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/operations.h"
#include "gateway/xively/v1_output.h"
#include "gateway/xively/views.h"

namespace tt::gateway::xively {

Task<ApiReply> read_v1_feed(Services& services, const ApiRequest& request, registry::FeedId id) {
  require_document_format(request);
  Wish wish{identity::Action::read, id};
  auto feed = co_await open_feed(services, request, wish);
  auto view = co_await view_feed(services, request, feed);
  ApiReply reply;
  reply.body = v1_feed_document(view, request.format);
  co_return reply;
}

Task<ApiReply> read_v1_datastream(Services& services, const ApiRequest& request,
                                  registry::FeedId id, std::string_view stream) {
  require_document_format(request);
  Wish wish{identity::Action::read, id, stream};
  auto feed = co_await open_feed(services, request, wish);
  const auto& channel = channel_of(*feed, stream);
  ChannelView view{.channel = &channel};
  view.current = co_await services.archive.current(channel.id);
  ChannelPlace place{*feed, request.base_url, request.zone};
  ApiReply reply;
  reply.body = v1_datastream_document(view, place, request.format);
  co_return reply;
}

}  // namespace tt::gateway::xively
