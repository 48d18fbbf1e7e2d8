#include "web/rest/browsable.h"

#include "http/response.h"
#include "web/core/application.h"
#include "web/rest/json_markup.h"
#include "web/rest/json_text.h"
#include "web/rest/page_forms.h"
#include "web/rest/query_links.h"
#include "web/rest/site.h"
#include "web/rest/view.h"
#include "web/rest/viewset.h"

namespace tt::web::rest {
namespace {

constexpr std::size_t breadcrumbs_max = 16;

// The views at the URL and at every URL above it.
List breadcrumbs(const ApiRequest& request) {
  List crumbs;
  const UrlResolver& urls = request.site().application().urls();
  std::string path = request.http().path();
  const ApiView* last = nullptr;
  for (std::size_t count = 0; !path.empty() && count < breadcrumbs_max; ++count) {
    auto found = urls.resolve(path);
    const ApiView* view = found ? api_view_of(*found->view) : nullptr;
    if (view != nullptr && view != last) {
      crumbs.insert(crumbs.begin(), Map{{"name", view->options().name}, {"url", path}});
      last = view;
    }
    if (path.ends_with('/')) {
      path.pop_back();
    } else {
      path.resize(path.rfind('/') + 1);
    }
  }
  return crumbs;
}

List headers_of(const ApiRequest& request, const Response& response) {
  List headers;
  auto add = [&](std::string name, std::string value) {
    headers.emplace_back(Map{{"name", std::move(name)}, {"value", std::move(value)}});
  };
  std::string allow;
  for (const std::string& method : request.view().methods()) {
    allow += (allow.empty() ? "" : ", ") + method;
  }
  add("Allow", allow);
  if (response.json) add("Content-Type", "application/json");
  for (const auto& [name, value] : response.headers) add(name, value);
  add("Vary", "Accept");
  return headers;
}

List formats_of(const ApiRequest& request) {
  List formats;
  const std::string& parameter = request.site().settings().format_parameter;
  if (parameter.empty() || !request.view().has_method("GET")) return formats;
  for (Renderer renderer : request.view().renderers(request.site())) {
    std::string format = renderer == Renderer::json ? "json" : "api";
    formats.emplace_back(
        Map{{"name", format}, {"url", url_with(request.http(), parameter, format)}});
  }
  return formats;
}

void add_search(const ApiRequest& request, Context& context) {
  const ViewSetInfo* viewset = viewset_of(request.view());
  bool has_filters = viewset != nullptr && request.view().is_list() &&
                     !(viewset->filters.search.empty() && viewset->filters.ordering_fields.empty());
  if (!has_filters) return;
  const RestSettings& settings = request.site().settings();
  if (!viewset->filters.search.empty()) {
    context.set("search_parameter", settings.search_parameter);
    context.set("search_text", request.query().get(settings.search_parameter));
  }
  List choices;
  std::string current = request.query().get(settings.ordering_parameter);
  if (!viewset->filters.ordering_fields.empty()) {
    choices.emplace_back(
        Map{{"value", ""}, {"label", "Usual order"}, {"selected", current.empty()}});
  }
  for (const std::string& name : viewset->filters.ordering_fields) {
    std::string label = label_from_name(name);
    std::string down = "-" + name;
    choices.emplace_back(
        Map{{"value", name}, {"label", label + " – ascending"}, {"selected", current == name}});
    choices.emplace_back(
        Map{{"value", down}, {"label", label + " – descending"}, {"selected", current == down}});
  }
  context.set("order_choices", std::move(choices));
  context.set("ordering_parameter", settings.ordering_parameter);
  List kept;
  for (const auto& [name, value] : request.query()) {
    bool is_asked = name == settings.search_parameter || name == settings.ordering_parameter ||
                    name == "page" || name == "offset" || name == "cursor";
    if (!is_asked) kept.emplace_back(Map{{"name", name}, {"value", value}});
  }
  context.set("kept_parameters", std::move(kept));
}

void add_pages(const Response& response, Context& context) {
  List links;
  for (const PageLink& link : response.pages.links) {
    links.emplace_back(Map{{"url", link.url},
                           {"number", static_cast<std::int64_t>(link.number)},
                           {"current", link.is_current}});
  }
  context.set("page_links", std::move(links));
  if (response.pages.previous) context.set("previous_url", *response.pages.previous);
  if (response.pages.next) context.set("next_url", *response.pages.next);
}

void add_account_links(const ApiRequest& request, Context& context) {
  const UrlResolver& urls = request.site().application().urls();
  if (auto url = urls.find_url("rest_framework:login")) context.set("login_url", *url);
  if (auto url = urls.find_url("rest_framework:logout")) context.set("logout_url", *url);
}

}  // namespace

std::string browsable_page(const ApiRequest& request, const Response& response) {
  const ApiView& view = request.view();
  const RestSettings& settings = request.site().settings();
  List crumbs = breadcrumbs(request);
  const Value* root = crumbs.empty() ? nullptr : crumbs.front().as_map()->find("url");
  std::string full_path = request.http().full_path();
  std::string path = full_path.substr(0, full_path.find('?'));
  std::string content = response.json ? json_markup(indent_json(*response.json, 4)) : "";
  bool is_there = response.status < 300 && request.method() != "DELETE";
  Context context{
      {"name", view.options().name},
      {"description", view.options().description},
      {"brand", settings.title.empty() ? std::string("REST API") : settings.title},
      {"root_url", root == nullptr ? Value("/") : *root},
      {"breadcrumbs", std::move(crumbs)},
      {"method", request.method()},
      {"path", path},
      {"path_with_query", full_path},
      {"full_path", full_path},
      {"status", response.status},
      {"status_class", response.status / 100},
      {"reason", http::reason_of(response.status)},
      {"headers", headers_of(request, response)},
      {"content", Value::safe(std::move(content))},
      {"formats", formats_of(request)},
      {"media_types", List{"application/json", "application/x-www-form-urlencoded"}},
      {"object_name", view.model() == nullptr ? std::string("object") : view.model()->verbose_name},
      {"can_delete", is_there && view.has_method("DELETE") && view.may(request, "DELETE")},
      {"forms", page_forms(request, response)},
  };
  add_search(request, context);
  add_pages(response, context);
  add_account_links(request, context);
  return web::render(request.http(), "rest/api.html", std::move(context)).body;
}

}  // namespace tt::web::rest
