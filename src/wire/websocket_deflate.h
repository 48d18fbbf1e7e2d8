#pragma once

// permessage-deflate (RFC 7692): negotiation, and the compression of whole messages.
//
// The server of this project always answers with both "no_context_takeover" parameters: every
// message is compressed by itself, so that one compressed message serves any number of receivers
// and an idle connection keeps no compression state.  The classes can do both.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

struct z_stream_s;

namespace tt::wire {

// What both ends have agreed on.
struct DeflateParameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  int server_max_window_bits = 15;
  int client_max_window_bits = 15;
};

struct DeflateAgreement {
  DeflateParameters parameters;
  std::string header;  // the server's value for Sec-WebSocket-Extensions
};

// The server's choice among the `offers` of a client's Sec-WebSocket-Extensions header: the first
// one that can be met.  `wanted` is what the server would like; an offer can only tighten it.
// nullopt: no offer fits or the header is malformed, so the connection goes without compression.
std::optional<DeflateAgreement> negotiate_deflate(std::string_view offers,
                                                  const DeflateParameters& wanted);

// The client's reading of the server's answer to a plain "permessage-deflate" offer.  nullopt in
// the Result: the server declined.  A Problem: the client must fail the connection.
Result<std::optional<DeflateParameters>> parse_deflate_answer(std::string_view header);

// The compressing end of one direction.  Not thread-safe.
class WebSocketDeflater {
 public:
  // `window_bits` is 9 to 15 (zlib cannot write raw streams with 8).
  explicit WebSocketDeflater(int window_bits = 15);
  ~WebSocketDeflater();
  WebSocketDeflater(WebSocketDeflater&&) noexcept;
  WebSocketDeflater& operator=(WebSocketDeflater&&) noexcept;

  // `message` compressed by itself, for a frame with RSV1 set: any receiver whose window is not
  // smaller can read it, whatever was sent before.
  std::string compress(std::string_view message);
  // The same, but may refer to the messages before; only for one receiver that gets all of them.
  std::string compress_with_context(std::string_view message);

 private:
  struct Close {
    void operator()(z_stream_s* stream) const;
  };
  std::unique_ptr<z_stream_s, Close> stream_;
};

// The decompressing end of one direction.  Holds memory only inside a message, unless the context
// is taken over.
class WebSocketInflater {
 public:
  enum class Context { reset, takeover };
  enum class Outcome { ok, corrupt, too_large };

  WebSocketInflater(int window_bits, Context context);
  ~WebSocketInflater();
  WebSocketInflater(WebSocketInflater&&) noexcept;
  WebSocketInflater& operator=(WebSocketInflater&&) noexcept;

  // Appends to `message` what the next piece of the compressed message gives; `message` never
  // grows over `bytes_max`.  After anything but ok the inflater is of no use.
  Outcome append(std::string_view piece, std::string& message, std::size_t bytes_max);
  // The same for the end of the message.
  Outcome finish(std::string& message, std::size_t bytes_max);

 private:
  struct Close {
    void operator()(z_stream_s* stream) const;
  };
  std::unique_ptr<z_stream_s, Close> stream_;
  int window_bits_;
  Context context_;
};

}  // namespace tt::wire
