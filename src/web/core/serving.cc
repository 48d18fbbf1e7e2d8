#include "web/core/serving.h"

#include <fmt/format.h>

#include "base/text.h"
#include "web/core/cookies.h"
#include "web/core/quick_views.h"
#include "wire/header_value.h"

namespace tt::web {
namespace {

RawRequest raw_of(const http::Request& request) {
  RawRequest raw;
  const auto& head = request.head();
  raw.method = head.method;
  raw.target = head.target;
  raw.remote_address = request.peer().address;
  raw.is_secure = request.peer().is_encrypted;
  raw.headers.reserve(head.headers.size());
  bool is_absolute = !raw.target.starts_with('/');
  for (const auto& header : head.headers) {
    // With an absolute target the Host header does not count   [RFC 9112 section 3.2.2].
    if (is_absolute && wire::equal_ignoring_case(header.name, "Host")) continue;
    raw.headers.emplace_back(header.name, header.value);
  }
  if (is_absolute) raw.headers.emplace_back("Host", request.host());
  return raw;
}

// A form with files may be as large as both of its parts.
std::size_t body_bytes_max(const Settings& settings, const http::Request& request) {
  bool has_files = to_lower(request.header("Content-Type")).starts_with("multipart/form-data");
  return settings.data_upload_max_memory_size +
         (has_files ? settings.file_upload_max_memory_size : 0);
}

[[noreturn]] void refuse_body(std::size_t limit) {
  throw Error(Code::too_large, fmt::format("the body is larger than {} bytes", limit));
}

Task<std::string> read_body(http::Request& request, std::size_t limit) {
  auto length = request.head().content_length;
  if (length && *length > limit) refuse_body(limit);
  if (request.has_header("Content-Encoding")) {
    auto plain = co_await request.body();
    if (plain.size() > limit) refuse_body(limit);
    co_return std::string(plain);
  }
  std::string body = co_await request.body_reader().read_some();
  while (body.size() <= limit) {
    auto piece = co_await request.body_reader().read_some();
    if (piece.empty()) co_return body;
    body += piece;
  }
  refuse_body(limit);
}

http::Response converted(HttpResponse response, Time now) {
  http::Response out;
  out.status = response.status;
  out.body = std::move(response.body);
  out.static_body = response.static_body;
  out.accept_ranges = response.accept_ranges;
  out.headers = std::move(response).take_headers();
  // The server counts for itself.
  std::erase_if(out.headers, [](const auto& entry) {
    return wire::equal_ignoring_case(entry.first, "Content-Length");
  });
  for (const auto& cookie : response.cookies()) {
    out.headers.emplace_back("Set-Cookie", set_cookie_text(cookie, now));
  }
  return out;
}

bool only_reads(const http::Request& request) {
  return request.method() == http::Method::get || request.method() == http::Method::head;
}

// What serves an application.
struct Service {
  Application& application;
  rt::OffloadPool& pool;
  OnLoop on_loop;
  QuickViews quick = {};
};

Task<http::Response> serve(Service& service, http::Request& request) {
  auto& application = service.application;
  auto raw = raw_of(request);
  std::optional<Error> refusal;
  try {
    raw.body = co_await read_body(request, body_bytes_max(application.settings(), request));
  } catch (const Error& e) {
    if (e.code() == Code::unavailable || e.code() == Code::cancelled) throw;  // nobody listens
    refusal = e;
  }
  auto work = [&] {
    auto began = application.clock().steady();
    auto used = processor_time();
    auto response = refusal ? application.refuse(std::move(raw), *refusal)
                            : application.respond(std::move(raw));
    QuickViews::Effort effort{processor_time() - used, application.clock().steady() - began};
    service.quick.note(request.method_name(), request.path(), effort);
    return converted(std::move(response), application.clock().now());
  };
  if (service.on_loop == OnLoop::quick_reads && only_reads(request) &&
      service.quick.is_quick(request.method_name(), request.path())) {
    co_return work();
  }
  co_return co_await rt::offload(service.pool, work);
}

}  // namespace

http::Handler handler(Application& application, rt::OffloadPool& pool, OnLoop on_loop) {
  auto service = std::make_shared<Service>(application, pool, on_loop);
  return [service](http::Request& request) { return serve(*service, request); };
}

}  // namespace tt::web
