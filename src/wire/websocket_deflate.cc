#include "wire/websocket_deflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "wire/header_value.h"

namespace tt::wire {
namespace {

constexpr std::string_view extension_name = "permessage-deflate";

// "a decimal integer value without leading zeroes between 8 to 15, inclusive"
//                                                   [RFC 7692 sections 7.1.2.1 and 7.1.2.2]
std::optional<int> window_bits_from(const std::optional<std::string>& value) {
  constexpr std::array<std::string_view, 8> texts = {"8", "9", "10", "11", "12", "13", "14", "15"};
  if (!value) return std::nullopt;
  auto found = std::ranges::find(texts, *value);
  if (found == texts.end()) return std::nullopt;
  return 8 + static_cast<int>(found - texts.begin());
}

// The parameters of one offer or answer.
struct ParsedParameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<int> server_max_window_bits;
  std::optional<int> client_max_window_bits;
};

// False for a parameter that must make the receiver decline the whole element.
bool apply(const HeaderParameter& parameter, ParsedParameters& into) {
  // "a parameter with an invalid value", "multiple extension parameters with the same name",
  // "a parameter not defined for use": "MUST decline"        [RFC 7692 section 7.1]
  const auto& [name, value] = parameter;
  if (name == "server_no_context_takeover") {
    return !value && !std::exchange(into.server_no_context_takeover, true);
  }
  if (name == "client_no_context_takeover") {
    return !value && !std::exchange(into.client_no_context_takeover, true);
  }
  if (name == "server_max_window_bits") {
    auto bits = window_bits_from(value);
    return bits && !std::exchange(into.server_max_window_bits, bits);
  }
  if (name == "client_max_window_bits") {
    // "This parameter may have no value" in an offer: the client only says that it knows it.
    auto bits = value ? window_bits_from(value) : std::optional<int>(15);
    return bits && !std::exchange(into.client_max_window_bits, bits);
  }
  return false;
}

std::optional<ParsedParameters> parse_parameters(const HeaderElement& element) {
  ParsedParameters parsed;
  for (const auto& parameter : element.parameters) {
    if (!apply(parameter, parsed)) return std::nullopt;
  }
  return parsed;
}

std::string header_of(const ParsedParameters& answer) {
  std::string header(extension_name);
  if (answer.server_no_context_takeover) header += "; server_no_context_takeover";
  if (answer.client_no_context_takeover) header += "; client_no_context_takeover";
  if (answer.server_max_window_bits) {
    header += "; server_max_window_bits=" + std::to_string(*answer.server_max_window_bits);
  }
  if (answer.client_max_window_bits) {
    header += "; client_max_window_bits=" + std::to_string(*answer.client_max_window_bits);
  }
  return header;
}

DeflateParameters agreed(const ParsedParameters& answer) {
  return {.server_no_context_takeover = answer.server_no_context_takeover,
          .client_no_context_takeover = answer.client_no_context_takeover,
          .server_max_window_bits = answer.server_max_window_bits.value_or(15),
          .client_max_window_bits = answer.client_max_window_bits.value_or(15)};
}

std::optional<DeflateAgreement> answer_offer(const ParsedParameters& offer,
                                             const DeflateParameters& wanted) {
  ParsedParameters answer = offer;
  // "A server can include this parameter in the response even if the offer does not"
  answer.server_no_context_takeover |= wanted.server_no_context_takeover;
  answer.client_no_context_takeover |= wanted.client_no_context_takeover;
  if (offer.server_max_window_bits || wanted.server_max_window_bits < 15) {
    answer.server_max_window_bits =
        std::min(offer.server_max_window_bits.value_or(15), wanted.server_max_window_bits);
    if (answer.server_max_window_bits < 9) return std::nullopt;  // zlib cannot write those
  }
  // "If a received extension negotiation offer doesn't have the client_max_window_bits parameter,
  // the corresponding response MUST NOT include it."                [section 7.1.2.2]
  if (offer.client_max_window_bits) {
    answer.client_max_window_bits =
        std::min(*offer.client_max_window_bits, wanted.client_max_window_bits);
  }
  return DeflateAgreement{.parameters = agreed(answer), .header = header_of(answer)};
}

// What a message loses at its end when it is sent, and gets back when it is received.
//                                                   [RFC 7692 sections 7.2.1 and 7.2.2]
constexpr std::string_view tail("\x00\x00\xff\xff", 4);

Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

}  // namespace

std::optional<DeflateAgreement> negotiate_deflate(std::string_view offers,
                                                  const DeflateParameters& wanted) {
  auto elements = parse_header_list(offers);
  if (!elements) return std::nullopt;
  for (const auto& element : *elements) {
    if (element.name != extension_name) continue;
    auto offer = parse_parameters(element);
    if (!offer) continue;
    if (auto agreement = answer_offer(*offer, wanted)) return agreement;
  }
  return std::nullopt;
}

Result<std::optional<DeflateParameters>> parse_deflate_answer(std::string_view header) {
  auto elements = parse_header_list(header);
  if (!elements) return std::unexpected(elements.error());
  if (elements->empty()) return std::nullopt;
  if (elements->size() > 1 || elements->front().name != extension_name) {
    return problem("the server chose an extension that was not offered");
  }
  auto answer = parse_parameters(elements->front());
  if (!answer) return problem("the server's permessage-deflate parameters are not valid");
  if (answer->client_max_window_bits) return problem("client_max_window_bits was not offered");
  return agreed(*answer);
}

// --- compressing -----------------------------------------------------------------------------

void WebSocketDeflater::Close::operator()(z_stream_s* stream) const {
  deflateEnd(stream);
  delete stream;
}

WebSocketDeflater::WebSocketDeflater(int window_bits) : stream_(new z_stream_s{}) {
  TT_ASSERT(window_bits >= 9 && window_bits <= 15);
  int status = deflateInit2(stream_.get(), Z_DEFAULT_COMPRESSION, Z_DEFLATED, -window_bits, 8,
                            Z_DEFAULT_STRATEGY);
  if (status != Z_OK) throw std::bad_alloc();
}
WebSocketDeflater::~WebSocketDeflater() = default;
WebSocketDeflater::WebSocketDeflater(WebSocketDeflater&&) noexcept = default;
WebSocketDeflater& WebSocketDeflater::operator=(WebSocketDeflater&&) noexcept = default;

std::string WebSocketDeflater::compress(std::string_view message) {
  deflateReset(stream_.get());
  return compress_with_context(message);
}

std::string WebSocketDeflater::compress_with_context(std::string_view message) {
  TT_ASSERT(message.size() <= std::numeric_limits<uInt>::max());
  // "the DEFLATE block with no compression with an empty payload" without its tail
  //                                                               [RFC 7692 section 7.2.3.6]
  if (message.empty()) return std::string(1, '\0');
  std::string out(deflateBound(stream_.get(), message.size()) + 16, '\0');
  stream_->next_in = bytes_of(message);
  stream_->avail_in = static_cast<uInt>(message.size());
  stream_->next_out = reinterpret_cast<Bytef*>(out.data());
  stream_->avail_out = static_cast<uInt>(out.size());
  int status = deflate(stream_.get(), Z_SYNC_FLUSH);
  TT_ASSERT(status == Z_OK && stream_->avail_in == 0 && stream_->avail_out > 0);
  out.resize(out.size() - stream_->avail_out);
  TT_ASSERT(out.ends_with(tail));
  out.resize(out.size() - tail.size());
  return out;
}

// --- decompressing ---------------------------------------------------------------------------

void WebSocketInflater::Close::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

WebSocketInflater::WebSocketInflater(int window_bits, Context context)
    : window_bits_(window_bits), context_(context) {
  TT_ASSERT(window_bits >= 8 && window_bits <= 15);
}
WebSocketInflater::~WebSocketInflater() = default;
WebSocketInflater::WebSocketInflater(WebSocketInflater&&) noexcept = default;
WebSocketInflater& WebSocketInflater::operator=(WebSocketInflater&&) noexcept = default;

WebSocketInflater::Outcome WebSocketInflater::append(std::string_view piece, std::string& message,
                                                     std::size_t bytes_max) {
  if (!stream_) {
    stream_.reset(new z_stream_s{});
    if (inflateInit2(stream_.get(), -window_bits_) != Z_OK) throw std::bad_alloc();
  }
  stream_->next_in = bytes_of(piece);
  stream_->avail_in = static_cast<uInt>(piece.size());
  std::array<char, 8192> block;
  do {
    stream_->next_out = reinterpret_cast<Bytef*>(block.data());
    stream_->avail_out = block.size();
    int status = inflate(stream_.get(), Z_SYNC_FLUSH);
    std::size_t size = block.size() - stream_->avail_out;
    if (size > bytes_max - message.size()) return Outcome::too_large;
    message.append(block.data(), size);
    // "A DEFLATE block with the BFINAL bit set to 1" may end a message or stand inside of it; the
    // window lives on.                                          [RFC 7692 section 7.2.3.4]
    if (status == Z_STREAM_END) status = inflateResetKeep(stream_.get());
    if (status != Z_OK && status != Z_BUF_ERROR) return Outcome::corrupt;
  } while (stream_->avail_in > 0 || stream_->avail_out == 0);
  return Outcome::ok;
}

WebSocketInflater::Outcome WebSocketInflater::finish(std::string& message, std::size_t bytes_max) {
  auto outcome = append(tail, message, bytes_max);
  if (context_ == Context::reset) stream_.reset();
  return outcome;
}

}  // namespace tt::wire
