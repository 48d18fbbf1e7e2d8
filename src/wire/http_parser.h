#pragma once

// HttpParser: HTTP/1.1 requests from bytes, without I/O (RFC 9112).
//
// Feed it bytes; it takes what belongs to the current request and leaves the rest (pipelining).
// The syntax is Boost.Beast's, which refuses what smuggles requests: two lengths that differ, a
// length beside chunks, bare CR or LF, spaces before the colon.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tt::wire {

struct HttpHeader {
  std::string_view name;   // as sent; compare without regard to case
  std::string_view value;  // without surrounding white space
};

struct HttpHead {
  std::string_view method;
  std::string_view target;  // as sent: origin-form, absolute-form, authority-form or "*"
  int minor_version = 1;    // of HTTP/1.x
  std::vector<HttpHeader> headers;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = true;
  bool expects_continue = false;  // "Expect: 100-continue"
  bool upgrade = false;           // "Connection: upgrade"

  // The first header of that name; empty if there is none.
  std::string_view header(std::string_view name) const;
};

enum class HttpFailure { malformed, header_too_large, body_too_large };

struct HttpProblem {
  HttpFailure failure;
  std::string message;
};

class HttpParser {
 public:
  struct Settings {
    std::size_t header_bytes_max;
    std::uint64_t body_bytes_max;
  };
  explicit HttpParser(Settings settings);
  ~HttpParser();
  HttpParser(const HttpParser&) = delete;
  HttpParser& operator=(const HttpParser&) = delete;

  // Makes ready for the next request; the views of head() end here.
  void reset();

  // The number of bytes taken from the front of `bytes`; bytes not taken must be offered again,
  // with more behind them.  Stops after the head, so that the caller can decide about the body.
  std::expected<std::size_t, HttpProblem> put(std::string_view bytes);

  bool head_done() const;
  bool done() const;  // head and body
  // Valid when head_done(), until reset().
  const HttpHead& head() const;
  // The body bytes that put() has decoded since the last take_body().
  std::string take_body();
  const std::string& body() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tt::wire
