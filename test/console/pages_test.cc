#include "console/pages.h"

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "rt/loop.h"
#include "wire/gzip.h"

using namespace tt;

namespace {

class NoBody final : public http::BodyReader {
 public:
  Task<std::string> read_some() override { co_return std::string(); }
};

// Sends one GET through a router that has the console's pages.
http::Response get(std::string_view target, std::vector<wire::HttpHeader> headers = {}) {
  http::Router router;
  console::add_static_files(router);
  wire::HttpHead head;
  head.method = "GET";
  head.target = target;
  head.headers = std::move(headers);
  head.headers.push_back({"Host", "localhost"});
  rt::Peer peer;
  NoBody body;
  Limits limits;
  http::Request request(head, peer, body, limits);
  return rt::run_alone(router.handle(request));
}

const console::Asset& asset_named(std::string_view name) {
  for (const auto& asset : console::assets()) {
    if (asset.name == name) return asset;
  }
  FAIL("no such asset");
  std::abort();
}

}  // namespace

TEST_CASE("the binary holds the whole front end, small enough for a quick first page") {
  std::size_t size_bytes = 0;
  for (auto name : {"console.css", "console.js", "icon.svg", "index.html"}) {
    size_bytes += asset_named(name).gzip.size();
  }
  CHECK(size_bytes < 100 * 1024);
}

TEST_CASE("an ETag is made of the bytes of the file") {
  for (const auto& asset : console::assets()) {
    auto plain = wire::gunzip(asset.gzip);
    REQUIRE(plain);
    auto digest = to_hex(sha256(*plain)).substr(0, 32);
    CHECK(asset.etag == "\"" + digest + "\"");
  }
}

TEST_CASE("pages run no script and show no frame that is not ours") {
  for (auto path : {"/static/index.html", "/static/console.js"}) {
    auto response = get(path);
    CHECK(response.header("Content-Security-Policy").starts_with("default-src 'self';"));
    CHECK(response.header("Content-Security-Policy").contains("frame-ancestors 'none'"));
    CHECK(response.header("X-Content-Type-Options") == "nosniff");
  }
  auto page = get("/static/index.html");
  CHECK_FALSE(page.body.contains("<style"));
  CHECK_FALSE(page.body.contains("style="));
  CHECK_FALSE(page.body.contains("<script>"));
}

TEST_CASE("a file is compressed only for clients that can read that") {
  const auto& asset = asset_named("console.js");
  auto packed = get("/static/console.js", {{"Accept-Encoding", "deflate, gzip;q=0.5"}});
  CHECK(packed.header("Content-Encoding") == "gzip");
  CHECK(packed.static_body == asset.gzip);
  CHECK(packed.header("Vary") == "Accept-Encoding");
  for (auto coding : {"", "br", "gzip;q=0"}) {
    auto plain = get("/static/console.js", {{"Accept-Encoding", coding}});
    CHECK(plain.header("Content-Encoding").empty());
    CHECK(plain.body == *wire::gunzip(asset.gzip));
    CHECK(plain.header("Content-Type") == "text/javascript; charset=utf-8");
  }
}

TEST_CASE("a client that has the file gets no bytes") {
  const auto& asset = asset_named("console.css");
  std::string weak = "\"old\", W/" + std::string(asset.etag);
  for (std::string_view tags : {asset.etag, std::string_view(weak), std::string_view("*")}) {
    auto response = get("/static/console.css", {{"If-None-Match", tags}});
    CHECK(response.status == 304);
    CHECK(response.header("ETag") == asset.etag);
    CHECK(response.body.empty());
    CHECK(response.static_body.empty());
  }
  CHECK(get("/static/console.css", {{"If-None-Match", "\"old\""}}).status == 200);
}

TEST_CASE("only assets are served") {
  CHECK(get("/static/none.js").status == 404);
  CHECK(get("/static/..%2Fapi.cc").status == 404);
  CHECK(get("/static/").status == 404);
}
