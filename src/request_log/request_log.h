#pragma once

// RequestLog: the last requests about each feed, whole, for a person who makes a device work.
//
// In memory only and bounded twice: so many exchanges of one feed, so many bytes of all feeds (the
// feeds that nobody used longest go first).  Every request of every API passes here, so add() is a
// short lock and no copy of what it is given.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/time.h"
#include "registry/registry.h"

namespace tt::request_log {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Exchange {
  std::uint64_t number = 0;  // ascending over all feeds, set by add()
  Time at;
  Microseconds duration{0};
  std::string protocol;  // "http", "websocket", "tcp", "mqtt"
  std::string method;
  std::string target;     // path and query, "…" for the value of a key
  std::string key_label;  // of the key that asked; never its secret
  std::string address;
  Headers request_headers;  // without X-ApiKey, Authorization and Cookie values
  std::string request_body;
  int status = 0;
  Headers response_headers;
  std::string response_body;
  // add() cuts bodies at limits.logged_body_bytes_max; these are their whole sizes, if what was
  // given is not the whole already.
  std::size_t request_body_bytes = 0, response_body_bytes = 0;
};

using ExchangePtr = std::shared_ptr<const Exchange>;

class RequestLog {
 public:
  explicit RequestLog(const Limits& limits);
  ~RequestLog();

  // From any thread.
  void add(registry::FeedId feed, Exchange exchange);
  // Newest first.
  std::vector<ExchangePtr> recent(registry::FeedId feed, std::size_t limit) const;
  // nullptr if it is gone.
  ExchangePtr find(registry::FeedId feed, std::uint64_t number) const;

  // `listener` is called from add(), on the adding thread, in the order of the numbers; it must
  // return at once and not call this log.
  using Listener = std::function<void(const ExchangePtr&)>;
  using WatchId = std::uint64_t;
  WatchId watch(registry::FeedId feed, Listener listener);
  // After the return the listener is not called any more.
  void unwatch(registry::FeedId feed, WatchId id);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tt::request_log
