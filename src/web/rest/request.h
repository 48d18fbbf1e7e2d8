#pragma once

// ApiRequest: a request as a view of the API sees it, and Response: what the view answers.
//
//   rest::Response echo(const rest::ApiRequest& request) {
//     auto data = rest::validated<CommandSerializer>(request);
//     return rest::Response::object([&](wire::JsonWriter& json) {
//       json.member("name", data.text("name"));
//     });
//   }

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "orm/record.h"
#include "web/core/request.h"
#include "web/core/response.h"
#include "web/rest/authentication.h"
#include "web/rest/input.h"
#include "web/rest/links.h"
#include "web/rest/media_types.h"
#include "web/rest/representation.h"
#include "web/rest/serializer.h"
#include "web/rest/settings.h"

namespace tt::wire {
class JsonWriter;
}

namespace tt::web::rest {

class ApiView;
class Site;

// Pages of a list, for people.
struct PageLink {
  std::string url;  // empty: a gap
  std::size_t number = 0;
  bool is_current = false;
};
struct PageControls {
  std::optional<std::string> previous, next;
  std::vector<PageLink> links;
};

struct Response {
  int status = 200;
  std::optional<std::string> json;  // compact; absent: no body
  std::vector<std::pair<std::string, std::string>> headers;
  PageControls pages;

  static Response of(std::string json, int status = 200) {
    return {status, std::move(json), {}, {}};
  }
  static Response empty(int status = 204) { return {status, std::nullopt, {}, {}}; }
  static Response value(const boost::json::value& tree, int status = 200);
  // `write` writes the members.
  static Response object(const std::function<void(wire::JsonWriter&)>& write, int status = 200);
};

class ApiRequest {
 public:
  // All of it outlives the request.
  ApiRequest(const HttpRequest& http, const ApiView& view, Site& site)
      : http_(http), view_(view), site_(site) {}

  const HttpRequest& http() const { return http_; }
  const ApiView& view() const { return view_; }
  Site& site() const { return site_; }
  const std::string& method() const { return method_ ? *method_ : http_.method(); }
  bool is_safe_method() const;
  const Parameters& query() const { return http_.query(); }
  // What the URL's named group has captured: "pk".
  std::string_view argument(std::string_view name) const { return http_.argument(name); }
  std::string_view format_suffix() const { return http_.argument("format"); }

  const UserPtr& user() const { return authenticated_.user; }
  const std::optional<Authentication>& authenticated_by() const { return authenticated_.by; }
  // The body as the parsers of the view read it; an empty object if there is none.  Throws ApiError
  // for a body that cannot be read, at each call.
  const Input& data() const;
  bool has_data() const { return data_.has_value(); }  // it was asked for, and could be read
  orm::Session& session() const;

  LinkStyle link_style() const;
  RepresentationContext representation_context() const;
  FieldReading field_reading(const orm::Record* instance = nullptr,
                             Partial partial = Partial::no) const;

  // --- set by the view while it goes through its steps ---
  void set_authenticated(Authenticated authenticated) { authenticated_ = std::move(authenticated); }
  void set_accepted(Renderer renderer, MediaType type) {
    renderer_ = renderer;
    accepted_ = std::move(type);
  }
  const std::optional<Renderer>& renderer() const { return renderer_; }
  const MediaType& accepted() const { return accepted_; }
  // As if the request had another method, to ask what the user may do.
  ApiRequest with_method(std::string method) const;

 private:
  const HttpRequest& http_;
  const ApiView& view_;
  Site& site_;
  std::optional<std::string> method_;
  Authenticated authenticated_;
  std::optional<Renderer> renderer_;
  MediaType accepted_;
  mutable std::optional<Input> data_;
  mutable std::string base_, query_suffix_;
};

// What the body says, accepted by the serializer.  Throws ValidationError.
template <class S>
Attributes validated(const ApiRequest& request) {
  return validate(serializer_info<S>(), request.data(), request.field_reading());
}

}  // namespace tt::web::rest
