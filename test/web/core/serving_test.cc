// Requests over a connection: from bytes to views on threads and back.

#include "web/core/serving.h"

#include <doctest/doctest.h>

#include "base/metrics.h"
#include "http/server.h"
#include "rt/memory_stream.h"
#include "rt/scope.h"
#include "web/core/core_test_support.h"

using namespace tt;
using namespace tt::web;

namespace {

UrlPatterns patterns() {
  return {
      url("^$",
          [](const HttpRequest& request) {
            return plain(request.remote_address() + " " + request.host() + " " +
                         (request.is_secure() ? "https" : "http") + " " + request.query_string());
          }),
      url("^echo/$", [](const HttpRequest& request) { return plain(request.body()); }),
      url("^cookie/$",
          [](const HttpRequest& request) {
            request.session().set("n", 1);
            return plain("set");
          }),
      url("^big/$",
          [](const HttpRequest&) {
            auto response = plain(std::string(5000, 'x'));
            response.vary_on("Cookie");
            return response;
          }),
  };
}

// What the server answers to `input`.
struct Exchange {
  Site site{patterns()};
  Limits limits;
  bool draining = false;

  std::string run(std::string input) {
    site.ask();
    return rt::run_alone(talk(std::move(input)));
  }

 private:
  Task<std::string> talk(std::string input) {
    Metrics metrics;
    rt::OffloadPool pool(2);
    http::Router router;
    router.mount("/", handler(*site.application, pool));
    http::Server server(router, limits, metrics);
    rt::Loop loop(0);
    rt::Watchdog watchdog;
    rt::ConnectionContext context{loop, watchdog, draining};
    auto [client, remote] = rt::memory_stream_pair();
    std::string output;
    using namespace boost::asio::experimental::awaitable_operators;
    auto serving = server.serve(std::move(remote), {}, context);
    auto sending = send(*client, input);
    auto reading = read(*client, output);
    co_await (std::move(serving) && std::move(sending) && std::move(reading));
    co_return output;
  }

  static Task<> send(rt::Stream& stream, const std::string& input) {
    try {
      co_await rt::write_all(stream, input);
      co_await stream.shutdown_write();
    } catch (const Error&) {
      // The server has answered and hung up.
    }
  }

  static Task<> read(rt::Stream& stream, std::string& output) {
    char piece[4096];
    while (true) {
      auto count = co_await stream.read_some(piece);
      if (count == 0) co_return;
      output.append(piece, count);
    }
  }
};

std::string get(std::string_view target, std::string_view headers = {}) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: testserver\r\n" + std::string(headers) +
         "\r\n";
}
std::string put(std::string_view headers, std::string_view body) {
  // The echo view is behind the CSRF check.
  std::string token(32, 'a');
  return "PUT /echo/ HTTP/1.1\r\nHost: testserver\r\nCookie: csrftoken=" + token +
         "\r\nX-CSRFToken: " + token + "\r\n" + std::string(headers) + "\r\n" + std::string(body);
}
std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}
bool has(const std::string& answer, std::string_view part) {
  return answer.find(part) != answer.npos;
}

}  // namespace

TEST_CASE("a request goes to its view and back") {
  auto answer = Exchange().run(get("/?a=1"));
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(body_of(answer) == "memory testserver http a=1");
  CHECK(has(answer, "\r\nX-Frame-Options: DENY\r\n"));
  CHECK(has(answer, "\r\nContent-Length: 26\r\n"));
}

TEST_CASE("of an absolute target its own host counts") {
  CHECK(body_of(Exchange().run("GET http://127.0.0.1/?x HTTP/1.1\r\nHost: testserver\r\n\r\n")) ==
        "memory 127.0.0.1 http x");
  CHECK(Exchange()
            .run("GET http://evil.example/ HTTP/1.1\r\nHost: testserver\r\n\r\n")
            .starts_with("HTTP/1.1 400"));
}

TEST_CASE("bodies are read within the limit of the settings") {
  Exchange small;
  small.site.parts.settings.data_upload_max_memory_size = 10;
  CHECK(body_of(small.run(put("Content-Length: 10\r\n", "0123456789"))) == "0123456789");
  auto over = small.run(put("Content-Length: 11\r\n", "0123456789a"));
  CHECK(over.starts_with("HTTP/1.1 413"));
  CHECK(has(over, "X-Content-Type-Options: nosniff"));
  auto chunked = put("Transfer-Encoding: chunked\r\n", "6\r\n012345\r\n4\r\n6789\r\n0\r\n\r\n");
  CHECK(body_of(small.run(chunked)) == "0123456789");
  chunked = put("Transfer-Encoding: chunked\r\n", "6\r\n012345\r\n6\r\n678901\r\n0\r\n\r\n");
  CHECK(small.run(chunked).starts_with("HTTP/1.1 413"));
}

TEST_CASE("cookies go out as headers of their own") {
  auto answer = Exchange().run(get("/cookie/"));
  CHECK(has(answer, "\r\nSet-Cookie: sessionid="));
  CHECK(has(answer,
            "; expires=Sun, 06 Dec 2026 13:43:48 GMT; HttpOnly; Max-Age=1209600; Path=/; "
            "SameSite=Lax\r\n"));
}

TEST_CASE("HEAD has the length alone") {
  auto answer = Exchange().run("HEAD / HTTP/1.1\r\nHost: testserver\r\n\r\n");
  CHECK(has(answer, "\r\nContent-Length: 23\r\n"));
  CHECK(body_of(answer).empty());
}

TEST_CASE("a part of a file") {
  Exchange exchange;
  exchange.site.parts.static_files = {{"a.txt", "0123456789"}};
  auto answer = exchange.run(get("/static/a.txt", "Range: bytes=2-4\r\n"));
  CHECK(answer.starts_with("HTTP/1.1 206"));
  CHECK(body_of(answer) == "234");
}

TEST_CASE("compression adds to Vary") {
  auto answer = Exchange().run(get("/big/", "Accept-Encoding: gzip\r\n"));
  CHECK(has(answer, "\r\nVary: Cookie, Accept-Encoding\r\n"));
  CHECK(has(answer, "\r\nContent-Encoding: gzip\r\n"));
}
