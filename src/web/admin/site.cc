#include "web/admin/site.h"

#include "web/admin/registry.h"
#include "web/admin/views.h"
#include "web/auth/access.h"
#include "web/core/application.h"

namespace tt::web::admin {
namespace {

using Arguments = std::span<const std::string>;
using SharedRegistry = std::shared_ptr<const Registry>;

// Where the site begins: the path without its last `depth` parts ("myapp/", "7/", …).
std::string base_of(std::string_view path, std::size_t depth) {
  for (std::size_t i = 0; i < depth && path.size() > 1; ++i) {
    path.remove_suffix(1);
    path = path.substr(0, path.rfind('/') + 1);
  }
  return std::string(path);
}

HttpResponse never_cached(const HttpRequest& request, HttpResponse response) {
  response.never_cache(request.application().clock().now());
  return response;
}

// For people who may come in; others are sent to the login, and back from there.
template <class Show>
View guarded(SharedRegistry registry, std::size_t depth, Show show) {
  return {[registry, depth, show](const HttpRequest& request, Arguments arguments) {
    const Page page{*registry, request, base_of(request.path(), depth)};
    if (!may_come_in(request)) {
      return never_cached(
          request, auth::redirect_to_login(request, request.full_path(), page.base + "login/"));
    }
    return never_cached(request, show(page, arguments));
  }};
}

template <class Show>
View open_to_all(SharedRegistry registry, std::size_t depth, Show show) {
  return {[registry, depth, show](const HttpRequest& request, Arguments) {
    const Page page{*registry, request, base_of(request.path(), depth)};
    return never_cached(request, show(page));
  }};
}

using ListPage = HttpResponse (*)(const Page&, const ModelAdmin&);
using RowPage = HttpResponse (*)(const Page&, const ModelAdmin&, const std::string& id);

View model_page(const SharedRegistry& registry, const ModelAdmin& model, std::size_t depth,
                ListPage show) {
  return guarded(registry, depth,
                 [&model, show](const Page& page, Arguments) { return show(page, model); });
}

View row_page(const SharedRegistry& registry, const ModelAdmin& model, RowPage show) {
  constexpr std::size_t depth = 4;
  return guarded(registry, depth, [&model, show](const Page& page, Arguments arguments) {
    return show(page, model, arguments[0]);
  });
}

// "myapp/station/7/" leads to "myapp/station/7/change/".
HttpResponse forward(const Page& page, const ModelAdmin& model, const std::string& id) {
  return redirect(page.list_url(model) + id + "/change/");
}

UrlPatterns model_urls(const SharedRegistry& registry, const ModelAdmin& model) {
  const std::string at = "^" + model.path();
  const std::string name = model.app_label() + "_" + model.name() + "_";
  const bool is_user = registry->has_accounts() && is_user_model(model);
  UrlPatterns patterns = {
      url(at + "$", model_page(registry, model, 2, change_list), name + "changelist"),
      url(at + "add/$", model_page(registry, model, 3, is_user ? add_user_view : add_view),
          name + "add"),
      url(at + "([^/]+)/history/$", row_page(registry, model, history_view), name + "history"),
      url(at + "([^/]+)/delete/$", row_page(registry, model, delete_view), name + "delete"),
      url(at + "([^/]+)/change/$", row_page(registry, model, change_view), name + "change")};
  if (is_user) {
    patterns.push_back(url(at + "([^/]+)/password/$", row_page(registry, model, user_password_view),
                           "auth_user_password_change"));
  }
  patterns.push_back(
      url(at + "([^/]+)/$", guarded(registry, 3, [&model](const Page& page, Arguments arguments) {
            return forward(page, model, arguments[0]);
          })));
  return patterns;
}

View simple(const SharedRegistry& registry, std::size_t depth, HttpResponse (*show)(const Page&)) {
  return guarded(registry, depth, [show](const Page& page, Arguments) { return show(page); });
}

UrlPatterns documentation(const SharedRegistry& registry, std::size_t depth) {
  return {url("^$", simple(registry, depth, doc_index), "docroot"),
          url("^models/$", simple(registry, depth + 1, doc_models), "doc_models"),
          url("^models/([^/.]+)\\.([^/]+)/$",
              guarded(registry, depth + 2,
                      [](const Page& page, Arguments arguments) {
                        return doc_model(page, arguments[0], arguments[1]);
                      }),
              "doc_model"),
          url("^views/$", simple(registry, depth + 1, doc_views), "doc_views"),
          url("^tags/$", simple(registry, depth + 1, doc_tags), "doc_tags"),
          url("^filters/$", simple(registry, depth + 1, doc_filters), "doc_filters")};
}

// POST only: a link elsewhere must not sign anybody out.
HttpResponse logout_by_post(const Page& page) {
  if (page.request.is_post()) return logout(page);
  HttpResponse response("Method Not Allowed", 405, "text/plain; charset=utf-8");
  response.set("Allow", "POST");
  return response;
}

}  // namespace

Site::Site(SiteOptions options) : registry_(std::make_shared<Registry>(std::move(options))) {}

Site& Site::add(const orm::ModelInfo& model, Options options) {
  registry_->add(model, std::move(options));
  return *this;
}

Site& Site::add_accounts() {
  registry_->add_accounts();
  return *this;
}

UrlPatterns Site::doc_urls() const { return documentation(registry_, 1); }

UrlPatterns Site::urls() const {
  registry_->check();
  const SharedRegistry registry = registry_;
  UrlPatterns patterns = {
      url("^$", simple(registry, 0, index), "index"),
      url("^login/$", open_to_all(registry, 1, login), "login"),
      url("^logout/$", open_to_all(registry, 1, logout_by_post), "logout"),
      url("^password_change/$", simple(registry, 1, password_change), "password_change"),
      url("^password_change/done/$", simple(registry, 2, password_change_done),
          "password_change_done"),
      url("^autocomplete/$", simple(registry, 1, autocomplete), "autocomplete"),
      url("^doc/", include(documentation(registry, 1)))};
  for (const auto& model : registry->models()) {
    for (UrlPattern& pattern : model_urls(registry, *model)) {
      patterns.push_back(std::move(pattern));
    }
  }
  patterns.push_back(url(
      "^([^/]+)/$",
      guarded(registry, 1,
              [](const Page& page, Arguments arguments) { return app_index(page, arguments[0]); }),
      "app_list"));
  return patterns;
}

}  // namespace tt::web::admin
