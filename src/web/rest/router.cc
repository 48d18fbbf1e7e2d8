#include "web/rest/router.h"

#include "base/text.h"
#include "web/core/application.h"
#include "web/rest/api_error.h"
#include "web/rest/site.h"
#include "wire/header_value.h"
#include "wire/json_writer.h"

namespace tt::web::rest {
namespace {

constexpr std::string_view key_group = "(?P<pk>[^/.]+)";
constexpr std::string_view suffix_group = "\\.(?P<format>[a-z0-9]+)/?$";

// What the pattern of a route is: "station/(?P<pk>[^/.]+)".
std::string regex_of(std::string_view path) {
  std::string regex;
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (path.substr(at).starts_with("{id}")) {
      regex += key_group;
      at += 3;
    } else {
      regex += path[at];
    }
  }
  if (regex.ends_with('/')) regex.pop_back();
  return regex;
}

// The list of what there is, with a link to each list.
class RootView final : public ApiView {
 public:
  using Entries = std::vector<std::pair<std::string, std::string>>;  // prefix, name of the URL
  explicit RootView(Entries entries)
      : ApiView({.name = "Api Root",
                 .description = "The default basic root view for DefaultRouter",
                 .permissions = {},
                 .authentications = {},
                 .throttles = {},
                 .throttle_scope = {},
                 .renderers = {},
                 .parsers = {}},
                {"GET"}),
        entries_(std::move(entries)) {}

 protected:
  Response handle(ApiRequest& request) const override {
    return Response::object([&](wire::JsonWriter& json) {
      for (const auto& [prefix, name] : entries_) {
        if (auto link = link_to(request, name)) json.member(prefix, *link);
      }
    });
  }

 private:
  static std::optional<std::string> link_to(const ApiRequest& request, const std::string& name) {
    const UrlResolver& urls = request.site().application().urls();
    std::string format(request.format_suffix());
    auto path = format.empty() ? urls.find_url(name)
                               : urls.find_url(name, UrlResolver::Named{{"format", format}});
    if (!path) return std::nullopt;
    LinkStyle style = request.link_style();
    return std::string(style.base) + *path + std::string(style.query);
  }

  Entries entries_;
};

}  // namespace

Router& Router::add(std::string prefix, std::shared_ptr<const ViewSetInfo> viewset,
                    std::string basename) {
  if (basename.empty()) basename = to_lower(viewset->model->name);
  entries_.push_back({std::move(prefix), std::move(basename), std::move(viewset)});
  return *this;
}

std::vector<Route> Router::routes_of(const Entry& entry) const {
  std::vector<Route> routes;
  std::string base = entry.prefix.empty() ? "" : entry.prefix + "/";
  auto add_actions = [&](On on, const std::string& path) {
    for (const ExtraAction& action : entry.viewset->actions) {
      if (action.options.on != on) continue;
      std::string last = action.options.url_path.empty() ? action.name : action.options.url_path;
      std::string name = entry.basename + "-" + action.name;
      for (char& sign : name) sign = sign == '_' ? '-' : sign;
      routes.push_back({path + last + "/", std::move(name),
                        make_action_route(entry.viewset, action), entry.viewset, on});
    }
  };
  if (auto list = make_route(entry.viewset, On::list)) {
    routes.push_back({base, entry.basename + "-list", std::move(list), entry.viewset, On::list});
  }
  add_actions(On::list, base);
  if (auto detail = make_route(entry.viewset, On::row)) {
    routes.push_back(
        {base + "{id}/", entry.basename + "-detail", std::move(detail), entry.viewset, On::row});
  }
  add_actions(On::row, base + "{id}/");
  return routes;
}

std::vector<Route> Router::routes() const {
  std::vector<Route> all;
  for (const Entry& entry : entries_) {
    for (Route& route : routes_of(entry)) all.push_back(std::move(route));
  }
  return all;
}

UrlPatterns Router::urls() const {
  UrlPatterns patterns;
  auto add = [&](const std::string& regex, const View& view, const std::string& name) {
    patterns.push_back(url("^" + regex + (regex.empty() ? "$" : "/$"), view, name));
    if (style_ == Style::simple) return;
    patterns.push_back(url("^" + regex + std::string(suffix_group), view, name));
  };
  for (const Route& route : routes()) add(regex_of(route.path), as_view(route.view), route.name);
  if (style_ == Style::with_root) {
    RootView::Entries entries;
    for (const Entry& entry : entries_) {
      entries.emplace_back(entry.prefix, entry.basename + "-list");
    }
    add("", as_view(std::make_shared<RootView>(std::move(entries))), "api-root");
  }
  return patterns;
}

Included include_router(const Router& router, std::string name_space) {
  return include(router.urls(), std::move(name_space));
}

}  // namespace tt::web::rest
