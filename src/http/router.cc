#include "http/router.h"

#include "base/error.h"
#include "http/websocket.h"
#include "wire/url.h"

namespace tt::http {
namespace {

constexpr std::size_t method_count = static_cast<std::size_t>(Method::other);

bool is_integer(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Takes the segment at the front of "/a/b"; false at the end of the path.
bool take_segment(std::string_view& path, std::string_view& segment) {
  if (path.empty() || path == "/") return false;
  path.remove_prefix(1);
  auto slash = path.find('/');
  segment = path.substr(0, slash);
  path = slash == path.npos ? std::string_view{} : path.substr(slash);
  return true;
}

}  // namespace

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> fixed;
  std::unique_ptr<Node> integer, name, rest;
  std::string parameter;  // of integer, name, rest children: their own name
  std::array<Handler, method_count> handlers;
  Handler mounted;

  bool has_handlers() const {
    return mounted || std::any_of(handlers.begin(), handlers.end(),
                                  [](const Handler& handler) { return bool(handler); });
  }

  Node& child(std::string_view segment) {
    if (!segment.starts_with('{')) {
      auto& node = fixed[std::string(segment)];
      if (!node) node = std::make_unique<Node>();
      return *node;
    }
    if (!segment.ends_with('}')) throw Error(Code::invalid, "a route parameter is not closed");
    auto inner = segment.substr(1, segment.size() - 2);
    auto* slot = &name;
    if (inner.ends_with(":int")) {
      inner.remove_suffix(4);
      slot = &integer;
    } else if (inner.ends_with('*')) {
      inner.remove_suffix(1);
      slot = &rest;
    }
    if (!*slot) *slot = std::make_unique<Node>();
    (*slot)->parameter = inner;
    return **slot;
  }

  // The node for `path`, filling `parameters`; nullptr if there is none.
  const Node* find(std::string_view path,
                   std::vector<std::pair<std::string_view, std::string>>& parameters) const {
    auto whole = path;
    std::string_view segment;
    if (!take_segment(path, segment)) return has_handlers() ? this : nullptr;
    auto depth = parameters.size();
    auto attempt = [&](const Node* node) -> const Node* {
      if (!node) return nullptr;
      if (!node->parameter.empty()) {
        auto decoded = wire::percent_decode(segment);
        if (!decoded) return nullptr;
        parameters.emplace_back(node->parameter, std::move(*decoded));
      }
      if (auto* found = node->find(path, parameters)) return found;
      parameters.resize(depth);
      return nullptr;
    };
    if (auto it = fixed.find(segment); it != fixed.end()) {
      if (auto* found = attempt(it->second.get())) return found;
    }
    if (is_integer(segment)) {
      if (auto* found = attempt(integer.get())) return found;
    }
    if (auto* found = attempt(name.get())) return found;
    if (rest) {
      auto decoded = wire::percent_decode(whole.substr(1));
      if (!decoded) return nullptr;
      parameters.emplace_back(rest->parameter, std::move(*decoded));
      return rest.get();
    }
    return mounted ? this : nullptr;
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;

namespace {

template <class Node>
Node& node_of(Node& root, std::string_view pattern) {
  if (!pattern.starts_with('/')) throw Error(Code::invalid, "a route starts with '/'");
  auto* node = &root;
  std::string_view segment;
  while (take_segment(pattern, segment)) node = &node->child(segment);
  return *node;
}

}  // namespace

void Router::add(Method method, std::string_view pattern, Handler handler) {
  TT_ASSERT(method != Method::other);
  auto& slot = node_of(*root_, pattern).handlers[static_cast<std::size_t>(method)];
  TT_ASSERT(!slot);
  slot = std::move(handler);
}

void Router::mount(std::string_view prefix, Handler handler) {
  auto& slot = node_of(*root_, prefix).mounted;
  TT_ASSERT(!slot);
  slot = std::move(handler);
}

void Router::add_websocket(std::string_view path, Handler handler) {
  bool added = websockets_.emplace(path, std::move(handler)).second;
  TT_ASSERT(added);
}

void Router::use(Middleware middleware) { middleware_.push_back(std::move(middleware)); }

Router::Match Router::match(Method method, std::string_view path) const {
  Match match;
  auto* node = root_->find(path, match.parameters);
  if (!node) return match;
  for (std::size_t i = 0; i < method_count; ++i) {
    if (node->handlers[i]) match.allowed.push_back(static_cast<Method>(i));
  }
  auto handler_for = [&](Method wanted) -> const Handler* {
    if (wanted == Method::other) return nullptr;
    auto& handler = node->handlers[static_cast<std::size_t>(wanted)];
    return handler ? &handler : nullptr;
  };
  match.handler = handler_for(method);
  if (!match.handler && method == Method::head) match.handler = handler_for(Method::get);
  if (!match.handler && node->mounted) match.handler = &node->mounted;
  return match;
}

namespace {

std::string join(const std::vector<Method>& methods) {
  std::string text;
  for (Method method : methods) {
    if (!text.empty()) text += ", ";
    text += name_of(method);
    if (method == Method::get) text += ", HEAD";
  }
  return text;
}

Task<Response> pass_through(const std::vector<Middleware>& chain, std::size_t index,
                            Request& request, const Handler& last) {
  if (index == chain.size()) co_return co_await last(request);
  Handler next = [&chain, index, &last](Request& inner) {
    return pass_through(chain, index + 1, inner, last);
  };
  co_return co_await chain[index](request, next);
}

}  // namespace

Task<Response> Router::handle(Request& request) const {
  if (middleware_.empty()) co_return co_await dispatch(request);
  Handler last = [this](Request& inner) { return dispatch(inner); };
  co_return co_await pass_through(middleware_, 0, request, last);
}

Task<Response> Router::dispatch(Request& request) const {
  if (request.head().upgrade && wants_websocket(request)) {
    if (auto socket = websockets_.find(request.path()); socket != websockets_.end()) {
      co_return co_await socket->second(request);
    }
  }
  auto found = match(request.method(), request.path());
  if (found.handler) {
    request.set_parameters(std::move(found.parameters));
    co_return co_await (*found.handler)(request);
  }
  if (found.allowed.empty()) {
    co_return Response::text(404, fmt::format("there is nothing at {}\n", request.path()));
  }
  Response response;
  if (request.method() == Method::options) {
    response.status = 204;
  } else {
    response = Response::text(405, fmt::format("{} is not possible here; allowed: {}\n",
                                               request.method_name(), join(found.allowed)));
  }
  response.set("Allow", join(found.allowed));
  co_return response;
}

}  // namespace tt::http
