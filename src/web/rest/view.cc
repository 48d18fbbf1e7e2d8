#include "web/rest/view.h"

#include <algorithm>
#include <cctype>

#include "base/log.h"
#include "http/response.h"
#include "web/core/application.h"
#include "web/rest/api_error.h"
#include "web/rest/browsable.h"
#include "web/rest/json_text.h"
#include "web/rest/metadata.h"
#include "web/rest/site.h"

namespace tt::web::rest {
namespace {

constexpr int retry_after_s = 5;  // when the database is away
constexpr std::string_view json_type = "application/json";
constexpr std::string_view html_type = "text/html; charset=utf-8";
// The pages need nothing but their own files.
constexpr std::string_view page_policy =
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

const MediaType& type_of(Renderer renderer) {
  static const MediaType types[] = {MediaType::parse("application/json"),
                                    MediaType::parse("text/html")};
  return types[static_cast<std::size_t>(renderer)];
}

std::string_view format_of(Renderer renderer) {
  return renderer == Renderer::json ? "json" : "api";
}

std::vector<std::string> with_usual(std::vector<std::string> methods) {
  constexpr std::string_view order[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"};
  std::vector<std::string> all;
  for (std::string_view method : order) {
    bool is_there = std::ranges::find(methods, method) != methods.end();
    bool has_get = std::ranges::find(methods, "GET") != methods.end();
    if (is_there || method == "OPTIONS" || (method == "HEAD" && has_get)) all.emplace_back(method);
  }
  return all;
}

// Behind proxies the address that the outermost one of ours has written down.
std::string client_of(const ApiRequest& request) {
  std::string_view forwarded = request.http().header("X-Forwarded-For");
  auto proxies = request.site().settings().proxies;
  if (!proxies || *proxies == 0 || forwarded.empty()) return request.http().remote_address();
  std::vector<std::string_view> addresses;
  for (std::size_t start = 0; start <= forwarded.size();) {
    std::size_t comma = std::min(forwarded.find(',', start), forwarded.size());
    addresses.push_back(forwarded.substr(start, comma - start));
    start = comma + 1;
  }
  std::size_t back = std::min(*proxies, addresses.size());
  std::string address(addresses[addresses.size() - back]);
  std::erase(address, ' ');
  return address.substr(0, 64);
}

std::string_view scope_of(Throttle throttle, const ViewOptions& options) {
  switch (throttle) {
    case Throttle::anonymous: return "anon";
    case Throttle::user: return "user";
    case Throttle::scoped: return options.throttle_scope;
  }
  return {};
}

std::string detail_of(int status) {
  switch (status) {
    case 403: return "You do not have permission to perform this action.";
    case 404: return "Not found.";
    default: return "";
  }
}

}  // namespace

ApiView::ApiView(ViewOptions options, std::vector<std::string> methods)
    : options_(std::move(options)), methods_(with_usual(std::move(methods))) {
  for (const std::string& method : methods_) allow_ += (allow_.empty() ? "" : ", ") + method;
}

bool ApiView::has_method(std::string_view method) const {
  return std::ranges::find(methods_, method) != methods_.end();
}

std::span<const Renderer> ApiView::renderers(const Site& site) const {
  return options_.renderers ? *options_.renderers : site.settings().renderers;
}
std::span<const Parser> ApiView::parsers(const Site& site) const {
  return options_.parsers ? *options_.parsers : site.settings().parsers;
}
std::span<const Permission> ApiView::permissions(const Site& site) const {
  return options_.permissions ? *options_.permissions : site.settings().permissions;
}
std::span<const Authentication> ApiView::authentications(const Site& site) const {
  return options_.authentications ? *options_.authentications : site.settings().authentications;
}

// --- before the handler ------------------------------------------------------------------------

void ApiView::negotiate(ApiRequest& request) const {
  std::vector<Renderer> offered;
  std::vector<MediaType> types;
  const std::string& parameter = request.site().settings().format_parameter;
  std::string format(request.format_suffix());
  if (format.empty() && !parameter.empty() && !request.http().query_string().empty()) {
    format = request.query().get(parameter);
  }
  for (Renderer renderer : renderers(request.site())) {
    if (!format.empty() && format != format_of(renderer)) continue;
    offered.push_back(renderer);
    types.push_back(type_of(renderer));
  }
  if (offered.empty()) throw ApiError(404, "Not found.");
  std::optional<std::string_view> accept;
  if (request.http().has_header("Accept")) accept = request.http().header("Accept");
  auto accepted = choose_renderer(types, accept);
  if (!accepted) throw ApiError(406, "Could not satisfy the request Accept header.");
  request.set_accepted(offered[accepted->renderer], std::move(accepted->type));
}

void ApiView::deny(const ApiRequest& request, std::string_view message) const {
  bool is_nobody = !request.authenticated_by() && !authentications(request.site()).empty();
  if (is_nobody) throw AuthenticationError("Authentication credentials were not provided.");
  throw ApiError(403, message.empty() ? detail_of(403) : std::string(message));
}

void ApiView::check_permissions(const ApiRequest& request) const {
  for (const Permission& permission : permissions(request.site())) {
    if (permission.allows != nullptr && !permission.allows(request)) {
      deny(request, permission.message);
    }
  }
}

void ApiView::check_object(const ApiRequest& request, const orm::Record& row) const {
  for (const Permission& permission : permissions(request.site())) {
    if (permission.allows_object != nullptr && !permission.allows_object(request, row)) {
      deny(request, permission.message);
    }
  }
}

void ApiView::check_throttles(const ApiRequest& request) const {
  Site& site = request.site();
  const auto& throttles = options_.throttles ? *options_.throttles : site.settings().throttles;
  std::optional<Microseconds> longest;
  for (Throttle throttle : throttles) {
    bool is_user = request.user()->is_authenticated();
    std::string_view scope = scope_of(throttle, options_);
    if (scope.empty() || (throttle == Throttle::anonymous && is_user)) continue;
    auto rate = site.settings().throttle_rates.find(scope);
    if (rate == site.settings().throttle_rates.end()) continue;
    std::string client(scope);
    client += is_user ? "/user/" + std::to_string(request.user()->id) : "/" + client_of(request);
    auto wait = site.history().take(client, rate->second, site.application().clock().steady());
    if (wait && (!longest || *wait > *longest)) longest = wait;
  }
  if (!longest) return;
  throw ThrottledError(std::chrono::ceil<std::chrono::seconds>(*longest).count());
}

void ApiView::begin(ApiRequest& request) const {
  negotiate(request);
  request.set_authenticated(authenticate(request.http(), authentications(request.site())));
  check_permissions(request);
  check_throttles(request);
}

bool ApiView::may(const ApiRequest& request, std::string method) const {
  ApiRequest as_if = request.with_method(std::move(method));
  try {
    check_permissions(as_if);
    object(as_if);
    return true;
  } catch (const ApiError&) {
    return false;
  }
}

// --- the answer --------------------------------------------------------------------------------

Response ApiView::answer(ApiRequest& request) const {
  try {
    begin(request);
    if (request.method() == "OPTIONS") return Response::of(metadata_json(request));
    if (!has_method(request.method())) {
      throw ApiError(405, "Method \"" + request.method() + "\" not allowed.");
    }
    return handle(request);
  } catch (const Error& error) {
    return error_answer(request, error);
  }
}

// What is wrong with the database is for the log; clients are told to come again.
static Response unavailable_answer(const ApiRequest& request, int status, const Error& error) {
  log::error("request failed", {{"method", request.method()},
                                {"path", request.http().path()},
                                {"kind", name_of(error.code())},
                                {"error", error.what()}});
  auto response =
      Response::of(detail_json("Service temporarily unavailable, try again later."), status);
  response.headers.emplace_back("Retry-After", std::to_string(retry_after_s));
  return response;
}

Response ApiView::error_answer(const ApiRequest& request, const Error& error) const {
  const auto* api_error = dynamic_cast<const ApiError*>(&error);
  if (api_error == nullptr) {
    int status = http::status_of(error.code());
    if (status == 500) throw;  // the application's page, and its log
    if (status > 500) return unavailable_answer(request, status, error);
    std::string detail = detail_of(status);
    return Response::of(detail_json(detail.empty() ? error.what() : detail), status);
  }
  Response response = Response::of(api_error->json(), api_error->status());
  if (dynamic_cast<const AuthenticationError*>(&error) != nullptr) {
    auto ways = authentications(request.site());
    std::string_view challenge = ways.empty() ? std::string_view() : challenge_of(ways.front());
    if (challenge.empty()) {
      response.status = 403;
    } else {
      response.headers.emplace_back("WWW-Authenticate", challenge);
    }
  }
  if (const auto* throttled = dynamic_cast<const ThrottledError*>(&error)) {
    response.headers.emplace_back("Retry-After", std::to_string(throttled->wait_s()));
  }
  return response;
}

HttpResponse ApiView::render(ApiRequest& request, Response response) const {
  auto offered = renderers(request.site());
  if (!request.renderer()) {  // refused before a renderer was chosen
    request.set_accepted(offered.front(), type_of(offered.front()));
  }
  HttpResponse http;
  http.status = response.status;
  for (auto& [name, value] : response.headers) http.set(name, std::move(value));
  if (offered.size() > 1) http.vary_on("Accept");
  http.set("Allow", allow_);
  if (*request.renderer() == Renderer::browsable) {
    http.set("Content-Type", std::string(html_type));
    if (http.status == 204) http.status = 200;
    bool has_own_policy = request.http().settings().content_security_policy.has_value();
    if (!has_own_policy) http.set("Content-Security-Policy", std::string(page_policy));
    http.body = browsable_page(request, response);
    return http;
  }
  if (!response.json || response.json->empty()) return http;
  int indent = indent_of(request.accepted());
  http.body = indent > 0 ? indent_json(*response.json, indent) : *std::move(response.json);
  http.set("Content-Type", std::string(json_type));
  return http;
}

HttpResponse ApiView::respond(const HttpRequest& http) const {
  ApiRequest request(http, *this, Site::of(http.application()));
  Response response = answer(request);
  return render(request, std::move(response));
}

// --- views for urls ----------------------------------------------------------------------------

namespace {

// What a View holds, so that it can be asked for its ApiView.
struct Caller {
  std::shared_ptr<const ApiView> view;
  HttpResponse operator()(const HttpRequest& request, std::span<const std::string>) const {
    return view->respond(request);
  }
};

class FunctionView final : public ApiView {
 public:
  FunctionView(ViewOptions options, std::vector<std::string> methods, ApiFunction function)
      : ApiView(std::move(options), std::move(methods)), function_(std::move(function)) {}

 protected:
  Response handle(ApiRequest& request) const override { return function_(request); }

 private:
  ApiFunction function_;
};

}  // namespace

View as_view(std::shared_ptr<const ApiView> view) {
  return {.call = Caller{std::move(view)}, .csrf_exempt = true};
}

const ApiView* api_view_of(const View& view) {
  const auto* caller = view.call.target<Caller>();
  return caller == nullptr ? nullptr : caller->view.get();
}

View api_view(std::vector<std::string> methods, ApiFunction function, ViewOptions options) {
  return as_view(
      std::make_shared<FunctionView>(std::move(options), std::move(methods), std::move(function)));
}

std::string view_name_of(std::string_view class_name) {
  for (std::string_view ending : {"View", "ViewSet"}) {
    if (class_name.ends_with(ending)) class_name.remove_suffix(ending.size());
  }
  auto is_upper = [](char sign) { return sign >= 'A' && sign <= 'Z'; };
  auto is_lower = [](char sign) { return sign >= 'a' && sign <= 'z'; };
  std::string name;
  for (std::size_t i = 0; i < class_name.size(); ++i) {
    bool begins_word = is_upper(class_name[i]) && i > 0 &&
                       (is_lower(class_name[i - 1]) ||
                        (i + 1 < class_name.size() && !is_upper(class_name[i + 1])));
    if (begins_word && !name.empty()) name += ' ';
    name += class_name[i];
  }
  return name;
}

}  // namespace tt::web::rest
