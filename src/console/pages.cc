#include "console/pages.h"

#include "base/error.h"
#include "wire/gzip.h"
#include "wire/header_value.h"
#include "wire/mime.h"

namespace tt::console {
namespace {

// "If-None-Match: * or a list of entity tags"; the comparison is weak.     RFC 9110, 13.1.2
bool has_current(const http::Request& request, std::string_view etag) {
  auto rest = request.header("If-None-Match");
  while (!rest.empty()) {
    auto comma = rest.find(',');
    auto tag = wire::trim(rest.substr(0, comma));
    rest = comma == rest.npos ? std::string_view{} : rest.substr(comma + 1);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag || tag == "*") return true;
  }
  return false;
}

Task<http::Response> serve_file(http::Request& request) {
  auto* asset = find_asset(request.parameter("file"));
  if (!asset) co_return http::Response::text(404, "there is no such file\n");
  co_return serve(*asset, request);
}

}  // namespace

const Asset* find_asset(std::string_view name) {
  for (const auto& asset : assets()) {
    if (asset.name == name) return &asset;
  }
  return nullptr;
}

void add_security_headers(http::Response& response) {
  response.set("Content-Security-Policy", std::string(content_security_policy));
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "same-origin");
}

http::Response serve(const Asset& asset, const http::Request& request) {
  http::Response response;
  add_security_headers(response);
  // The name of a file stays the same when its bytes change, so a browser asks every time.
  response.set("Cache-Control", "no-cache").set("ETag", std::string(asset.etag));
  response.set("Vary", "Accept-Encoding");
  response.compress = http::Compress::never;
  if (has_current(request, asset.etag)) {
    response.status = 304;
    return response;
  }
  response.set("Content-Type", std::string(asset.media_type));
  if (wire::accepts_coding(request.header("Accept-Encoding"), "gzip")) {
    response.set("Content-Encoding", "gzip");
    response.static_body = asset.gzip;
  } else {
    auto plain = wire::gunzip(asset.gzip);
    TT_ASSERT(plain);
    response.body = std::move(*plain);
  }
  return response;
}

void add_static_files(http::Router& router) {
  router.add(http::Method::get, "/static/{file}", serve_file);
}

}  // namespace tt::console
