#include "wire/websocket_handshake.h"

#include <doctest/doctest.h>

#include <array>

#include "base/bytes.h"

using namespace tt::wire;

namespace {

WebSocketRequest good_request() {
  return {.method = "GET",
          .upgrade = "websocket",
          .connection = "keep-alive, Upgrade",
          .key = "dGhlIHNhbXBsZSBub25jZQ==",
          .version = "13",
          .protocols = "",
          .extensions = ""};
}

int refusal_of(const WebSocketRequest& request) {
  auto accepted = accept_websocket(request, {});
  return accepted ? 101 : accepted.error().status;
}

// The server's answer header to an offer.
std::string answer(std::string_view offers, const DeflateParameters& wanted = {}) {
  auto agreement = negotiate_deflate(offers, wanted);
  return agreement ? agreement->header : "declined";
}

}  // namespace

TEST_CASE("the accept key of RFC 6455 section 1.3") {
  CHECK(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(accept_websocket(good_request(), {})->accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(tt::from_base64(make_websocket_key())->size() == 16);
  CHECK(make_websocket_key() != make_websocket_key());
}

TEST_CASE("requests that are not good upgrades are refused") {
  CHECK(refusal_of(good_request()) == 101);
  auto with = [](auto change) {
    auto request = good_request();
    change(request);
    return refusal_of(request);
  };
  CHECK(with([](auto& r) { r.method = "POST"; }) == 400);
  CHECK(with([](auto& r) { r.http_version = 10; }) == 400);
  CHECK(with([](auto& r) { r.upgrade = "h2c"; }) == 400);
  CHECK(with([](auto& r) { r.upgrade = "h2c, WebSocket"; }) == 101);
  CHECK(with([](auto& r) { r.connection = "keep-alive"; }) == 400);
  CHECK(with([](auto& r) { r.version = "8"; }) == 426);
  CHECK(with([](auto& r) { r.version = ""; }) == 426);
  CHECK(with([](auto& r) { r.key = ""; }) == 400);
  CHECK(with([](auto& r) { r.key = "dGhlIHNhbXBsZSBub25j"; }) == 400);    // 15 bytes
  CHECK(with([](auto& r) { r.key = "dGhlIHNhbXBsZSBub25jZQ"; }) == 400);  // not padded
  CHECK(with([](auto& r) { r.key = "dGhlIHNhbXBsZSBub25jZ!=="; }) == 400);
}

TEST_CASE("a plain request is not taken for an upgrade") {
  CHECK(is_websocket_request(good_request()));
  CHECK_FALSE(is_websocket_request({.method = "GET"}));
}

TEST_CASE("the first subprotocol of the client that is spoken is chosen") {
  std::array<std::string_view, 2> spoken = {"wamp.2.json", "wamp.2.msgpack"};
  CHECK(choose_subprotocol("wamp.2.msgpack, wamp.2.json", spoken) == "wamp.2.msgpack");
  CHECK(choose_subprotocol("mqtt,wamp.2.json", spoken) == "wamp.2.json");
  CHECK(choose_subprotocol("WAMP.2.JSON", spoken) == "");
  CHECK(choose_subprotocol("", spoken) == "");
  auto request = good_request();
  request.protocols = "x, wamp.2.json";
  CHECK(accept_websocket(request, {.protocols = spoken})->protocol == "wamp.2.json");
}

TEST_CASE("permessage-deflate is negotiated by RFC 7692 section 7.1") {
  CHECK(answer("permessage-deflate") == "permessage-deflate");
  CHECK(answer("permessage-deflate; client_max_window_bits") ==
        "permessage-deflate; client_max_window_bits=15");
  CHECK(answer("permessage-deflate; client_max_window_bits=10; server_no_context_takeover") ==
        "permessage-deflate; server_no_context_takeover; client_max_window_bits=10");
  CHECK(answer("permessage-deflate; server_max_window_bits=10") ==
        "permessage-deflate; server_max_window_bits=10");
  CHECK(answer("permessage-deflate; server_max_window_bits=\"10\"") ==
        "permessage-deflate; server_max_window_bits=10");
  // the first offer that can be met
  CHECK(answer("x-other, permessage-deflate; unknown, permessage-deflate; "
               "client_no_context_takeover, permessage-deflate") ==
        "permessage-deflate; client_no_context_takeover");
  for (auto bad : {"", "x-webkit-deflate-frame", "permessage-deflate; server_max_window_bits",
                   "permessage-deflate; server_max_window_bits=8",  // zlib cannot
                   "permessage-deflate; server_max_window_bits=16",
                   "permessage-deflate; server_max_window_bits=010",
                   "permessage-deflate; client_max_window_bits=7",
                   "permessage-deflate; server_no_context_takeover=1",
                   "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
                   "permessage-deflate; =", "permessage-deflate; other=3"}) {
    CHECK_MESSAGE(answer(bad) == "declined", bad);
  }
}

TEST_CASE("the server's wishes tighten the agreement") {
  DeflateParameters wanted{.server_no_context_takeover = true,
                           .client_no_context_takeover = true,
                           .server_max_window_bits = 12,
                           .client_max_window_bits = 11};
  CHECK(answer("permessage-deflate", wanted) ==
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
        "server_max_window_bits=12");
  CHECK(answer("permessage-deflate; client_max_window_bits; server_max_window_bits=10", wanted) ==
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
        "server_max_window_bits=10; client_max_window_bits=11");
  auto agreement = negotiate_deflate("permessage-deflate; client_max_window_bits", wanted);
  REQUIRE(agreement);
  CHECK(agreement->parameters.client_max_window_bits == 11);
  CHECK(agreement->parameters.client_no_context_takeover);
  auto request = good_request();
  request.extensions = "permessage-deflate";
  CHECK_FALSE(accept_websocket(request, {})->deflate);
  CHECK(accept_websocket(request, {.protocols = {}, .deflate = wanted})->deflate);
}

TEST_CASE("the client reads the server's answer") {
  CHECK(parse_deflate_answer("")->has_value() == false);
  auto agreed = parse_deflate_answer("permessage-deflate; server_max_window_bits=9");
  REQUIRE(agreed);
  CHECK((*agreed)->server_max_window_bits == 9);
  CHECK_FALSE(parse_deflate_answer("x-other"));
  CHECK_FALSE(parse_deflate_answer("permessage-deflate; client_max_window_bits=9"));
  CHECK_FALSE(parse_deflate_answer("permessage-deflate, permessage-deflate"));
  CHECK_FALSE(parse_deflate_answer("permessage-deflate; server_max_window_bits=99"));
}
