#include "web/rest/api_error.h"

#include <fmt/format.h>

#include "web/rest/json_text.h"

namespace tt::web::rest {
namespace {

Code code_of(int status) {
  switch (status) {
    case 401: return Code::unauthenticated;
    case 403: return Code::denied;
    case 404: return Code::not_found;
    case 406: return Code::not_acceptable;
    case 409: return Code::conflict;
    case 413: return Code::too_large;
    case 415: return Code::unsupported;
    case 429: return Code::exhausted;
    case 503: return Code::unavailable;
    default: return status < 500 ? Code::invalid : Code::internal;
  }
}

FieldErrors one_error(std::string_view field, std::string message) {
  FieldErrors errors;
  errors.add(field, std::move(message));
  return errors;
}

std::string throttled_detail(std::int64_t wait_s) {
  return fmt::format("Request was throttled. Expected available in {} second{}.", wait_s,
                     wait_s == 1 ? "" : "s");
}

}  // namespace

std::string detail_json(std::string_view detail) {
  std::string json = "{\"detail\":";
  append_json_text(json, detail);
  return json + '}';
}

ApiError::ApiError(int status, std::string detail)
    : Error(code_of(status), detail), status_(status), json_(detail_json(detail)) {}

ApiError ApiError::with_body(int status, std::string json) {
  ApiError error(status, "");
  error.json_ = std::move(json);
  return error;
}

ThrottledError::ThrottledError(std::int64_t wait_s)
    : ApiError(429, throttled_detail(wait_s)), wait_s_(wait_s) {}

void FieldErrors::add(std::string_view field, std::string message) {
  for (auto& [name, messages] : entries_) {
    if (name != field) continue;
    messages.push_back(std::move(message));
    return;
  }
  entries_.emplace_back(field, std::vector{std::move(message)});
}

bool FieldErrors::contains(std::string_view field) const {
  for (const auto& [name, messages] : entries_) {
    if (name == field) return true;
  }
  return false;
}

std::string FieldErrors::json() const {
  std::string json = "{";
  for (const auto& [name, messages] : entries_) {
    if (json.size() > 1) json += ',';
    append_json_text(json, name);
    json += ":[";
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (i > 0) json += ',';
      append_json_text(json, messages[i]);
    }
    json += ']';
  }
  return json + '}';
}

ValidationError::ValidationError(FieldErrors errors)
    : ApiError(ApiError::with_body(400, errors.json())), errors_(std::move(errors)) {}
ValidationError::ValidationError(std::string message)
    : ValidationError(one_error(FieldErrors::non_field, std::move(message))) {}
ValidationError::ValidationError(std::string_view field, std::string message)
    : ValidationError(one_error(field, std::move(message))) {}

}  // namespace tt::web::rest
