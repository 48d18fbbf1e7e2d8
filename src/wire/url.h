#pragma once

// Request targets, paths and query strings (RFC 3986, RFC 9112 section 3.2).  The text form is
// kept as long as possible: what is "%2F" in a path never becomes a separator.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace tt::wire {

// Every "%XX" replaced by its byte.  A Problem for a "%" without two hexadecimal digits.
Result<std::string> percent_decode(std::string_view text);

// All but the unreserved characters (letters, digits, "-._~") as "%XX", upper case.
std::string percent_encode(std::string_view text);
// The same, but "/" is kept.
std::string percent_encode_path(std::string_view path);

// The parts of a request target, still encoded, as views into it.
struct Target {
  std::string_view scheme;     // "http"; empty unless the target is absolute
  std::string_view authority;  // "example.com:80"; likewise
  std::string_view path;       // "/v2/feeds", at least "/"; "*" for OPTIONS *
  std::string_view query;      // behind the "?"; empty if there is none
};

// "/path?query", "http://host/path?query" and "*".  A Problem for other forms, for characters that
// must be encoded (controls, space, "#") and for more than `bytes_max` bytes.
Result<Target> split_target(std::string_view target, std::size_t bytes_max = 8192);

// The decoded segments of an absolute path: "/v2/feeds/a%2Fb/" gives "v2", "feeds", "a/b", "".
// Segments "." and ".." (encoded or not) are resolved and never lead above the root.  A Problem for
// bad encodings, NUL and bytes that are not UTF-8.
Result<std::vector<std::string>> path_segments(std::string_view path);

// The path with its dots resolved and every segment encoded in the one shortest way: equal paths
// become equal texts.  Problems as above.
Result<std::string> normalise_path(std::string_view path);

// The decoded parameters of a query string in their order; keys may repeat.
class Query {
 public:
  using Parameter = std::pair<std::string, std::string>;

  // The first parameter of that name; nullopt if there is none.
  std::optional<std::string_view> find(std::string_view name) const;
  std::vector<std::string_view> find_all(std::string_view name) const;
  const std::vector<Parameter>& parameters() const { return parameters_; }

 private:
  friend Result<Query> parse_query(std::string_view, std::size_t);
  std::vector<Parameter> parameters_;
};

// "a=1&b=x+y&c" also as the body of a form (application/x-www-form-urlencoded): "+" is a space, a
// name without "=" has an empty value.  A Problem for bad encodings, bytes that are not UTF-8 and
// more than `parameters_max` parameters.
Result<Query> parse_query(std::string_view query, std::size_t parameters_max = 1000);

}  // namespace tt::wire
