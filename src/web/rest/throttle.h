#pragma once

// Throttle: how many requests one client may make in a period: "100/hour" (second, minute, hour or
// day; only the first letter counts).

#include <chrono>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bytes.h"
#include "base/time.h"

namespace tt::web::rest {

enum class Throttle : unsigned char {
  anonymous,  // AnonRateThrottle, rate "anon": by address, only who is not signed in
  user,       // UserRateThrottle, rate "user": by user, or address
  scoped,     // ScopedRateThrottle: by user or address and the view's throttle_scope
};

struct Rate {
  std::size_t requests = 0;
  std::chrono::seconds period{0};
};
// nullopt for anything that is no rate.
std::optional<Rate> parse_rate(std::string_view text);

// Which requests were made lately.  Never holds more than `entries_max` requests: the clients that
// were quiet longest are forgotten first.  From any thread.
class RequestHistory {
 public:
  explicit RequestHistory(std::size_t entries_max) : entries_max_(entries_max) {}

  // Notes a request of `client` and returns nullopt if the rate allows it; else how long to wait.
  std::optional<Microseconds> take(std::string_view client, const Rate& rate, Microseconds now);
  std::size_t entries() const;

 private:
  struct Client {
    std::string name;
    std::deque<Microseconds> requests;  // the oldest first
  };

  void forget_oldest();

  std::size_t entries_max_;
  std::size_t entries_ = 0;
  mutable std::mutex mutex_;
  std::list<Client> clients_;  // the most recent first
  std::unordered_map<std::string_view, std::list<Client>::iterator> by_name_;
};

}  // namespace tt::web::rest
