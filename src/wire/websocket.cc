#include "wire/websocket.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "base/error.h"
#include "wire/detail/big_endian.h"

namespace tt::wire {
namespace {

using detail::append_big_endian;
using enum WebSocketCloseCode;
using Kind = WebSocketEvent::Kind;

constexpr std::size_t control_bytes_max = 125;
constexpr std::size_t idle_capacity_max = 1024;  // what a quiet connection may keep

std::uint64_t big_endian(const unsigned char* bytes, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes[i];
  return value;
}

// "transformed-octet-i = original-octet-i XOR masking-key-octet-(i MOD 4)"  [section 5.3]
void apply_mask(char* bytes, std::size_t size, const std::array<char, 4>& mask,
                std::size_t position) {
  std::array<char, 8> key;
  for (std::size_t i = 0; i < 8; ++i) key[i] = mask[(position + i) % 4];
  std::uint64_t wide_key;
  std::memcpy(&wide_key, key.data(), 8);
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes + i, 8);
    word ^= wide_key;
    std::memcpy(bytes + i, &word, 8);
  }
  for (; i < size; ++i) bytes[i] ^= key[i % 8];
}

bool is_known(std::uint8_t opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

std::optional<WebSocketInflater> inflater_for(const WebSocketDecoderOptions& options) {
  if (!options.deflate) return std::nullopt;
  const auto& agreed = *options.deflate;
  bool from_client = options.role == WebSocketRole::server;
  bool reset = from_client ? agreed.client_no_context_takeover : agreed.server_no_context_takeover;
  int bits = from_client ? agreed.client_max_window_bits : agreed.server_max_window_bits;
  using Context = WebSocketInflater::Context;
  return WebSocketInflater(bits, reset ? Context::reset : Context::takeover);
}

}  // namespace

WebSocketDecoder::WebSocketDecoder(const WebSocketDecoderOptions& options)
    : role_(options.role),
      message_bytes_max_(options.message_bytes_max),
      inflater_(inflater_for(options)) {}

std::optional<WebSocketEvent> WebSocketDecoder::next(std::string_view& bytes) {
  if (message_delivered_) release_message();
  while (state_ != State::finished) {
    std::optional<WebSocketEvent> event;
    if (state_ == State::head) {
      if (!take_head(bytes)) return std::nullopt;
      event = begin_frame();
    } else {
      if (remaining_ > 0 && bytes.empty()) return std::nullopt;
      event = take_payload(bytes);
    }
    if (event) return event;
  }
  bytes = {};
  return std::nullopt;
}

void WebSocketDecoder::release_message() {
  message_delivered_ = false;
  message_.clear();
  if (message_.capacity() > idle_capacity_max) message_.shrink_to_fit();
}

// --- the head of a frame ---------------------------------------------------------------------

bool WebSocketDecoder::take_head(std::string_view& bytes) {
  while (head_size_ < head_size_needed()) {
    if (bytes.empty()) return false;
    head_[head_size_++] = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
  }
  head_size_ = 0;
  return true;
}

std::size_t WebSocketDecoder::head_size_needed() const {
  if (head_size_ < 2) return 2;
  std::size_t length = head_[1] & 0x7F;
  return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + (head_[1] & 0x80 ? 4 : 0);
}

std::optional<WebSocketEvent> WebSocketDecoder::begin_frame() {
  bool masked = head_[1] & 0x80;
  bool rsv1 = head_[0] & 0x40;
  fin_ = head_[0] & 0x80;

  // "MUST be 0 unless an extension is negotiated that defines meanings for non-zero values."
  if (head_[0] & 0x30) return fail(protocol_error, "RSV2 or RSV3 is set");                  // [5.2]
  if (rsv1 && !inflater_) return fail(protocol_error, "RSV1 is set without an extension");  // [5.2]
  // "If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket
  // Connection_."                                                                       [5.2]
  if (!is_known(head_[0] & 0x0F)) return fail(protocol_error, "unknown opcode");
  opcode_ = static_cast<WebSocketOpcode>(head_[0] & 0x0F);
  // "The server MUST close the connection upon receiving a frame that is not masked." "A client
  // MUST close a connection if it detects a masked frame."                               [5.1]
  if (role_ == WebSocketRole::server && !masked) return fail(protocol_error, "frame not masked");
  if (role_ == WebSocketRole::client && masked) return fail(protocol_error, "frame is masked");

  std::size_t length_size = (head_[1] & 0x7F) == 126 ? 2 : (head_[1] & 0x7F) == 127 ? 8 : 0;
  remaining_ = length_size ? big_endian(&head_[2], length_size) : head_[1] & 0x7F;
  // "in all cases, the minimal number of bytes MUST be used to encode the length"; "the most
  // significant bit MUST be 0"                                                          [5.2]
  if (remaining_ >> 63) return fail(protocol_error, "length has its highest bit set");
  if ((length_size == 2 && remaining_ < 126) || (length_size == 8 && remaining_ <= 0xFFFF)) {
    return fail(protocol_error, "length is not in its shortest form");
  }
  if (masked) std::memcpy(mask_.data(), &head_[2 + length_size], 4);
  mask_position_ = 0;
  state_ = State::payload;
  if (!is_control()) return begin_data_frame(rsv1);

  // "All control frames MUST have a payload length of 125 bytes or less and MUST NOT be
  // fragmented."                                                                        [5.5]
  if (!fin_) return fail(protocol_error, "fragmented control frame");
  if (remaining_ > control_bytes_max) return fail(protocol_error, "control frame over 125 bytes");
  // "An endpoint MUST NOT set the RSV1 bit of control frames"                  [RFC 7692, 6.1]
  if (rsv1) return fail(protocol_error, "compressed control frame");
  control_.clear();
  return std::nullopt;
}

// "A fragmented message consists of a single frame with the FIN bit clear and an opcode other than
// 0, followed by zero or more frames with the FIN bit clear and the opcode set to 0, and
// terminated by a single frame with the FIN bit set and an opcode of 0."                  [5.4]
std::optional<WebSocketEvent> WebSocketDecoder::begin_data_frame(bool compressed) {
  if (opcode_ == WebSocketOpcode::continuation) {
    if (!message_kind_) return fail(protocol_error, "continuation without a message");
    // "An endpoint MUST NOT set the RSV1 bit of … non-first fragments"         [RFC 7692, 6.1]
    if (compressed) return fail(protocol_error, "RSV1 is set on a continuation");
  } else {
    if (message_kind_) return fail(protocol_error, "message begun inside another message");
    message_kind_ = opcode_;
    message_compressed_ = compressed;
    utf8_.reset();
  }
  if (!message_compressed_ && remaining_ > message_bytes_max_ - message_.size()) {
    return fail(too_big, "message too big");
  }
  return std::nullopt;
}

// --- the payload of a frame ------------------------------------------------------------------

std::optional<WebSocketEvent> WebSocketDecoder::take_payload(std::string_view& bytes) {
  auto piece = bytes.substr(0, std::min<std::uint64_t>(remaining_, bytes.size()));
  bytes.remove_prefix(piece.size());
  remaining_ -= piece.size();
  std::optional<WebSocketEvent> failure;
  if (is_control()) {
    control_.append(piece);
    unmask(control_.data() + (control_.size() - piece.size()), piece.size());
  } else {
    failure = message_compressed_ ? append_compressed(piece) : append_plain(piece);
  }
  if (failure) return failure;
  return remaining_ == 0 ? end_frame() : std::nullopt;
}

std::optional<WebSocketEvent> WebSocketDecoder::append_plain(std::string_view piece) {
  std::size_t size_before = message_.size();
  message_.append(piece);
  unmask(message_.data() + size_before, piece.size());
  return after_inflate(WebSocketInflater::Outcome::ok, size_before);
}

std::optional<WebSocketEvent> WebSocketDecoder::append_compressed(std::string_view piece) {
  std::array<char, 4096> block;
  while (!piece.empty()) {
    std::size_t size = piece.copy(block.data(), block.size());
    piece.remove_prefix(size);
    unmask(block.data(), size);
    std::size_t size_before = message_.size();
    auto outcome = inflater_->append({block.data(), size}, message_, message_bytes_max_);
    if (auto failure = after_inflate(outcome, size_before)) return failure;
  }
  return std::nullopt;
}

// Checks what was appended to the message; failing early, before the message is complete.
std::optional<WebSocketEvent> WebSocketDecoder::after_inflate(WebSocketInflater::Outcome outcome,
                                                              std::size_t size_before) {
  if (outcome == WebSocketInflater::Outcome::too_large) return fail(too_big, "message too big");
  if (outcome == WebSocketInflater::Outcome::corrupt) {
    return fail(invalid_payload, "compressed data is corrupt");
  }
  // "When an endpoint is to interpret a byte stream as UTF-8 but finds that the byte stream is
  // not, in fact, a valid UTF-8 stream, that endpoint MUST _Fail the WebSocket Connection_."
  //                                                                                     [8.1]
  if (message_kind_ == WebSocketOpcode::text &&
      !utf8_.feed(std::string_view(message_).substr(size_before))) {
    return fail(invalid_payload, "text is not UTF-8");
  }
  return std::nullopt;
}

void WebSocketDecoder::unmask(char* bytes, std::size_t size) {
  if (role_ == WebSocketRole::client) return;
  apply_mask(bytes, size, mask_, mask_position_);
  mask_position_ = static_cast<std::uint8_t>((mask_position_ + size) % 4);
}

std::optional<WebSocketEvent> WebSocketDecoder::end_frame() {
  state_ = State::head;
  if (is_control()) return end_control();
  if (!fin_) return std::nullopt;
  return end_message();
}

WebSocketEvent WebSocketDecoder::end_message() {
  if (message_compressed_) {
    std::size_t size_before = message_.size();
    auto outcome = inflater_->finish(message_, message_bytes_max_);
    if (auto failure = after_inflate(outcome, size_before)) return *failure;
  }
  bool is_text = message_kind_ == WebSocketOpcode::text;
  message_kind_.reset();
  message_delivered_ = true;
  if (is_text && !utf8_.complete()) return fail(invalid_payload, "text ends inside a character");
  return {.kind = is_text ? Kind::text : Kind::binary, .payload = message_};
}

WebSocketEvent WebSocketDecoder::end_control() {
  if (opcode_ == WebSocketOpcode::ping) return {.kind = Kind::ping, .payload = control_};
  if (opcode_ == WebSocketOpcode::pong) return {.kind = Kind::pong, .payload = control_};
  return end_close();
}

// "If there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer …
// Following the 2-byte integer, the body MAY contain UTF-8-encoded data"                [5.5.1]
WebSocketEvent WebSocketDecoder::end_close() {
  state_ = State::finished;
  if (control_.empty()) return {.kind = Kind::close, .payload = {}};
  if (control_.size() == 1) return fail(protocol_error, "close frame with half a code");
  auto code = static_cast<std::uint16_t>(
      big_endian(reinterpret_cast<const unsigned char*>(control_.data()), 2));
  if (!may_be_sent(code)) return fail(protocol_error, "close code that must not be sent");
  auto reason = std::string_view(control_).substr(2);
  if (!is_utf8(reason)) return fail(invalid_payload, "close reason is not UTF-8");
  return {.kind = Kind::close, .code = WebSocketCloseCode(code), .payload = reason};
}

WebSocketEvent WebSocketDecoder::fail(WebSocketCloseCode code, std::string_view why) {
  state_ = State::finished;
  message_delivered_ = true;  // so that its memory goes with the next call
  return {.kind = Kind::failure, .code = code, .payload = why};
}

// --- encoding --------------------------------------------------------------------------------

namespace {

enum class Masked : std::uint8_t { no = 0, yes = 0x80 };

void append_head(std::string& out, std::uint8_t first, std::uint64_t size, Masked masked) {
  auto mask_bit = static_cast<std::uint8_t>(masked);
  out += static_cast<char>(first);
  if (size < 126) {
    out += static_cast<char>(mask_bit | size);
  } else if (size <= 0xFFFF) {
    out += static_cast<char>(mask_bit | 126);
    append_big_endian(out, size, 2);
  } else {
    out += static_cast<char>(mask_bit | 127);
    append_big_endian(out, size, 8);
  }
}

std::uint8_t first_byte(WebSocketOpcode opcode, std::uint64_t size,
                        WebSocketCompressed compressed) {
  bool is_control = static_cast<std::uint8_t>(opcode) >= 8;
  TT_ASSERT(!is_control || (size <= control_bytes_max && compressed == WebSocketCompressed::no));
  auto rsv1 = compressed == WebSocketCompressed::yes ? 0x40 : 0;
  return static_cast<std::uint8_t>(0x80 | rsv1 | static_cast<std::uint8_t>(opcode));
}

}  // namespace

std::string encode_frame_head(WebSocketOpcode opcode, std::uint64_t payload_size,
                              WebSocketCompressed compressed) {
  std::string head;
  append_head(head, first_byte(opcode, payload_size, compressed), payload_size, Masked::no);
  return head;
}

std::string encode_frame(WebSocketOpcode opcode, std::string_view payload,
                         WebSocketCompressed compressed) {
  std::string frame;
  frame.reserve(payload.size() + 10);
  append_head(frame, first_byte(opcode, payload.size(), compressed), payload.size(), Masked::no);
  frame.append(payload);
  return frame;
}

std::string encode_masked_frame(WebSocketOpcode opcode, std::string_view payload,
                                std::uint32_t mask, WebSocketCompressed compressed) {
  std::string frame;
  frame.reserve(payload.size() + 14);
  append_head(frame, first_byte(opcode, payload.size(), compressed), payload.size(), Masked::yes);
  append_big_endian(frame, mask, 4);
  std::array<char, 4> key;
  std::memcpy(key.data(), frame.data() + frame.size() - 4, 4);
  std::size_t start = frame.size();
  frame.append(payload);
  apply_mask(frame.data() + start, payload.size(), key, 0);
  return frame;
}

std::string close_payload(WebSocketCloseCode code, std::string_view reason) {
  std::string payload;
  if (code == none_received) return payload;
  TT_ASSERT(may_be_sent(static_cast<std::uint16_t>(code)));
  append_big_endian(payload, static_cast<std::uint16_t>(code), 2);
  std::size_t size = std::min(reason.size(), control_bytes_max - 2);
  // Back to the start of a character that would be cut.
  while (size > 0 && size < reason.size() && (reason[size] & 0xC0) == 0x80) --size;
  return payload.append(reason.substr(0, size));
}

std::string encode_close(WebSocketCloseCode code, std::string_view reason) {
  return encode_frame(WebSocketOpcode::close, close_payload(code, reason));
}

// "1004 Reserved", "1005 … MUST NOT be set as a status code in a Close control frame", 1006 and
// 1015 likewise; "3000-3999 are reserved for use by libraries", "4000-4999 … private use"  [7.4]
bool may_be_sent(std::uint16_t code) {
  if (code >= 3000 && code <= 4999) return true;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

}  // namespace tt::wire
