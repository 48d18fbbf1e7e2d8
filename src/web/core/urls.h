#pragma once

// URLs: regular expressions in front of views, and the way back from a view's name to its URL.
//
//   const UrlPatterns urlpatterns = {
//       url("^$", home, "home"),
//       url("^stations/(?P<pk>[0-9]+)/$", station_detail, "station-detail"),
//       url("^api/", include(router.urls())),
//       url("^admin/", include(site.urls(), "admin")),
//   };
//
// A pattern is matched against the path without its first slash, the first that fits wins; what an
// included pattern has matched is taken away for those inside.  RE2's syntax: no backtracking, no
// look-around; named groups as Python writes them.
//
// A view takes the request and the captured texts: `HttpResponse station(const HttpRequest&,
// std::int64_t pk)`.  Named groups come first, in their order, else the unnamed ones.  A text that
// does not convert to the parameter (an id beyond 64 bits) means 404.

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "base/uuid.h"
#include "web/core/request.h"
#include "web/core/response.h"

namespace tt::web {

// What is called for a URL; `arguments` are the captured texts that the signature asks for.
struct View {
  std::function<HttpResponse(const HttpRequest&, std::span<const std::string> arguments)> call;
  bool csrf_exempt = false;  // the view checks for itself (REST)
};

namespace detail {
std::optional<double> real_from(std::string_view text);
[[noreturn]] void throw_no_match();
[[noreturn]] void throw_wrong_arity(std::size_t expected, std::size_t given);

// Throws not_found if `text` is no value of that type.
template <class T>
T converted(const std::string& text) {
  std::optional<T> value;
  if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
    return T(text);
  } else if constexpr (std::is_same_v<T, Uuid>) {
    value = Uuid::parse(text);
  } else if constexpr (std::is_same_v<T, Date>) {
    value = parse_date(text);
  } else if constexpr (std::is_floating_point_v<T>) {
    value = real_from(text);
  } else {
    static_assert(std::is_integral_v<T> && !std::is_same_v<T, bool>,
                  "a view takes integers, texts, doubles, Uuid or Date");
    value = parse_number<T>(text);
  }
  if (!value) throw_no_match();
  return *std::move(value);
}

template <class F, class... A, std::size_t... i>
HttpResponse call_with(const F& view, std::type_identity<void(A...)>,
                       std::pair<const HttpRequest&, std::span<const std::string>> call,
                       std::index_sequence<i...>) {
  if (call.second.size() != sizeof...(A)) throw_wrong_arity(sizeof...(A), call.second.size());
  return view(call.first, converted<std::remove_cvref_t<A>>(call.second[i])...);
}

template <class F, class... A>
View view_of(F function, std::type_identity<void(A...)> arguments) {
  return {[function, arguments](const HttpRequest& request, std::span<const std::string> texts) {
    return call_with(function, arguments, {request, texts}, std::index_sequence_for<A...>());
  }};
}
template <class F, class... A>
std::type_identity<void(A...)> arguments_of(HttpResponse (F::*)(const HttpRequest&, A...) const);
}  // namespace detail

template <class... A>
View view(HttpResponse (*function)(const HttpRequest&, A...)) {
  return detail::view_of(function, std::type_identity<void(A...)>());
}
// A lambda or another object that is called as a view.
template <class F>
  requires requires { detail::arguments_of(&F::operator()); }
View view(F object) {
  return detail::view_of(std::move(object), decltype(detail::arguments_of(&F::operator()))());
}

class UrlPattern;
using UrlPatterns = std::vector<UrlPattern>;

struct Included {
  UrlPatterns patterns;
  std::string name_space;  // "admin" in "admin:index"; empty for none
};
Included include(UrlPatterns patterns, std::string name_space = {});

class UrlPattern {
 public:
  // Throws invalid if the expression is malformed, saying where.
  UrlPattern(std::string_view regex, View view, std::string name);
  UrlPattern(std::string_view regex, Included included);

 private:
  friend class UrlResolver;
  friend struct UrlMatching;
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

UrlPattern url(std::string_view regex, View view, std::string name = {});
template <class... A>
UrlPattern url(std::string_view regex, HttpResponse (*function)(const HttpRequest&, A...),
               std::string name = {}) {
  return url(regex, view(function), std::move(name));
}
template <class F>
  requires requires { detail::arguments_of(&F::operator()); }
UrlPattern url(std::string_view regex, F object, std::string name = {}) {
  return url(regex, view(std::move(object)), std::move(name));
}
UrlPattern url(std::string_view regex, Included included);

// All patterns of an application.  Never changes; used by all threads.
class UrlResolver {
 public:
  explicit UrlResolver(const UrlPatterns& patterns);
  ~UrlResolver();
  UrlResolver(UrlResolver&&) noexcept;

  struct Found {
    const View* view = nullptr;
    ResolverMatch match;
    std::vector<std::string> arguments;  // what the view is called with
  };
  // `path` begins with a slash; nullopt if nothing fits.
  std::optional<Found> resolve(std::string_view path) const;
  // Whether anything fits.
  bool matches(std::string_view path) const { return resolve(path).has_value(); }

  using Named = std::vector<std::pair<std::string, std::string>>;
  // "/stations/7/" for "station-detail" and {"7"}, or {{"pk", "7"}}: the arguments must be as many
  // as the pattern's groups, or have their names, and match them.  Of several patterns of one name
  // the last that fits is taken.  An optional group may be left out; a pattern with "|" outside of
  // capturing groups leads only forward.  nullopt if nothing fits.
  std::optional<std::string> find_url(std::string_view name,
                                      std::span<const std::string> arguments = {}) const;
  std::optional<std::string> find_url(std::string_view name, const Named& named) const;
  // The same; throws internal, naming what was tried, as a page with such a link is a defect.
  std::string reverse(std::string_view name, std::span<const std::string> arguments = {}) const;
  std::string reverse(std::string_view name, const Named& named) const;

  // For the page that DEBUG shows for 404: every pattern as written.
  const std::vector<std::string>& routes() const { return routes_; }

 private:
  struct Node;
  struct Reversible;
  struct Above;
  std::vector<Node> nodes_of(const UrlPatterns& patterns, const Above& above);
  [[noreturn]] void fail(std::string_view name, std::string_view with) const;

  std::vector<Node> nodes_;
  std::map<std::string, std::vector<std::unique_ptr<Reversible>>, std::less<>> by_name_;
  std::vector<std::string> routes_;
};

// Of the request's application.
std::string reverse(const HttpRequest& request, std::string_view name,
                    std::initializer_list<std::string> arguments = {});

}  // namespace tt::web
