#pragma once

// Error: the one exception type of the system, and Result for bytes that come from outside.
//
// An Error ends the current request; the edge that accepted the request catches it once and
// translates `code` into its protocol (HTTP status, MQTT reason code, WAMP error URI, AWS error
// type).  Nothing between the throw and the edge catches it.  An outcome that the caller is
// expected to handle is a return value, not an Error.

#include <expected>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tt {

enum class Code : unsigned char {
  invalid,          // the request is malformed (HTTP 400)
  unprocessable,    // well-formed, but its meaning is refused (HTTP 422)
  not_found,        // HTTP 404
  conflict,         // HTTP 409
  unauthenticated,  // no or unknown credentials (HTTP 401)
  denied,           // known caller, not allowed (HTTP 403)
  too_large,        // a body, line or packet over its limit (HTTP 413)
  exhausted,        // a rate or quota is used up (HTTP 429)
  unavailable,      // a peer, disk or engine is gone, full or stopping (HTTP 503)
  timeout,          // HTTP 408 or 504
  cancelled,        // the caller itself gave up
  unsupported,      // a form of input that is not understood (HTTP 415)
  not_acceptable,   // a form of output that is not offered (HTTP 406)
  corrupt,          // stored bytes are damaged
  internal,         // a defect of ours (HTTP 500)
};

// The name of the enumerator, e.g. "not_found".
std::string_view name_of(Code code);

class Error : public std::runtime_error {
 public:
  // `message` is one sentence for people: what was wrong, where, what to do.  No secrets.
  Error(Code code, const std::string& message) : std::runtime_error(message), code_(code) {}
  Code code() const { return code_; }

 private:
  Code code_;
};

// What is wrong with bytes from outside, and at which byte of the input.
struct Problem {
  std::string message;
  std::size_t offset = 0;
};

template <class T>
using Result = std::expected<T, Problem>;

// Shorthand: `return problem("unexpected end", offset);`
inline std::unexpected<Problem> problem(std::string message, std::size_t offset = 0) {
  return std::unexpected(Problem{std::move(message), offset});
}

namespace detail {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);
}

}  // namespace tt

// A bug of ours, checked in every build: prints the place to stderr and aborts.
#define TT_ASSERT(expression)    \
  (static_cast<bool>(expression) \
       ? void(0)                 \
       : ::tt::detail::assertion_failed(#expression, __FILE__, __LINE__))
