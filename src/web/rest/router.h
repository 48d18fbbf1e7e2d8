#pragma once

// Routers: the URLs of viewsets.
//
//   static auto router = rest::DefaultRouter().add<StationViewSet>("station");
//   url("^", rest::include_router(router))
//
//   URL                       name               methods
//   station/                  station-list       GET, POST
//   station/7/                station-detail     GET, PUT, PATCH, DELETE
//   station/recent/           station-recent     those of the action
//
// DefaultRouter adds the root (name api-root), which lists them, and format suffixes: station.json,
// station/7.json, station/7.api.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "web/core/urls.h"
#include "web/rest/viewset.h"

namespace tt::web::rest {

// One URL of an API, as its document needs it.
struct Route {
  std::string path;  // "station/{id}/"
  std::string name;  // "station-detail"
  std::shared_ptr<const ApiView> view;
  std::shared_ptr<const ViewSetInfo> viewset;
  On on = On::list;
};

class Router {
 public:
  // `prefix` begins the URLs ("station", "v1/station"), `basename` their names: the model's name in
  // small letters if it is empty.
  Router& add(std::string prefix, std::shared_ptr<const ViewSetInfo> viewset,
              std::string basename = {});

  UrlPatterns urls() const;
  std::vector<Route> routes() const;

 protected:
  enum class Style : unsigned char { simple, with_root };
  explicit Router(Style style) : style_(style) {}

 private:
  struct Entry {
    std::string prefix, basename;
    std::shared_ptr<const ViewSetInfo> viewset;
  };
  std::vector<Route> routes_of(const Entry& entry) const;

  Style style_;
  std::vector<Entry> entries_;
};

namespace detail {
// add() that keeps the type, so that a router can be made in one expression.
template <class Self>
class RouterOf : public Router {
 public:
  using Router::add;
  template <class V>
  Self& add(std::string prefix, std::string basename = {}) {
    Router::add(std::move(prefix), viewset_info<V>(), std::move(basename));
    return static_cast<Self&>(*this);
  }

 protected:
  using Router::Router;
};
}  // namespace detail

class SimpleRouter : public detail::RouterOf<SimpleRouter> {
 public:
  SimpleRouter() : RouterOf(Style::simple) {}
};
class DefaultRouter : public detail::RouterOf<DefaultRouter> {
 public:
  DefaultRouter() : RouterOf(Style::with_root) {}
};

Included include_router(const Router& router, std::string name_space = {});

}  // namespace tt::web::rest
