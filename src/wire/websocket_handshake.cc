#include "wire/websocket_handshake.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/random.h"
#include "wire/header_value.h"

namespace tt::wire {
namespace {

// "The request MUST include a header field with the name |Sec-WebSocket-Key|. The value of this
// header field MUST be a nonce consisting of a randomly selected 16-byte value that has been
// base64-encoded."                                                       [RFC 6455 section 4.1]
bool is_key(std::string_view key) {
  constexpr std::size_t encoded_size = 24;
  if (key.size() != encoded_size) return false;
  auto bytes = from_base64(key);
  return bytes && bytes->size() == 16;
}

// The numbered requirements of RFC 6455 section 4.2.1.
std::optional<WebSocketRefusal> find_refusal(const WebSocketRequest& request) {
  if (request.method != "GET") return WebSocketRefusal{400, "a WebSocket starts with GET"};
  if (request.http_version < 11) return WebSocketRefusal{400, "a WebSocket needs HTTP/1.1"};
  if (!list_has_token(request.upgrade, "websocket")) {
    return WebSocketRefusal{400, "the Upgrade header must hold \"websocket\""};
  }
  if (!list_has_token(request.connection, "upgrade")) {
    return WebSocketRefusal{400, "the Connection header must hold \"Upgrade\""};
  }
  // "if this version does not match a version understood by the server, the server MUST abort …
  // and instead send an appropriate HTTP error code (such as 426 Upgrade Required)"  [4.2.2]
  if (trim(request.version) != "13") {
    return WebSocketRefusal{426, "only WebSocket version 13 is spoken"};
  }
  if (!is_key(trim(request.key))) {
    return WebSocketRefusal{400, "the Sec-WebSocket-Key header must be 16 bytes of base64"};
  }
  return std::nullopt;
}

}  // namespace

bool is_websocket_request(const WebSocketRequest& request) {
  return list_has_token(request.upgrade, "websocket") &&
         list_has_token(request.connection, "upgrade");
}

std::expected<WebSocketAcceptance, WebSocketRefusal> accept_websocket(
    const WebSocketRequest& request, const WebSocketOffer& offer) {
  if (auto refusal = find_refusal(request)) return std::unexpected(std::move(*refusal));
  WebSocketAcceptance acceptance;
  acceptance.accept = websocket_accept(trim(request.key));
  acceptance.protocol = choose_subprotocol(request.protocols, offer.protocols);
  if (!offer.deflate) return acceptance;
  if (auto agreement = negotiate_deflate(request.extensions, *offer.deflate)) {
    acceptance.extensions = std::move(agreement->header);
    acceptance.deflate = agreement->parameters;
  }
  return acceptance;
}

// "concatenated with the string "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", taking the SHA-1 hash of
// this concatenated value to obtain a 20-byte value and base64-encoding"       [section 4.2.2]
std::string websocket_accept(std::string_view key) {
  return to_base64(sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
}

std::string make_websocket_key() { return to_base64(random_bytes(16)); }

std::string_view choose_subprotocol(std::string_view protocols,
                                    std::span<const std::string_view> spoken) {
  while (!protocols.empty()) {
    auto comma = std::min(protocols.find(','), protocols.size());
    auto found = std::ranges::find(spoken, trim(protocols.substr(0, comma)));
    if (found != spoken.end()) return *found;
    protocols.remove_prefix(std::min(comma + 1, protocols.size()));
  }
  return {};
}

}  // namespace tt::wire
