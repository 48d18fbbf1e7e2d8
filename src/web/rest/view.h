#pragma once

// ApiView: what every view of the API does around its handler, in this order: choose how to answer
// (406), find out who asks (401, 403), ask the permissions (403), count the request (429), call
// the handler of the method (405), turn the result or the error into an answer.
//
// A function as a view:
//
//   rest::Response add(const rest::ApiRequest& request);
//   url("^add/$", rest::api_view({"POST"}, add, {.permissions = {{rest::is_authenticated}}}))

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "web/core/urls.h"
#include "web/rest/request.h"

namespace tt::web::rest {

class Site;

// What a view says of its own; what is absent, the settings say.
struct ViewOptions {
  std::string name;         // "Station List"
  std::string description;  // shown by OPTIONS, pages and the API's document
  std::optional<std::vector<Permission>> permissions;
  std::optional<std::vector<Authentication>> authentications;
  std::optional<std::vector<Throttle>> throttles;
  std::string throttle_scope;  // of Throttle::scoped
  std::optional<std::vector<Renderer>> renderers;
  std::optional<std::vector<Parser>> parsers;
};

// Whether a row is what a form on a page is filled with.
enum class FormFor : unsigned char { creation, change };

class ApiView {
 public:
  // `methods` that the view has besides OPTIONS; HEAD goes with GET.
  ApiView(ViewOptions options, std::vector<std::string> methods);
  virtual ~ApiView() = default;
  ApiView(const ApiView&) = delete;

  // Never throws ApiError; other errors mean a page of the application (500).
  HttpResponse respond(const HttpRequest& request) const;

  const ViewOptions& options() const { return options_; }
  // "GET", "POST", "HEAD", "OPTIONS": in the order of the header Allow.
  const std::vector<std::string>& methods() const { return methods_; }
  bool has_method(std::string_view method) const;
  std::span<const Renderer> renderers(const Site& site) const;
  std::span<const Parser> parsers(const Site& site) const;

  // Whether the user may call the method here and now, on the row that the URL names if there is
  // one.  Does not throw.
  bool may(const ApiRequest& request, std::string method) const;

  // What rows of the view are; nullptr without.
  virtual const orm::ModelInfo* model() const { return nullptr; }
  virtual const SerializerInfo* serializer(const ApiRequest&) const { return nullptr; }
  // The row that the URL names.  Throws ApiError(404), or 403 if the user may not see it.
  virtual std::optional<orm::Record> object(const ApiRequest&) const { return std::nullopt; }
  // Whether the view's answers to GET are lists, which can be filtered.
  virtual bool is_list() const { return false; }

 protected:
  // The method is one of methods() but OPTIONS.
  virtual Response handle(ApiRequest& request) const = 0;
  // Of the permissions, for a row.  Throws ApiError.
  void check_object(const ApiRequest& request, const orm::Record& row) const;

 private:
  void begin(ApiRequest& request) const;
  void negotiate(ApiRequest& request) const;
  void check_permissions(const ApiRequest& request) const;
  void check_throttles(const ApiRequest& request) const;
  [[noreturn]] void deny(const ApiRequest& request, std::string_view message) const;
  Response answer(ApiRequest& request) const;
  Response error_answer(const ApiRequest& request, const Error& error) const;
  HttpResponse render(ApiRequest& request, Response response) const;
  std::span<const Permission> permissions(const Site& site) const;
  std::span<const Authentication> authentications(const Site& site) const;

  ViewOptions options_;
  std::vector<std::string> methods_;
  std::string allow_;
};

// The view for urls; the ApiView lives as long as it.
View as_view(std::shared_ptr<const ApiView> view);
// Back again; nullptr if it is no view of an API.
const ApiView* api_view_of(const View& view);

using ApiFunction = std::function<Response(const ApiRequest& request)>;
// The name is "Add" for a function without one in the options.
View api_view(std::vector<std::string> methods, ApiFunction function, ViewOptions options = {});

// "Rain Gauge" of "RainGaugeViewSet".
std::string view_name_of(std::string_view class_name);

}  // namespace tt::web::rest
