#pragma once

// ApiError: why a request to the API is refused; it becomes the answer in one place (view.cc).
//
//   throw ApiError(403, "Only on Sundays.");             {"detail":"Only on Sundays."}
//   throw ValidationError("name", "Taken.");             400 {"name":["Taken."]}

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace tt::web::rest {

class ApiError : public Error {
 public:
  ApiError(int status, std::string detail);
  // `json` is the whole body.
  static ApiError with_body(int status, std::string json);

  int status() const { return status_; }
  const std::string& json() const { return json_; }

 private:
  int status_;
  std::string json_;
};

// The one that means: nobody is signed in, or what was sent to sign in is wrong.  It becomes 401,
// or 403 where the first authentication has no way to ask for credentials.
class AuthenticationError : public ApiError {
 public:
  explicit AuthenticationError(std::string detail) : ApiError(401, std::move(detail)) {}
};

class ThrottledError : public ApiError {
 public:
  explicit ThrottledError(std::int64_t wait_s);
  std::int64_t wait_s() const { return wait_s_; }

 private:
  std::int64_t wait_s_;
};

// Messages by field, in the order in which they were found.
class FieldErrors {
 public:
  static constexpr std::string_view non_field = "non_field_errors";

  void add(std::string_view field, std::string message);
  bool empty() const { return entries_.empty(); }
  bool contains(std::string_view field) const;
  const std::vector<std::pair<std::string, std::vector<std::string>>>& entries() const {
    return entries_;
  }
  // {"name":["…"]}
  std::string json() const;

 private:
  std::vector<std::pair<std::string, std::vector<std::string>>> entries_;
};

class ValidationError : public ApiError {
 public:
  explicit ValidationError(FieldErrors errors);
  explicit ValidationError(std::string message);  // of the object as a whole
  ValidationError(std::string_view field, std::string message);
  const FieldErrors& errors() const { return errors_; }

 private:
  FieldErrors errors_;
};

// The answer's body for `detail`: {"detail":"…"}.
std::string detail_json(std::string_view detail);

}  // namespace tt::web::rest
