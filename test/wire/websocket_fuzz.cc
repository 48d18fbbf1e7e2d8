// The first byte chooses the decoder's options and where the input is cut.  However it is cut, the
// events must be the same.
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "wire/websocket.h"
#include "wire/websocket_handshake.h"

using namespace tt;
using namespace tt::wire;

namespace {

std::string events_of(std::string_view bytes, std::size_t step,
                      const WebSocketDecoderOptions& options) {
  WebSocketDecoder decoder(options);
  std::string events;
  while (!bytes.empty()) {
    auto piece = bytes.substr(0, step);
    bytes.remove_prefix(piece.size());
    while (auto event = decoder.next(piece)) {
      if (event->kind == WebSocketEvent::Kind::text) TT_ASSERT(is_utf8(event->payload));
      TT_ASSERT(event->payload.size() <= options.message_bytes_max);
      events += std::to_string(static_cast<int>(event->kind));
      // A message with several faults may be refused for any of them.
      if (event->kind != WebSocketEvent::Kind::failure) events += event->payload;
    }
    TT_ASSERT(piece.empty());
  }
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  int choice = data[0];
  WebSocketDecoderOptions options{
      .role = choice & 1 ? WebSocketRole::server : WebSocketRole::client,
      .message_bytes_max = 100'000};
  if (choice & 2) {
    options.deflate = DeflateParameters{.server_no_context_takeover = (choice & 4) != 0,
                                        .client_no_context_takeover = (choice & 4) != 0};
  }
  auto step = static_cast<std::size_t>(1 + (choice >> 3));
  TT_ASSERT(events_of(bytes, step, options) == events_of(bytes, bytes.size() + 1, options));
  (void)negotiate_deflate(bytes, {});
  (void)parse_deflate_answer(bytes);
  return 0;
}
