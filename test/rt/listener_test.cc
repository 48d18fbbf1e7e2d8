#include "rt/listener.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/log.h"

using namespace tt;

TEST_CASE("protocols are told apart by their first byte") {
  using rt::Protocol;
  CHECK(rt::tell_protocol("GET / HTTP/1.1") == Protocol::http);
  CHECK(rt::tell_protocol("\r\nGET") == Protocol::http);
  CHECK(rt::tell_protocol("\x16\x03\x01") == Protocol::tls);
  CHECK(rt::tell_protocol("\x10\x0c") == Protocol::mqtt);
  CHECK(rt::tell_protocol("\x7f\xf1") == Protocol::wamp_rawsocket);
  CHECK(rt::tell_protocol("{\"method\"") == Protocol::json_lines);
  CHECK(rt::tell_protocol("\x20") == Protocol::unknown);
  CHECK(rt::tell_protocol("") == Protocol::unknown);
}

TEST_CASE("addresses are read and written") {
  CHECK(rt::to_string(rt::parse_endpoint("127.0.0.1:8080")) == "127.0.0.1:8080");
  CHECK(rt::to_string(rt::parse_endpoint("[::1]:80")) == "[::1]:80");
  CHECK(rt::parse_endpoint(":0").port == 0);
  for (auto bad : {"", "8080", "host:", "host:99999", "host:80x"})
    CHECK_THROWS_AS(rt::parse_endpoint(bad), Error);
}

namespace {

// Answers with the protocol's name and what came first.
rt::ProtocolHandler say(std::string name, rt::OnStop on_stop) {
  auto serve = [name](std::unique_ptr<rt::Stream> stream, std::string first,
                      rt::ConnectionContext&) -> Task<> {
    auto answer = name + ":" + first;
    co_await rt::write_all(*stream, answer);
    char buffer[16];
    try {
      co_await stream->read_some(buffer);
    } catch (const Error&) {
      // closed by the listener's stop
    }
  };
  return {serve, on_stop};
}

Task<std::string> ask(rt::Loop& loop, rt::Endpoint endpoint, std::string_view bytes) {
  auto stream = co_await rt::connect(loop, endpoint);
  co_await rt::write_all(*stream, bytes);
  char buffer[64];
  auto count = co_await stream->read_some(buffer);
  co_return std::string(buffer, count);
}

Task<> serve_two_protocols(rt::Loops& loops) {
  Metrics metrics;
  Limits limits;
  rt::Endpoint any{"127.0.0.1", 0};
  rt::Listener listener(loops, "test", any, limits, metrics);
  listener.handle(rt::Protocol::http, say("http", rt::OnStop::close));
  listener.handle(rt::Protocol::mqtt, say("mqtt", rt::OnStop::close));
  listener.bind();
  listener.start();
  auto endpoint = listener.endpoint();
  CHECK(endpoint.port != 0);
  auto& loop = loops.at(0);
  CHECK(co_await ask(loop, endpoint, "GET") == "http:GET");
  CHECK(co_await ask(loop, endpoint, "\x10\x01") == "mqtt:\x10\x01");
  CHECK(co_await ask(loop, endpoint, "\x7f") == "");  // nobody serves WAMP here: closed
  CHECK_THROWS_AS(rt::require_free(endpoint), Error);

  // A connection that is open and one that has said nothing do not hold up the stop.
  auto open = co_await rt::connect(loop, endpoint);
  co_await rt::write_all(*open, "GET");
  auto silent = co_await rt::connect(loop, endpoint);
  co_await listener.begin_stop();
  co_await listener.end_stop();
  bool refused = false;
  try {
    auto late = co_await rt::connect(loop, endpoint);
  } catch (const Error& e) {
    refused = e.code() == Code::unavailable;
  }
  CHECK(refused);
}

}  // namespace

TEST_CASE("a listener serves several protocols on one port and stops at once") {
  log::configure(log::Level::off, log::Format::logfmt);
  rt::Loops loops(2);
  std::exception_ptr failure;
  auto done = [&](std::exception_ptr e) {
    failure = e;
    loops.stop();
  };
  boost::asio::co_spawn(loops.at(0).executor(), serve_two_protocols(loops), done);
  loops.run();
  if (failure) std::rethrow_exception(failure);
}
