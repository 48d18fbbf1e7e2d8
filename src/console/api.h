#pragma once

// Api: the console's own JSON interface under /console/api, for its pages alone.
//
//   GET    /session                       {"login","is_admin","now","mqtt_port"}
//   DELETE /session                       {}
//   GET    /devices?q=&offset=&limit=     {"total","devices":[…]}
//   POST   /devices {"title","private"}   201 {"id","title","key"}
//   GET    /devices/ID/keys               {"keys":[{"label","key"}]}
//   POST   /devices/ID/keys {}            201 {"label","key"}
//
// Who asks is told by the session cookie, which the login page sets (accounts.h).  Every request
// that changes something must carry the header X-Thingtank-Console, which no other site can make a
// browser send, and a JSON body.  Errors are {"title","errors"} as in the public API.

#include "host/host.h"

namespace tt::console {

class Api final : public Service {
 public:
  // `host` must outlive this.
  explicit Api(Host& host) : host_(host), services_(host.services()) {}

  void add_routes(http::Router& router);

 private:
  using Operation = Task<http::Response> (Api::*)(http::Request&);
  void add(http::Router& router, http::Method method, std::string_view path, Operation operation);
  // Runs `operation`; the one place where an Error becomes a response.
  Task<http::Response> answer(http::Request& request, Operation operation);

  // The session's account.  Throws unauthenticated if there is none.
  Task<identity::CallerPtr> authenticate(http::Request& request);
  // The device in the path if the caller owns it.  Throws not_found otherwise.
  Task<registry::FeedPtr> own_device(http::Request& request, identity::CallerPtr caller);
  Task<std::string> make_key(const registry::Feed& feed, std::string label);

  Task<http::Response> show_session(http::Request& request);
  Task<http::Response> sign_out(http::Request& request);
  Task<http::Response> list_devices(http::Request& request);
  Task<http::Response> create_device(http::Request& request);
  Task<http::Response> list_keys(http::Request& request);
  Task<http::Response> create_key(http::Request& request);

  http::Response session_response(const identity::Caller& caller) const;

  Host& host_;
  Services& services_;
};

}  // namespace tt::console
