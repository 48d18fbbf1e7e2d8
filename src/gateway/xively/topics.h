#pragma once

// The API over the bus: the topics /v2/feeds/504.json and the like, as Xively's MQTT bridge had,
// and /v1/feeds/504/datastreams/0.csv, which is the bare current value.
//
// A publication on such a topic is a PUT (a POST where the path creates), a subscription brings
// the document at once and again with each update of the feed.

#include <deque>
#include <map>

#include "gateway/xively/api.h"
#include "gateway/xively/output.h"
#include "rt/event.h"
#include "rt/scope.h"

namespace tt::gateway::xively {

class Topics final : public bus::TopicOwner, public bus::Subscriber {
 public:
  Topics(Services& services, Api& api);

  // Ends what runs in the background.
  Task<> stop();

  // Each message is a request of its own; one that is refused is only logged, because the bridge's
  // clients are not told either.  Throws unavailable if nothing can be stored now.
  Task<std::vector<bus::Message>> accept(const identity::Caller& caller,
                                         std::vector<bus::Message> messages) override;
  Task<> check_subscription(const identity::Caller& caller, std::string filter) override;
  Task<std::vector<bus::Message>> current(const identity::Caller& caller,
                                          std::string filter) override;
  bool visible(const identity::Caller& caller, const bus::Message& message) override;

  // Readings of the feeds that somebody looks at; on loop 0.
  void deliver(const bus::MessagePtr& message, std::uint64_t tag,
               bus::Delivery delivery) noexcept override;

 private:
  Task<ApiReply> request(const identity::Caller& caller, std::string_view topic,
                         std::string_view method, std::string_view body);
  Task<> watch(registry::FeedId feed);
  Task<> watch_here(registry::FeedId feed);
  Task<> announce_all();
  Task<> announce(bus::MessagePtr message);
  // Rendered as they are now, those that somebody is subscribed to.
  std::vector<bus::Message> wanted_documents(const FeedView& view, std::string_view channel_name);

  Services& services_;
  Api& api_;
  // On loop 0 only:
  std::map<registry::FeedId, bus::SubscriptionId> watched_;
  std::deque<bus::MessagePtr> updates_;
  rt::Event wake_;
  bool started_ = false;
  bool stopping_ = false;
  rt::Scope background_;
};

}  // namespace tt::gateway::xively
