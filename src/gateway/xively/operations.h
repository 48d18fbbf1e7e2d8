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

// products.cc: with a master key
Task<ApiReply> list_products(Services& services, const ApiRequest& request);
Task<ApiReply> create_product(Services& services, const ApiRequest& request);
Task<ApiReply> read_product(Services& services, const ApiRequest& request, std::string_view id);
Task<ApiReply> update_product(Services& services, const ApiRequest& request, std::string_view id);
Task<ApiReply> delete_product(Services& services, const ApiRequest& request, std::string_view id);
// The caller's own product, if it is one that may be managed; throws not_acceptable, denied,
// not_found.
Task<provisioning::Product> open_product(Services& services, const ApiRequest& request,
                                         std::string_view id);

// devices.cc: with a master key
struct DeviceAddress {
  std::string_view product;
  std::string_view serial;
};
Task<ApiReply> list_devices(Services& services, const ApiRequest& request,
                            std::string_view product);
Task<ApiReply> create_devices(Services& services, const ApiRequest& request,
                              std::string_view product);
Task<ApiReply> read_device(Services& services, const ApiRequest& request, DeviceAddress at);
Task<ApiReply> update_device(Services& services, const ApiRequest& request, DeviceAddress at);
Task<ApiReply> delete_device(Services& services, const ApiRequest& request, DeviceAddress at);

// activation.cc: the first time without any key
Task<ApiReply> activate_device(Services& services, const ApiRequest& request,
                               std::string_view code);

// users.cc: with a master key; what changes accounts only with an administrator's
Task<ApiReply> list_users(Services& services, const ApiRequest& request);
Task<ApiReply> create_user(Services& services, const ApiRequest& request);
Task<ApiReply> read_user(Services& services, const ApiRequest& request, std::string_view login);
Task<ApiReply> update_user(Services& services, const ApiRequest& request, std::string_view login);
Task<ApiReply> delete_user(Services& services, const ApiRequest& request, std::string_view login);

// triggers.cc: the feed's owner, with the method's permission on the feed
Task<ApiReply> list_triggers(Services& services, const ApiRequest& request);
Task<ApiReply> create_trigger(Services& services, const ApiRequest& request);
Task<ApiReply> read_trigger(Services& services, const ApiRequest& request, triggers::TriggerId id);
Task<ApiReply> update_trigger(Services& services, const ApiRequest& request,
                              triggers::TriggerId id);
Task<ApiReply> delete_trigger(Services& services, const ApiRequest& request,
                              triggers::TriggerId id);

// v1.cc
Task<ApiReply> read_v1_feed(Services& services, const ApiRequest& request, registry::FeedId id);
Task<ApiReply> read_v1_datastream(Services& services, const ApiRequest& request,
                                  registry::FeedId id, std::string_view stream);

}  // namespace tt::gateway::xively
