#pragma once

// The operations of the API, one function each; api.cc routes to them.  They throw Error.

#include "gateway/xively/api.h"

namespace tt::gateway::xively {

// feeds.cc
Task<ApiReply> list_feeds(Services& services, const ApiRequest& request);
Task<ApiReply> create_feed(Services& services, const ApiRequest& request);
Task<ApiReply> read_feed(Services& services, const ApiRequest& request, registry::FeedId id);
Task<ApiReply> update_feed(Services& services, const ApiRequest& request, registry::FeedId id);
Task<ApiReply> delete_feed(Services& services, const ApiRequest& request, registry::FeedId id);

// datastreams.cc
Task<ApiReply> create_datastreams(Services& services, const ApiRequest& request,
                                  registry::FeedId id);
Task<ApiReply> read_datastream(Services& services, const ApiRequest& request, registry::FeedId id,
                               std::string_view stream);
Task<ApiReply> update_datastream(Services& services, const ApiRequest& request, registry::FeedId id,
                                 std::string_view stream);
Task<ApiReply> delete_datastream(Services& services, const ApiRequest& request, registry::FeedId id,
                                 std::string_view stream);

// datapoints.cc
struct PointAddress {
  registry::FeedId feed;
  std::string_view stream;
  std::string_view time;
};
Task<ApiReply> create_datapoints(Services& services, const ApiRequest& request, registry::FeedId id,
                                 std::string_view stream);
Task<ApiReply> delete_datapoints(Services& services, const ApiRequest& request, registry::FeedId id,
                                 std::string_view stream);
Task<ApiReply> read_datapoint(Services& services, const ApiRequest& request, PointAddress address);
Task<ApiReply> update_datapoint(Services& services, const ApiRequest& request,
                                PointAddress address);
Task<ApiReply> delete_datapoint(Services& services, const ApiRequest& request,
                                PointAddress address);

// keys.cc: only with a master key, except that every key may read itself
Task<ApiReply> list_keys(Services& services, const ApiRequest& request);
Task<ApiReply> create_key(Services& services, const ApiRequest& request);
Task<ApiReply> read_key(Services& services, const ApiRequest& request, std::string_view secret);
Task<ApiReply> update_key(Services& services, const ApiRequest& request, std::string_view secret);
Task<ApiReply> delete_key(Services& services, const ApiRequest& request, std::string_view secret);
// Answers with the key's new address.
Task<ApiReply> regenerate_key(Services& services, const ApiRequest& request,
                              std::string_view secret);

}  // namespace tt::gateway::xively
