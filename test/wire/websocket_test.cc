// The groups follow the Autobahn test suite: 1 framing, 2 pings, 3 reserved bits, 4 opcodes,
// 5 fragmentation, 6 UTF-8, 7 close, 9 limits, 12/13 compression.
#include "wire/websocket.h"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <vector>

#include "base/bytes.h"
#include "base/random.h"

using namespace tt;
using namespace tt::wire;

namespace {

using Kind = WebSocketEvent::Kind;
using enum WebSocketOpcode;

std::string describe(const WebSocketEvent& event) {
  auto code = static_cast<int>(event.code);
  std::string payload = event.payload.size() > 60 ? fmt::format("<{}>", event.payload.size())
                                                  : std::string(event.payload);
  switch (event.kind) {
    case Kind::text: return "text " + payload;
    case Kind::binary: return "binary " + to_hex(payload);
    case Kind::ping: return "ping " + payload;
    case Kind::pong: return "pong " + payload;
    case Kind::close: return fmt::format("close {} {}", code, payload);
    case Kind::failure: return fmt::format("failure {}", code);
  }
  return "?";
}

std::vector<std::string> decode(std::string_view bytes, std::size_t step,
                                const WebSocketDecoderOptions& options) {
  WebSocketDecoder decoder(options);
  std::vector<std::string> events;
  while (!bytes.empty()) {
    auto piece = bytes.substr(0, step);
    bytes.remove_prefix(piece.size());
    while (auto event = decoder.next(piece)) events.push_back(describe(*event));
    CHECK(piece.empty());
  }
  return events;
}

// All at once, byte by byte and in sevens must give the same.
std::string decode(std::string_view bytes, const WebSocketDecoderOptions& options = {}) {
  auto events = decode(bytes, bytes.size() + 1, options);
  CHECK(decode(bytes, 1, options) == events);
  CHECK(decode(bytes, 7, options) == events);
  return fmt::format("{}", fmt::join(events, "; "));
}

struct Frame {
  int first;  // FIN, RSV, opcode
  std::string payload;
};

// As a client sends it, with any first byte.
std::string masked(const Frame& frame) {
  auto bytes = encode_masked_frame(binary, frame.payload, 0x37fa213d);
  bytes[0] = static_cast<char>(frame.first);
  return bytes;
}

std::string masked(std::initializer_list<Frame> frames) {
  std::string bytes;
  for (const auto& frame : frames) bytes += masked(frame);
  return bytes;
}

WebSocketDecoderOptions with_deflate(DeflateParameters parameters = {}) {
  return {.deflate = parameters};
}

std::string close_frame(int code, std::string_view reason = {}) {
  std::string payload = {static_cast<char>(code >> 8), static_cast<char>(code)};
  return masked({0x88, payload.append(reason)});
}

}  // namespace

TEST_CASE("the examples of RFC 6455 section 5.7") {
  WebSocketDecoderOptions client{.role = WebSocketRole::client};
  // A single-frame unmasked text message
  CHECK(decode("\x81\x05Hello", client) == "text Hello");
  // A single-frame masked text message
  CHECK(decode("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58") == "text Hello");
  // A fragmented unmasked text message
  CHECK(decode({"\x01\x03Hel\x80\x02lo", 9}, client) == "text Hello");
  // Unmasked Ping request and masked Ping response
  CHECK(decode("\x89\x05Hello", client) == "ping Hello");
  CHECK(decode("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58") == "pong Hello");
  CHECK(encode_frame(text, "Hello") == "\x81\x05Hello");
  CHECK(encode_masked_frame(text, "Hello", 0x37fa213d) ==
        "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
  // 256 bytes and 64 KiB of binary
  CHECK(encode_frame_head(binary, 256) == std::string("\x82\x7E\x01\x00", 4));
  CHECK(encode_frame_head(binary, 65536) == std::string("\x82\x7F\0\0\0\0\0\1\0\0", 10));
}

TEST_CASE("1: messages of every length class") {
  for (std::size_t size : {0u, 1u, 125u, 126u, 127u, 128u, 65535u, 65536u, 100'000u}) {
    std::string payload(size, '*');
    std::string expected = size > 60 ? fmt::format("text <{}>", size) : "text " + payload;
    CHECK(decode(encode_masked_frame(text, payload, 0x01020304)) == expected);
    CHECK(decode(encode_frame(text, payload), {.role = WebSocketRole::client}) == expected);
  }
}

TEST_CASE("1: the content survives masking at every alignment") {
  SeededRandom random(1);
  for (std::size_t size = 0; size < 70; ++size) {
    std::string payload;
    for (std::size_t i = 0; i < size; ++i) payload += static_cast<char>(random.below(256));
    auto bytes = encode_masked_frame(binary, payload, static_cast<std::uint32_t>(random.next()));
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      WebSocketDecoder decoder({});
      auto first = std::string_view(bytes).substr(0, cut);
      auto second = std::string_view(bytes).substr(cut);
      auto event = decoder.next(first);
      if (!event) event = decoder.next(second);
      REQUIRE(event);
      CHECK(event->payload == payload);
    }
  }
}

TEST_CASE("1: lengths must be in their shortest form") {
  CHECK(decode({"\x81\xFE\x00\x7D\x00\x00\x00\x00", 8}) == "failure 1002");
  CHECK(decode({"\x81\xFF\0\0\0\0\0\0\xFF\xFF\0\0\0\0", 14}) == "failure 1002");
  CHECK(decode({"\x81\xFF\x80\0\0\0\0\0\0\0\0\0\0\0", 14}) == "failure 1002");
}

TEST_CASE("2: pings and pongs") {
  CHECK(decode(masked({{0x89, ""}})) == "ping ");
  CHECK(decode(masked({{0x89, std::string(125, 'p')}})) == "ping <125>");
  CHECK(decode(masked({{0x89, std::string(126, 'p')}})) == "failure 1002");
  CHECK(decode(masked({{0x8A, "unsolicited"}, {0x89, "x"}})) == "pong unsolicited; ping x");
  CHECK(decode(masked({{0x89, "1"}, {0x89, "2"}, {0x89, "3"}})) == "ping 1; ping 2; ping 3");
}

TEST_CASE("3: reserved bits") {
  for (int bits : {0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70}) {
    CHECK(decode(masked({{0x81 | bits, "x"}})) == "failure 1002");
    CHECK(decode(masked({{0x81, "before"}, {0x81 | bits, "x"}, {0x89, "after"}})) ==
          "text before; failure 1002");
    CHECK(decode(masked({{0x89 | bits, ""}})) == "failure 1002");
    CHECK(decode(masked({{0x88 | bits, ""}})) == "failure 1002");
  }
  CHECK(decode(masked({{0xA1, "x"}}), with_deflate()) == "failure 1002");
}

TEST_CASE("4: opcodes that are not defined") {
  for (int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    CHECK(decode(masked({{0x80 | opcode, ""}})) == "failure 1002");
    CHECK(decode(masked({{0x81, "a"}, {0x80 | opcode, "b"}})) == "text a; failure 1002");
  }
}

TEST_CASE("5: fragments") {
  struct Case {
    std::initializer_list<Frame> frames;
    const char* events;
  };
  const Case cases[] = {
      {{{0x01, "frag"}, {0x80, "ment"}}, "text fragment"},
      {{{0x02, "\x01"}, {0x00, "\x02"}, {0x80, "\x03"}}, "binary 010203"},
      {{{0x01, ""}, {0x00, ""}, {0x80, ""}}, "text "},
      {{{0x01, ""}, {0x00, "middle"}, {0x80, ""}}, "text middle"},
      {{{0x01, "a"}, {0x89, "p"}, {0x80, "b"}}, "ping p; text ab"},
      {{{0x01, "a"}, {0x8A, "p"}, {0x00, "b"}, {0x89, "q"}, {0x80, "c"}},
       "pong p; ping q; text abc"},
      {{{0x01, "a"}, {0x88, ""}}, "close 1005 "},
      // control frames must not be fragmented
      {{{0x09, "frag"}, {0x80, "ment"}}, "failure 1002"},
      {{{0x0A, "frag"}, {0x80, "ment"}}, "failure 1002"},
      {{{0x08, "frag"}, {0x80, "ment"}}, "failure 1002"},
      // a continuation without a beginning, a beginning inside of a message
      {{{0x80, "x"}}, "failure 1002"},
      {{{0x00, "x"}, {0x81, "y"}}, "failure 1002"},
      {{{0x81, "done"}, {0x80, "x"}}, "text done; failure 1002"},
      {{{0x01, "a"}, {0x81, "b"}}, "failure 1002"},
      {{{0x01, "a"}, {0x82, "b"}}, "failure 1002"},
      {{{0x01, "a"}, {0x80, "b"}, {0x01, "c"}, {0x80, "d"}}, "text ab; text cd"},
  };
  for (const auto& [frames, events] : cases) CHECK(decode(masked(frames)) == events);
}

TEST_CASE("5: the sides mask as they must") {
  CHECK(decode("\x81\x05Hello") == "failure 1002");
  CHECK(decode(masked({{0x81, "Hello"}}), {.role = WebSocketRole::client}) == "failure 1002");
}

TEST_CASE("6: text is UTF-8, also across fragments") {
  CHECK(decode(masked({{0x81, "κόσμε"}})) == "text κόσμε");
  CHECK(decode(masked({{0x01, "\xCE"}, {0x00, "\xBA"}, {0x80, "\xCF\x8C"}})) == "text κό");
  CHECK(decode(masked({{0x01, "\xCE"}, {0x89, "p"}, {0x80, "\xBA"}})) == "ping p; text κ");
  CHECK(decode(masked({{0x81, "\xF4\x8F\xBF\xBF"}})) == "text \xF4\x8F\xBF\xBF");
  for (auto bad : {"\xCE", "\xFE", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xED\xBF\xBF",
                   "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "ok\xE2\x82"}) {
    CHECK(decode(masked({{0x81, bad}})) == "failure 1007");
    CHECK(decode(masked({{0x82, bad}})) == "binary " + to_hex(bad));
  }
}

TEST_CASE("6: a broken text fails before its frame is complete") {
  auto bytes = masked({{0x81,
                        "κόσμε\xED\xA0\x80"
                        "edited"}});
  WebSocketDecoder decoder({});
  auto piece = std::string_view(bytes).substr(0, bytes.size() - 6);
  auto event = decoder.next(piece);
  REQUIRE(event);
  CHECK(describe(*event) == "failure 1007");
}

TEST_CASE("7: closing") {
  CHECK(decode(masked({{0x88, ""}})) == "close 1005 ");
  CHECK(decode(masked({{0x88, "\x03"}})) == "failure 1002");
  CHECK(decode(close_frame(1000)) == "close 1000 ");
  CHECK(decode(close_frame(1000, "bye κ")) == "close 1000 bye κ");
  CHECK(decode(close_frame(1000, std::string(123, '*'))) == "close 1000 <123>");
  CHECK(decode(close_frame(1000, std::string(124, '*'))) == "failure 1002");
  CHECK(decode(close_frame(1000, "\xCE")) == "failure 1007");
  // nothing counts after the close
  CHECK(decode(close_frame(1000) + masked({{0x81, "late"}, {0x89, "late"}})) == "close 1000 ");
  CHECK(decode(masked({{0x81, "a"}}) + close_frame(1001)) == "text a; close 1001 ");
  for (int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000,
                   3999, 4000, 4999}) {
    CHECK(decode(close_frame(code)) == fmt::format("close {} ", code));
  }
  for (int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    CHECK(decode(close_frame(code)) == "failure 1002");
  }
}

TEST_CASE("7: close frames are written within their bounds") {
  CHECK(encode_close(WebSocketCloseCode::normal, "bye") ==
        "\x88\x05\x03\xE8"
        "bye");
  CHECK(encode_close(WebSocketCloseCode::none_received) == std::string("\x88\x00", 2));
  std::string reason(122, 'x');
  auto payload = close_payload(WebSocketCloseCode::normal, reason + "\u00e9 and more");
  CHECK(payload.substr(2) == reason);  // é would be cut in two
  CHECK(close_payload(WebSocketCloseCode::normal, reason + "yz").size() == 125);
}

TEST_CASE("9: limits") {
  WebSocketDecoderOptions small{.message_bytes_max = 10};
  CHECK(decode(masked({{0x81, "0123456789"}}), small) == "text 0123456789");
  CHECK(decode(masked({{0x81, "0123456789a"}}), small) == "failure 1009");
  CHECK(decode(masked({{0x01, "01234"}, {0x00, "56789"}, {0x80, "a"}}), small) == "failure 1009");
  CHECK(decode(masked({{0x81, "0123456789"}, {0x81, "0123456789"}}), small) ==
        "text 0123456789; text 0123456789");
  // refused by the length alone, before any payload
  CHECK(decode({"\x82\xFF\x7F\0\0\0\0\0\0\0\0\0\0\0", 14}, small) == "failure 1009");
  // control frames are no part of the message
  CHECK(decode(masked({{0x01, "01234"}, {0x89, "0123456789"}, {0x80, "56789"}}), small) ==
        "ping 0123456789; text 0123456789");
}

TEST_CASE("12: the examples of RFC 7692 section 7.2.3") {
  using namespace std::literals;
  struct Case {
    std::string payload;
    const char* what;
  };
  const Case cases[] = {
      {"\xf2\x48\xcd\xc9\xc9\x07\x00"s, "one compressed block"},
      {"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s, "a block without compression"},
      {"\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s, "a block with BFINAL"},
      {"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s, "two blocks"},
  };
  for (const auto& [payload, what] : cases) {
    CAPTURE(what);
    CHECK(decode(masked({{0xC1, payload}}), with_deflate()) == "text Hello");
  }
  // in two fragments
  auto first = cases[0].payload.substr(0, 3);
  auto rest = cases[0].payload.substr(3);
  CHECK(decode(masked({{0x41, first}, {0x80, rest}}), with_deflate()) == "text Hello");
  CHECK(decode(masked({{0x41, first}, {0xC0, rest}}), with_deflate()) == "failure 1002");
  // "Sharing LZ77 Sliding Window"
  auto twice = masked({{0xC1, cases[0].payload}, {0xC1, "\xf2\x00\x11\x00\x00"s}});
  CHECK(decode(twice, with_deflate()) == "text Hello; text Hello");
  CHECK(decode(twice, with_deflate({.client_no_context_takeover = true})) ==
        "text Hello; failure 1007");
  // the window survives a final block
  auto after_final = masked({{0xC1, cases[2].payload}, {0xC1, "\xf2\x00\x11\x00\x00"s}});
  CHECK(decode(after_final, with_deflate()) == "text Hello; text Hello");
  CHECK(WebSocketDeflater().compress("") == std::string(1, '\0'));
  CHECK(decode(masked({{0xC1, std::string(1, '\0')}}), with_deflate()) == "text ");
}

TEST_CASE("12: compressed and plain messages mix") {
  WebSocketDeflater deflater;
  auto bytes = masked({{0xC1, deflater.compress("one one one")},
                       {0x81, "two"},
                       {0x89, "p"},
                       {0xC2, deflater.compress("\x01\x02")}});
  CHECK(decode(bytes, with_deflate()) == "text one one one; text two; ping p; binary 0102");
  CHECK(decode(masked({{0xC9, "p"}}), with_deflate()) == "failure 1002");
}

TEST_CASE("12: what was compressed comes back, with every window and both contexts") {
  SeededRandom random(2);
  std::vector<std::string> messages;
  for (std::size_t size : {0u, 1u, 100u, 5'000u, 200'000u}) {
    std::string message;
    while (message.size() < size) message += fmt::format("{{\"v\":{}}}", random.below(1000));
    messages.push_back(message);
  }
  for (int bits = 9; bits <= 15; ++bits) {
    for (bool takeover : {false, true}) {
      WebSocketDeflater deflater(bits);
      WebSocketDecoder decoder(
          {.role = WebSocketRole::client,
           .deflate = DeflateParameters{.server_no_context_takeover = !takeover,
                                        .server_max_window_bits = bits}});
      for (const auto& message : messages) {
        auto packed =
            takeover ? deflater.compress_with_context(message) : deflater.compress(message);
        auto frame = encode_frame(text, packed, WebSocketCompressed::yes);
        std::string_view bytes = frame;
        auto event = decoder.next(bytes);
        REQUIRE(event);
        CHECK(event->payload == message);
      }
    }
  }
}

TEST_CASE("12: compressed data is bounded by what comes out, and checked") {
  WebSocketDeflater deflater;
  auto bomb = deflater.compress(std::string(10'000'000, 'a'));
  CHECK(bomb.size() < 20'000);
  auto options = with_deflate();
  options.message_bytes_max = 9'999'999;
  CHECK(decode(masked({{0xC1, bomb}}), options) == "failure 1009");
  options.message_bytes_max = 10'000'000;
  CHECK(decode(masked({{0xC1, bomb}}), options) == "text <10000000>");
  CHECK(decode(masked({{0xC1, "\xFF\xFF\xFF"}}), options) == "failure 1007");
  CHECK(decode(masked({{0xC1, deflater.compress("bad \xFF")}}), options) == "failure 1007");
  CHECK(decode(masked({{0xC1, deflater.compress("cut \xE2\x82")}}), options) == "failure 1007");
}

TEST_CASE("random bytes are taken without harm") {
  SeededRandom random(3);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (auto size = random.below(60); size > 0; --size) bytes += static_cast<char>(random.next());
    WebSocketDecoder decoder(with_deflate());
    std::string_view piece = bytes;
    int events = 0;
    while (decoder.next(piece)) ++events;
    CHECK(events <= 60);
    CHECK(piece.empty());
  }
}
