#pragma once

// What every operation does first: find the feed and ask whether the caller may.

#include "gateway/xively/api.h"
#include "gateway/xively/document.h"

namespace tt::gateway::xively {

// What a request wants to do to which feed.
struct Wish {
  identity::Action action;
  registry::FeedId feed = 0;
  std::string_view channel = {};  // empty: the feed as a whole
};

// Throws not_found, denied.
Task<registry::FeedPtr> open_feed(Services& services, const ApiRequest& request, Wish wish);

// "history interval ≥ minimum_interval": throws denied if every permission by which the caller may
// read wants longer intervals than the history has.
struct HistoryWish {
  const registry::Feed& feed;
  std::string_view channel;
  Microseconds interval;
};
void require_history(const identity::Caller& caller, const HistoryWish& wish, Time now);

// The channel; throws not_found.
const registry::Channel& channel_of(const registry::Feed& feed, std::string_view name);

// Throws not_acceptable() for a picture: documents are JSON, CSV or XML.
void require_document_format(const ApiRequest& request);

// Throws not_acceptable() unless the reply, and the body of a PUT or POST, are JSON.
void require_json(const ApiRequest& request);

// "A master key is a non-resource restricted, private key, which has permissions to perform all
// HTTP methods."  Throws denied for any other key, unauthenticated for one that has ended: a
// connection may outlive the key that opened it.
void require_master(const ApiRequest& request, Time now);

// The channels' metadata that the streams bring and that differ from what the feed has; with
// channels that the feed does not have.
std::vector<registry::ChannelChange> channel_changes(const registry::Feed* feed,
                                                     const std::vector<DatastreamInput>& streams);

// Writes the values in `streams` to the archive, as `action`, and sets extremes; metadata is done
// already.
struct ValueWrite {
  identity::Action action;
  registry::FeedPtr feed;
  const std::vector<DatastreamInput>& streams;
};
Task<> record_values(Services& services, const ApiRequest& request, ValueWrite write);

}  // namespace tt::gateway::xively
