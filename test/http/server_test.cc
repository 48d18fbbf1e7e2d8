#include "http/server.h"

#include <doctest/doctest.h>

#include "base/log.h"
#include "rt/memory_stream.h"
#include "rt/scope.h"
#include "wire/gzip.h"

using namespace tt;
using http::Method;
using http::Request;
using http::Response;

namespace {

class SlowBody final : public http::BodyWriter {
 public:
  Task<std::optional<std::string>> next() override {
    if (count_ == 3) co_return std::nullopt;
    co_return std::string(1, static_cast<char>('a' + count_++));
  }

 private:
  int count_ = 0;
};

http::Router make_router() {
  http::Router router;
  router.add(Method::get, "/hello",
             [](Request&) -> Task<Response> { co_return Response::text(200, "hello"); });
  router.add(Method::put, "/echo/{name}", [](Request& request) -> Task<Response> {
    auto body = co_await request.body();
    co_return Response::text(200, fmt::format("{}={}", request.parameter("name"), body));
  });
  router.add(Method::get, "/number/{n:int}", [](Request& request) -> Task<Response> {
    co_return Response::text(200, std::to_string(request.int_parameter("n") + 1));
  });
  router.add(Method::get, "/big", [](Request&) -> Task<Response> {
    co_return Response::text(200, std::string(5000, 'x'));
  });
  router.add(Method::get, "/range", [](Request&) -> Task<Response> {
    auto response = Response::of_type(200, "application/octet-stream", "0123456789");
    response.accept_ranges = true;
    response.set("ETag", "\"v1\"");
    co_return response;
  });
  router.add(Method::get, "/pieces", [](Request&) -> Task<Response> {
    Response response;
    response.writer = std::make_unique<SlowBody>();
    co_return response;
  });
  router.add(Method::get, "/fail",
             [](Request&) -> Task<Response> { throw Error(Code::conflict, "already there"); });
  router.add(Method::get, "/defect",
             [](Request&) -> Task<Response> { throw std::runtime_error("a secret detail"); });
  router.add(Method::get, "/host", [](Request& request) -> Task<Response> {
    co_return Response::text(200, fmt::format("{} {} {}", request.host(), request.path(),
                                              request.query_value("q").value_or("-")));
  });
  return router;
}

struct Exchange {
  Limits limits;
  bool draining = false;

  // Sends `input`, then says the end; everything the server answers.
  // HTTP/1.1 requests without a Host header get one.
  std::string run(std::string input, std::size_t step = 1 << 20) {
    constexpr std::string_view line_end = " HTTP/1.1\r\n";
    for (auto at = input.find(line_end); at != input.npos; at = input.find(line_end, at + 1)) {
      auto behind = at + line_end.size();
      if (input.substr(behind, 5) != "Host:") input.insert(behind, "Host: h\r\n");
    }
    return run_as_is(std::move(input), step);
  }
  std::string run_as_is(std::string input, std::size_t step = 1 << 20) {
    return rt::run_alone(talk(std::move(input), step));
  }

 private:
  Task<std::string> talk(std::string input, std::size_t step) {
    Metrics metrics;
    auto router = make_router();
    http::Server server(router, limits, metrics);
    rt::Loop* loop = nullptr;
    rt::Loop unused(0);
    loop = &unused;
    rt::Watchdog watchdog;
    rt::ConnectionContext context{*loop, watchdog, draining};
    auto [client, remote] = rt::memory_stream_pair();
    std::string output;
    using namespace boost::asio::experimental::awaitable_operators;
    auto serving = server.serve(std::move(remote), {}, context);
    auto sending = send(*client, input, step);
    auto reading = read(*client, output);
    co_await (std::move(serving) && std::move(sending) && std::move(reading));
    co_return output;
  }

  static Task<> send(rt::Stream& stream, const std::string& input, std::size_t step) {
    for (std::size_t i = 0; i < input.size(); i += step) {
      std::string_view piece(input);
      piece = piece.substr(i, step);
      try {
        co_await rt::write_all(stream, piece);
      } catch (const Error&) {
        co_return;  // the server has hung up, as some tests want
      }
    }
    co_await stream.shutdown_write();
  }

  static Task<> read(rt::Stream& stream, std::string& output) {
    char buffer[1024];
    try {
      while (true) {
        auto count = co_await stream.read_some(buffer);
        if (count == 0) break;
        output.append(buffer, count);
      }
    } catch (const Error&) {
      // closed
    }
  }
};

// The answer without its Date lines, which change.
std::string undated(std::string text) {
  for (auto at = text.find("Date: "); at != text.npos; at = text.find("Date: ", at)) {
    text.erase(at, text.find("\r\n", at) + 2 - at);
  }
  return text;
}

int status_of(const std::string& answer) { return std::stoi(answer.substr(9, 3)); }

}  // namespace

TEST_CASE("a request gets its response in one piece, however its bytes arrive") {
  for (std::size_t step : {1u, 3u, 1000u}) {
    Exchange exchange;
    CHECK(undated(exchange.run("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n", step)) ==
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
          "5\r\n\r\nhello");
  }
}

TEST_CASE("pipelined requests are answered in order on one connection") {
  Exchange exchange;
  auto answer = exchange.run(
      "PUT /echo/a HTTP/1.1\r\nContent-Length: 1\r\n\r\n1GET /hello HTTP/1.1\r\n\r\n"
      "PUT /echo/b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n23\r\n0\r\n\r\n");
  auto first = answer.find("a=1");
  auto second = answer.find("hello");
  auto third = answer.find("b=23");
  CHECK(first < second);
  CHECK(second < third);
  CHECK(third != answer.npos);
}

TEST_CASE("Expect: 100-continue is answered when the handler wants the body") {
  Exchange exchange;
  auto answer =
      exchange.run("PUT /echo/a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx");
  CHECK(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
  // A handler that does not want it answers at once and the connection ends.
  auto refused =
      exchange.run("GET /fail HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
  CHECK(status_of(refused) == 409);
  CHECK(refused.find("Connection: close") != refused.npos);
}

TEST_CASE("routes: typed parameters, unknown paths, other methods, HEAD, OPTIONS") {
  Exchange exchange;
  CHECK(exchange.run("GET /number/41 HTTP/1.1\r\n\r\n").ends_with("\r\n\r\n42"));
  CHECK(status_of(exchange.run("GET /number/x HTTP/1.1\r\n\r\n")) == 404);
  CHECK(status_of(exchange.run("GET /nothing HTTP/1.1\r\n\r\n")) == 404);
  auto other = exchange.run("POST /hello HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
  CHECK(status_of(other) == 405);
  CHECK(other.find("Allow: GET, HEAD\r\n") != other.npos);
  auto head = exchange.run("HEAD /hello HTTP/1.1\r\n\r\n");
  CHECK(head.find("Content-Length: 5\r\n") != head.npos);
  CHECK(head.ends_with("\r\n\r\n"));
  CHECK(status_of(exchange.run("OPTIONS /hello HTTP/1.1\r\n\r\n")) == 204);
  CHECK(exchange.run("PUT /echo/a%2Fb HTTP/1.1\r\nContent-Length: 0\r\n\r\n").ends_with("a/b="));
}

TEST_CASE("an absolute-form target works as behind a proxy") {
  Exchange exchange;
  auto answer =
      exchange.run("GET http://api.example.com/host?q=a%20b HTTP/1.1\r\nHost: other\r\n\r\n");
  CHECK(answer.ends_with("api.example.com /host a b"));
}

TEST_CASE("bodies travel compressed both ways") {
  Exchange exchange;
  auto packed = wire::gzip("21.5");
  auto put =
      fmt::format("PUT /echo/t HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n{}",
                  packed.size(), packed);
  CHECK(exchange.run(put).ends_with("t=21.5"));
  auto broken = exchange.run(
      "PUT /echo/t HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc");
  CHECK(status_of(broken) == 400);
  auto unknown =
      exchange.run("PUT /echo/t HTTP/1.1\r\nContent-Encoding: br\r\nContent-Length: 3\r\n\r\nabc");
  CHECK(status_of(unknown) == 415);

  auto big = exchange.run("GET /big HTTP/1.1\r\nAccept-Encoding: deflate, gzip;q=0.5\r\n\r\n");
  CHECK(big.find("Content-Encoding: gzip\r\n") != big.npos);
  auto body = wire::gunzip(std::string_view(big).substr(big.find("\r\n\r\n") + 4));
  REQUIRE(body);
  CHECK(*body == std::string(5000, 'x'));
  auto refused = exchange.run("GET /big HTTP/1.1\r\nAccept-Encoding: gzip;q=0\r\n\r\n");
  CHECK(refused.find("Content-Encoding") == refused.npos);
}

TEST_CASE("ranges follow RFC 9110 section 14") {
  struct Case {
    const char* range;
    int status;
    const char* body;
  };
  const Case cases[] = {{"bytes=0-3", 206, "0123"},
                        {"bytes=7-", 206, "789"},
                        {"bytes=-2", 206, "89"},
                        {"bytes=5-100", 206, "56789"},
                        {"bytes=10-", 416, ""},
                        {"bytes=-0", 416, ""},
                        {"bytes=3-1", 200, "0123456789"},
                        {"items=0-1", 200, "0123456789"},
                        {"bytes=0-1,3-4", 200, "0123456789"}};
  Exchange exchange;
  for (const Case& c : cases) {
    CAPTURE(c.range);
    auto answer = exchange.run(fmt::format("GET /range HTTP/1.1\r\nRange: {}\r\n\r\n", c.range));
    CHECK(status_of(answer) == c.status);
    CHECK(answer.substr(answer.find("\r\n\r\n") + 4) == c.body);
  }
  auto stale = exchange.run("GET /range HTTP/1.1\r\nRange: bytes=0-3\r\nIf-Range: \"v0\"\r\n\r\n");
  CHECK(status_of(stale) == 200);
}

TEST_CASE("a body that is made while it is sent goes out in chunks") {
  Exchange exchange;
  auto answer = exchange.run("GET /pieces HTTP/1.1\r\n\r\n");
  CHECK(answer.find("Transfer-Encoding: chunked\r\n") != answer.npos);
  CHECK(answer.ends_with("\r\n\r\n1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n"));
  auto old = exchange.run("GET /pieces HTTP/1.0\r\n\r\n");
  CHECK(old.find("Connection: close\r\n") != old.npos);
  CHECK(old.ends_with("\r\n\r\nabc"));
}

TEST_CASE("failures are told, defects are not described") {
  Exchange exchange;
  auto conflict = exchange.run("GET /fail HTTP/1.1\r\n\r\n");
  CHECK(status_of(conflict) == 409);
  CHECK(conflict.ends_with("already there\n"));
  tt::log::configure(tt::log::Level::off, tt::log::Format::logfmt);
  auto defect = exchange.run("GET /defect HTTP/1.1\r\n\r\n");
  CHECK(status_of(defect) == 500);
  CHECK(defect.find("secret") == defect.npos);
}

TEST_CASE("limits: heads and bodies that are too large, and malformed requests") {
  Exchange exchange;
  exchange.limits.http_header_bytes_max = 500;
  exchange.limits.http_body_bytes_max = 100;
  CHECK(status_of(exchange.run("GET /" + std::string(1000, 'x') + " HTTP/1.1\r\n\r\n")) == 431);
  auto large =
      exchange.run("PUT /echo/a HTTP/1.1\r\nContent-Length: 101\r\n\r\n" + std::string(101, 'x'));
  CHECK(status_of(large) == 413);
  CHECK(large.find("Connection: close") != large.npos);
  std::string chunks;
  for (int i = 0; i < 20; ++i) chunks += "a\r\n0123456789\r\n";
  CHECK(status_of(exchange.run("PUT /echo/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" +
                               chunks + "0\r\n\r\n")) == 413);
  CHECK(status_of(exchange.run("GET / HTTP/1.1\r\nBad Name: 1\r\n\r\n")) == 400);
  auto bomb = wire::gzip(std::string(100'000, 'x'));
  exchange.limits.http_body_bytes_max = 5000;
  auto put =
      fmt::format("PUT /echo/t HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n{}",
                  bomb.size(), bomb);
  CHECK(status_of(exchange.run(put)) == 413);
}

TEST_CASE("an HTTP/1.1 request has one Host header") {
  Exchange exchange;
  CHECK(status_of(exchange.run_as_is("GET /hello HTTP/1.1\r\n\r\n")) == 400);
  CHECK(status_of(exchange.run_as_is("GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")) == 400);
  CHECK(status_of(exchange.run_as_is("GET /hello HTTP/1.0\r\n\r\n")) == 200);
}

TEST_CASE("a client that leaves in the middle of its request is nobody's failure") {
  Exchange exchange;
  CHECK(exchange.run("PUT /echo/a HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf").find("200") ==
        std::string::npos);
  CHECK(exchange.run("GET /hel").empty());
  CHECK(exchange.run("").empty());
}

TEST_CASE("a server that is stopping answers and closes") {
  Exchange exchange;
  exchange.draining = true;
  auto answer = exchange.run("GET /hello HTTP/1.1\r\n\r\nGET /hello HTTP/1.1\r\n\r\n");
  CHECK(answer.empty());
}
