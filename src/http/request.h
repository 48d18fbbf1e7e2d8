#pragma once

// Request: one HTTP request as a handler sees it.  Valid until the handler's Task returns.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "rt/stream.h"
#include "rt/watchdog.h"
#include "wire/http_parser.h"

namespace tt::http {

enum class Method { get, head, post, put, patch, del, options, other };

// `other` for a method that this server has no word for; Request::method_name has its text.
Method method_from(std::string_view name);
std::string_view name_of(Method method);

// The body of a request, piece by piece as it arrives.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // The next piece, still compressed if the client compressed it; empty at the end.  Throws
  // too_large over limits.http_body_bytes_max, invalid for broken chunks, unavailable if the
  // client goes away.
  virtual Task<std::string> read_some() = 0;
};

class Request {
 public:
  // Throws invalid if the request's target is malformed.
  Request(const wire::HttpHead& head, const rt::Peer& peer, BodyReader& body, const Limits& limits);

  Method method() const { return method_; }
  std::string_view method_name() const { return head_.method; }
  // The path as sent, without query; of an absolute-form target what follows the authority.
  std::string_view path() const { return path_; }
  std::string_view query() const { return query_; }
  // Host header, or the authority of an absolute-form target; empty if there is none.
  std::string_view host() const { return host_; }
  const wire::HttpHead& head() const { return head_; }
  // Empty if absent.
  std::string_view header(std::string_view name) const { return head_.header(name); }
  bool has_header(std::string_view name) const;
  const rt::Peer& peer() const { return peer_; }

  // The decoded value of the first query parameter of that name; nullopt if absent.
  std::optional<std::string> query_value(std::string_view name) const;
  // All of them, decoded, in order.  Throws invalid if the query is malformed.
  const std::vector<std::pair<std::string, std::string>>& query_values() const;
  // The value of one cookie; empty if absent.
  std::string_view cookie(std::string_view name) const;

  // What the router took from the path, decoded; empty if there is no such parameter.
  std::string_view parameter(std::string_view name) const;
  // Of a parameter declared as {name:int}.
  std::int64_t int_parameter(std::string_view name) const;
  void set_parameters(std::vector<std::pair<std::string_view, std::string>> parameters) {
    parameters_ = std::move(parameters);
  }

  // The whole body, decompressed if Content-Encoding says gzip or deflate.  Throws as
  // BodyReader::read_some does, and unsupported for another encoding.  Again: the same text.
  Task<std::string_view> body();
  // The body as a stream; use this or body(), not both.
  BodyReader& body_reader() { return body_reader_; }

 private:
  const wire::HttpHead& head_;
  const rt::Peer& peer_;
  BodyReader& body_reader_;
  const Limits& limits_;
  Method method_;
  std::string_view path_, query_, host_;
  std::vector<std::pair<std::string_view, std::string>> parameters_;
  mutable std::optional<std::vector<std::pair<std::string, std::string>>> query_values_;
  std::optional<std::string> body_;
};

}  // namespace tt::http
