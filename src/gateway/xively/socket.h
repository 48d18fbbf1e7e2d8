#pragma once

// The API over a WebSocket or a TCP socket: requests as JSON objects, and subscriptions that bring
// each update.
//
//   {"method":"subscribe","resource":"/feeds/504","headers":{"X-ApiKey":"…"},"token":"0x1"}
//   → {"token":"0x1","resource":"/feeds/504","status":200}, then for each update
//     {"token":"0x1","resource":"/feeds/504","body":{feed}}

#include <deque>
#include <map>

#include "gateway/xively/api.h"
#include "gateway/xively/message_channel.h"
#include "rt/event.h"
#include "wire/json.h"

namespace tt::gateway::xively {

class SocketSession final : public bus::Subscriber {
 public:
  // What the connection itself has said.
  struct Opening {
    identity::CallerPtr caller;  // for requests without key of their own; nullptr: none
    std::string base_url;        // "http://HOST", for the URLs in documents
  };
  SocketSession(Services& services, Api& api, MessageChannel& channel, Opening opening);

  // Serves the connection to its end.
  Task<> run();

  void deliver(const bus::MessagePtr& message, std::uint64_t tag,
               bus::Delivery delivery) noexcept override;

 private:
  struct Subscription {
    std::string token, resource;
    std::string filter;
    identity::CallerPtr caller;
    bus::SubscriptionId id = 0;
  };
  struct Update {
    std::uint64_t tag;
    bus::MessagePtr message;
  };
  struct Incoming;  // one parsed request

  Task<> take(std::string_view text);
  Task<> answer(const Incoming& incoming);
  Task<int> subscribe(const Incoming& incoming);
  Task<int> unsubscribe(const Incoming& incoming);
  Task<> call(const Incoming& incoming);
  Task<> send_updates();
  Task<> send_update(Update update);
  Task<> drop_all();
  void reply(const Incoming& incoming, int status, std::string_view body, std::string_view type);

  Services& services_;
  Api& api_;
  MessageChannel& channel_;
  identity::CallerPtr caller_;
  std::string base_url_;
  identity::Origin origin_;
  std::map<std::uint64_t, Subscription> subscriptions_;
  std::uint64_t next_tag_ = 1;
  std::deque<Update> updates_;
  rt::Event wake_;
  bool ended_ = false;
};

}  // namespace tt::gateway::xively
