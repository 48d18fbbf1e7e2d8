#pragma once

// WebSocket frames (RFC 6455 section 5), without I/O: WebSocketDecoder turns bytes into messages
// and control frames, the encode functions turn messages into bytes.
//
//   frame = FIN RSV1 RSV2 RSV3 opcode(4)  MASK length(7)  [length(16) / length(64)]
//           [masking key(32)]  payload
//
// The decoder does not answer: the session that owns it sends the pong, the close and the bytes of
// encode_close(event.code, …) itself.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wire/utf8.h"
#include "wire/websocket_deflate.h"

namespace tt::wire {

enum class WebSocketRole : std::uint8_t { server, client };

enum class WebSocketOpcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

// RFC 6455 section 7.4.1.
enum class WebSocketCloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  none_received = 1005,  // never on the wire
  invalid_payload = 1007,
  policy_violation = 1008,
  too_big = 1009,
  internal_error = 1011,
  try_again_later = 1013,
};

struct WebSocketEvent {
  enum class Kind : std::uint8_t {
    text,    // a whole message, well-formed UTF-8
    binary,  // a whole message
    ping,    // answer with encode_frame(pong, payload)
    pong,
    close,    // the peer's close frame: `code` (none_received if it had none), reason in `payload`
    failure,  // the peer broke the protocol: send `code`, then close; `payload` says what it was
  };
  Kind kind;
  WebSocketCloseCode code = WebSocketCloseCode::none_received;
  std::string_view payload{};  // valid until the next call of next()
};

struct WebSocketDecoderOptions {
  WebSocketRole role = WebSocketRole::server;   // whose end this is
  std::size_t message_bytes_max = 1024 * 1024;  // after decompression
  std::optional<DeflateParameters> deflate{};   // as negotiated
};

class WebSocketDecoder {
 public:
  explicit WebSocketDecoder(const WebSocketDecoderOptions& options);

  // Takes bytes from the front of `bytes` up to the end of the next event; nullopt when all are
  // taken and none is complete.  After close or failure the decoder takes and ignores everything.
  //
  //   while (auto event = decoder.next(bytes)) handle(*event);
  std::optional<WebSocketEvent> next(std::string_view& bytes);

  bool finished() const { return state_ == State::finished; }

 private:
  enum class State : std::uint8_t { head, payload, finished };

  bool take_head(std::string_view& bytes);
  std::size_t head_size_needed() const;
  std::optional<WebSocketEvent> begin_frame();
  std::optional<WebSocketEvent> begin_data_frame(bool compressed);
  std::optional<WebSocketEvent> take_payload(std::string_view& bytes);
  std::optional<WebSocketEvent> append_plain(std::string_view piece);
  std::optional<WebSocketEvent> append_compressed(std::string_view piece);
  std::optional<WebSocketEvent> after_inflate(WebSocketInflater::Outcome outcome,
                                              std::size_t size_before);
  std::optional<WebSocketEvent> end_frame();
  WebSocketEvent end_message();
  WebSocketEvent end_control();
  WebSocketEvent end_close();
  WebSocketEvent fail(WebSocketCloseCode code, std::string_view why);
  void unmask(char* bytes, std::size_t size);
  void release_message();

  bool is_control() const { return static_cast<std::uint8_t>(opcode_) >= 8; }

  WebSocketRole role_;
  std::size_t message_bytes_max_;
  std::optional<WebSocketInflater> inflater_;

  State state_ = State::head;
  std::array<unsigned char, 14> head_;
  std::uint8_t head_size_ = 0;

  // The frame being read.
  bool fin_ = false;
  WebSocketOpcode opcode_ = WebSocketOpcode::continuation;
  std::uint64_t remaining_ = 0;
  std::array<char, 4> mask_{};
  std::uint8_t mask_position_ = 0;
  std::string control_;

  // The message being read, which may span frames.
  std::optional<WebSocketOpcode> message_kind_;  // text or binary; nullopt between messages
  bool message_compressed_ = false;
  bool message_delivered_ = false;
  std::string message_;
  Utf8Checker utf8_;
};

enum class WebSocketCompressed : std::uint8_t { no, yes };

// One unmasked frame that is a whole message or a control frame, as a server sends it; the bytes
// may be shared by any number of receivers.  With Compressed::yes the payload must come from a
// WebSocketDeflater.  Control payloads are at most 125 bytes.
std::string encode_frame(WebSocketOpcode opcode, std::string_view payload,
                         WebSocketCompressed compressed = WebSocketCompressed::no);

// The same, masked, as a client sends it; `mask` must be fresh and unpredictable for every frame.
std::string encode_masked_frame(WebSocketOpcode opcode, std::string_view payload,
                                std::uint32_t mask,
                                WebSocketCompressed compressed = WebSocketCompressed::no);

// Only the bytes before the payload of a server's frame, for payloads that are not to be copied.
std::string encode_frame_head(WebSocketOpcode opcode, std::uint64_t payload_size,
                              WebSocketCompressed compressed = WebSocketCompressed::no);

// The payload of a close frame.  `reason` is cut to 123 bytes at a character's end; the code
// none_received gives an empty payload.
std::string close_payload(WebSocketCloseCode code, std::string_view reason);

// A server's close frame.
std::string encode_close(WebSocketCloseCode code, std::string_view reason = {});

// True for codes that may stand in a close frame.
bool may_be_sent(std::uint16_t code);

}  // namespace tt::wire
