#pragma once

// Response: what a handler answers.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "rt/listener.h"

namespace tt::http {

// The pieces of a body that is made while it is sent.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  // The next piece; nullopt at the end.  A piece may be empty.  A throw ends the connection, so
  // that the client sees a broken body and never a short one that looks whole.
  virtual Task<std::optional<std::string>> next() = 0;
};

// Takes over the connection after the response's head was sent (101, or a protocol of its own).
using Upgrade = std::function<Task<>(std::unique_ptr<rt::Stream>, std::string first_bytes,
                                     rt::ConnectionContext&)>;

// May the body be compressed for clients that accept it?
enum class Compress { when_useful, never };

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // Instead of `body`: bytes that live as long as the program (embedded files) or are shared.
  std::string_view static_body;
  // Instead of `body`: sent in chunks, or with Content-Length if `length` is set.
  std::unique_ptr<BodyWriter> writer;
  std::optional<std::uint64_t> length;
  Upgrade upgrade;
  Compress compress = Compress::when_useful;
  bool accept_ranges = false;  // serve a Range of body or static_body (RFC 9110 section 14)
  bool close = false;          // end the connection after this response

  // Replaces the header of that name, or adds it.
  Response& set(std::string_view name, std::string value);
  // Empty if absent.
  std::string_view header(std::string_view name) const;

  static Response text(int status, std::string body);
  static Response json(int status, std::string body);
  static Response html(int status, std::string body);
  static Response of_type(int status, std::string_view content_type, std::string body);
  // `location` must not hold CR or LF.
  static Response redirect(std::string_view location);
};

// "Not Found" for 404; "Unknown" for a number without a name.
std::string_view reason_of(int status);

// The HTTP status that stands for an Error at edges without codes of their own.
int status_of(Code code);

}  // namespace tt::http
