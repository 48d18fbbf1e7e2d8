#pragma once

// Router: from method and path to the handler.
//
//   router.add(Method::get, "/healthz", health);
//   router.add(Method::get, "/devices/{id:int}", device);      // digits only
//   router.add(Method::get, "/static/{file*}", files);  // the rest of the path, with slashes
//
// A fixed segment beats an {int}, that beats a {name}, that beats a {rest*}.  A trailing slash is
// ignored.  Parameters are percent-decoded after the path was split, so %2F stays inside one.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "http/response.h"

namespace tt::http {

using Handler = std::function<Task<Response>(Request&)>;
// Wraps every handler of a router: do something, `co_await next(request)`, do something.
using Middleware = std::function<Task<Response>(Request&, const Handler& next)>;

class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;

  // Throws invalid for a malformed pattern; two handlers for one route are a bug.
  void add(Method method, std::string_view pattern, Handler handler);
  // Every path that starts with the segments of `prefix`, whatever the method.
  void mount(std::string_view prefix, Handler handler);
  // Requests at exactly `path` that ask for a WebSocket; others there go the usual way.
  void add_websocket(std::string_view path, Handler handler);
  // Applied to what is routed here, the first one outermost.
  void use(Middleware middleware);

  struct Match {
    const Handler* handler = nullptr;  // nullptr: see `allowed`
    std::vector<std::pair<std::string_view, std::string>> parameters;
    std::vector<Method> allowed;  // the methods of this path; empty: no such path
  };
  // HEAD is answered by a GET handler unless it has its own.
  Match match(Method method, std::string_view path) const;

  // Routes, with 404, 405 (with Allow) and OPTIONS answered here.
  Task<Response> handle(Request& request) const;

 private:
  struct Node;
  Task<Response> dispatch(Request& request) const;
  std::unique_ptr<Node> root_;
  std::map<std::string, Handler, std::less<>> websockets_;
  std::vector<Middleware> middleware_;
};

}  // namespace tt::http
