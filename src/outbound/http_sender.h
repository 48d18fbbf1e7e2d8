#pragma once

// HttpSender: POST requests to addresses that users have chosen (webhooks).
//
// http and https only, TLS certificates are checked, redirects are not followed, connections are
// kept for the next request.  The peer's address is checked when the connection is opened, after
// its name was resolved, so that a name cannot lead into a network that is closed to webhooks.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "outbound/networks.h"
#include "rt/task.h"

namespace tt::outbound {

class Transfers;

struct HttpPost {
  std::string url;
  std::vector<std::string> headers;  // "Content-Type: application/json"
  std::string body;
};

struct HttpAnswer {
  int status = 0;           // 0: there was no answer
  std::string body;         // its first 4 KiB
  std::string problem;      // why there was none, for people
  bool is_refused = false;  // … the address is closed to webhooks, and will be the next time
  std::optional<std::chrono::seconds> retry_after;  // what the peer asked for
  Microseconds duration{0};
};

class HttpSender {
 public:
  // `transfers` must outlive it.
  HttpSender(Transfers& transfers, Networks networks, std::chrono::seconds timeout);

  Task<HttpAnswer> post(HttpPost post);

 private:
  Transfers& transfers_;
  Networks networks_;
  std::chrono::seconds timeout_;
};

// The parts of a URL that decide where it leads.
struct WebAddress {
  std::string scheme;   // "http" or "https"
  std::string host;     // "example.org:8443"
  std::string visible;  // the URL without user and password, to be shown
};
// nullopt unless it is an absolute URL of http or https that libcurl can use.
std::optional<WebAddress> parse_web_address(const std::string& url);

}  // namespace tt::outbound
