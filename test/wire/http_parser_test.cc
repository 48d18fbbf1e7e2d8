#include "wire/http_parser.h"

#include <doctest/doctest.h>

using namespace tt::wire;

namespace {

constexpr HttpParser::Settings settings{.header_bytes_max = 1024, .body_bytes_max = 1000};

// Offers `bytes` as a connection would: what is not taken comes again with the next piece.
std::expected<void, HttpProblem> feed(HttpParser& parser, std::string_view bytes,
                                      std::size_t step) {
  std::string pending;
  for (std::size_t i = 0; i < bytes.size(); i += step) {
    pending += bytes.substr(i, step);
    while (!parser.done()) {
      auto taken = parser.put(pending);
      if (!taken) return std::unexpected(taken.error());
      pending.erase(0, *taken);
      if (*taken == 0) break;
    }
  }
  return {};
}

}  // namespace

TEST_CASE("a request is the same however its bytes are cut") {
  std::string_view request =
      "PUT /v2/feeds/504.json?a=1 HTTP/1.1\r\nHost: example.com\r\nX-ApiKey:  key \r\n"
      "Content-Length: 11\r\n\r\nhello world";
  for (std::size_t step : {1u, 2u, 7u, 1000u}) {
    CAPTURE(step);
    HttpParser parser(settings);
    REQUIRE(feed(parser, request, step));
    REQUIRE(parser.done());
    CHECK(parser.head().method == "PUT");
    CHECK(parser.head().target == "/v2/feeds/504.json?a=1");
    CHECK(parser.head().header("x-apikey") == "key");
    CHECK(parser.head().header("absent").empty());
    CHECK(parser.head().content_length == 11);
    CHECK(parser.head().keep_alive);
    CHECK(parser.body() == "hello world");
  }
}

TEST_CASE("put stops behind the head, so that the caller can look before the body comes") {
  HttpParser parser(settings);
  std::string_view head = "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  auto taken = parser.put(std::string(head) + "ok");
  REQUIRE(taken);
  CHECK(*taken == head.size());
  CHECK(parser.head_done());
  CHECK(parser.head().expects_continue);
  CHECK(!parser.done());
}

TEST_CASE("chunks are joined and what stands behind the request is left") {
  HttpParser parser(settings);
  std::string bytes =
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";
  REQUIRE(feed(parser, bytes, 5));
  CHECK(parser.done());
  CHECK(parser.head().chunked);
  CHECK(parser.body() == "abcde");

  HttpParser pipelined(settings);
  std::string two = "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n";
  auto taken = pipelined.put(two);
  REQUIRE(taken);
  CHECK(two.substr(*taken) == "GET /2 HTTP/1.1\r\n\r\n");
  CHECK(pipelined.done());
  pipelined.reset();
  REQUIRE(pipelined.put(two.substr(*taken)));
  CHECK(pipelined.head().target == "/2");
}

TEST_CASE("what could smuggle a request is refused") {
  const char* cases[] = {
      "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
      "GET / HTTP/1.1\r\nContent-Length: 1, 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
      "GET / HTTP/1.1\r\nTransfer-Encoding: sneaky\r\n\r\n",
      "GET / HTTP/1.1\r\nName : value\r\n\r\n",
      "GET / HTTP/1.1\nHost: x\n\n",
      "GET / HTTP/1.1\r\nBad Name: x\r\n\r\n",
      "GET / HTTP/2.0\r\n\r\n",
      "GET /a b HTTP/1.1\r\n\r\n",
      "\x01\x02\x03\r\n\r\n",
  };
  for (const char* text : cases) {
    CAPTURE(text);
    HttpParser parser(settings);
    auto result = feed(parser, text, 1000);
    REQUIRE(!result);
    CHECK(result.error().failure == HttpFailure::malformed);
  }
}

TEST_CASE("limits: a head or a body that is too large") {
  HttpParser head(settings);
  auto long_head = feed(head, "GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n", 100);
  REQUIRE(!long_head);
  CHECK(long_head.error().failure == HttpFailure::header_too_large);

  HttpParser endless(settings);
  auto endless_head = feed(endless, "GET /" + std::string(5000, 'x'), 100);
  REQUIRE(!endless_head);
  CHECK(endless_head.error().failure == HttpFailure::header_too_large);

  HttpParser body(settings);
  auto long_body = feed(body, "PUT / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n", 100);
  REQUIRE(!long_body);
  CHECK(long_body.error().failure == HttpFailure::body_too_large);
}

TEST_CASE("HTTP/1.0 closes unless it says otherwise") {
  HttpParser parser(settings);
  REQUIRE(parser.put("GET / HTTP/1.0\r\n\r\n"));
  CHECK(!parser.head().keep_alive);
  CHECK(parser.head().minor_version == 0);
  parser.reset();
  REQUIRE(parser.put("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
  CHECK(!parser.head().keep_alive);
}
