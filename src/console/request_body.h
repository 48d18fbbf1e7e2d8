#pragma once

// RequestBody: the JSON object of a request to the console's interface, with typed members.
//
//   auto text = co_await call.request.body();
//   RequestBody body(text);
//   change.title = body.string("title");

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "wire/json.h"

namespace tt::console {

// The members of an object, wherever it stands in a body.
class Members {
 public:
  // Throws unprocessable, naming it as `what`, unless it is an object.
  Members(wire::JsonValue value, std::string_view what);

  // All throw unprocessable, naming the member, if it is absent or of another kind; those that
  // start with find_ return nullopt if it is absent or null.
  std::string string(std::string_view name) const;
  bool boolean(std::string_view name) const;
  std::optional<std::string> find_string(std::string_view name) const;
  std::optional<bool> find_boolean(std::string_view name) const;
  std::optional<double> find_number(std::string_view name) const;
  std::optional<std::int64_t> find_integer(std::string_view name) const;
  std::optional<std::vector<std::string>> find_strings(std::string_view name) const;
  std::optional<Members> find_members(std::string_view name) const;
  // Empty if it is absent or null.
  std::vector<Members> list_of_members(std::string_view name) const;

  // Was the member sent, be it null?
  bool has(std::string_view name) const { return value_.find(name).has_value(); }
  wire::JsonValue root() const { return value_; }

 private:
  wire::JsonValue value_;
};

namespace detail {
struct OwnedDocument {
  wire::JsonDocument document;
};
}  // namespace detail

class RequestBody : private detail::OwnedDocument, public Members {
 public:
  // `text` must outlive this.  Throws invalid unless it is a JSON object, too_large over
  // `limit_bytes`.
  explicit RequestBody(std::string_view text, std::size_t limit_bytes = bytes_max);

  static constexpr std::size_t bytes_max = 64 * 1024;
};

}  // namespace tt::console
