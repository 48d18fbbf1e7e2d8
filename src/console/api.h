#pragma once

// Api: the console's own JSON interface under /console/api, for its pages alone.
//
// What there is stands in the tables of api/*.cc.  Who asks is told by the session cookie, which
// the login page sets (accounts.h).  Every request that changes something must carry the header
// X-Thingtank-Console, which no other site can make a browser send, and a JSON body.  Errors are
// {"title","errors"} as in the public API.

#include "console/api/route.h"

namespace tt::console {

class Api final : public Service {
 public:
  // `host` must outlive this.
  explicit Api(Host& host) : host_(host), services_(host.services()) {}

  void add_routes(http::Router& router);

 private:
  // Runs the route's operation; the one place where an Error becomes a response.
  Task<http::Response> answer(http::Request& request, const Route& route);
  Task<http::Response> perform(http::Request& request, const Route& route);

  Host& host_;
  Services& services_;
};

}  // namespace tt::console
