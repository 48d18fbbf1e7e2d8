#include "web/rest/json_decoder.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace tt::web::rest {
namespace {

constexpr std::size_t integer_digits_max = 4300;  // Python's own limit

// What ends the reading; positions are bytes until the message is made.
struct Failure {
  std::string_view what;
  std::size_t at;
};
// A value that is well-formed but not taken; the message names no place.
struct RefusedValue {
  std::string message;
};

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

class Decoder {
 public:
  Decoder(std::string_view text, const JsonLimits& limits) : text_(text), limits_(limits) {}

  Input decode() {
    if (text_.starts_with("\xEF\xBB\xBF")) {
      throw Failure{"Unexpected UTF-8 BOM (decode using utf-8-sig)", 0};
    }
    skip_space();
    Input value = read_value();
    skip_space();
    if (at_ != text_.size()) throw Failure{"Extra data", at_};
    return value;
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  bool next_is(char sign) const { return !at_end() && text_[at_] == sign; }
  bool take(char sign) {
    if (!next_is(sign)) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (!at_end() && std::string_view(" \t\n\r").contains(text_[at_])) ++at_;
  }
  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Input read_value() {
    if (at_end()) throw Failure{"Expecting value", at_};
    switch (text_[at_]) {
      case '"': return Input::text(read_string());
      case '{': return read_object();
      case '[': return read_array();
      default: return read_word_or_number();
    }
  }

  Input read_word_or_number() {
    if (take_word("null")) return {};
    if (take_word("true")) return Input::boolean(true);
    if (take_word("false")) return Input::boolean(false);
    for (std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
      if (take_word(word)) refuse_constant(word);
    }
    return read_number();
  }

  [[noreturn]] static void refuse_constant(std::string_view word) {
    throw RefusedValue{fmt::format("Out of range float values are not JSON compliant: '{}'", word)};
  }

  void enter() {
    if (++depth_ > limits_.depth_max) throw Failure{"Nested too deeply", at_};
  }

  Input read_array() {
    enter();
    ++at_;
    Input array = Input::list();
    skip_space();
    while (!next_is(']')) {
      array.add_element(read_value());
      skip_space();
      if (next_is(']')) break;
      if (!take(',')) throw Failure{"Expecting ',' delimiter", at_};
      skip_space();
      if (next_is(']')) throw Failure{"Expecting value", at_};
    }
    ++at_;
    --depth_;
    return array;
  }

  Input read_object() {
    enter();
    ++at_;
    Members members;
    skip_space();
    while (!next_is('}')) {
      read_member(members);
      skip_space();
      if (next_is('}')) break;
      if (!take(',')) throw Failure{"Expecting ',' delimiter", at_};
      skip_space();
      if (!next_is('"')) throw Failure{"Expecting property name enclosed in double quotes", at_};
    }
    ++at_;
    --depth_;
    return object_of(std::move(members));
  }

  using Members = std::vector<std::pair<std::string, Input>>;

  void read_member(Members& members) {
    if (!next_is('"')) throw Failure{"Expecting property name enclosed in double quotes", at_};
    std::string key = read_string();
    skip_space();
    if (!take(':')) throw Failure{"Expecting ':' delimiter", at_};
    skip_space();
    members.emplace_back(std::move(key), read_value());
  }

  // A name that comes again keeps its first place and takes the last value.
  static Input object_of(Members members) {
    std::vector<std::size_t> order(members.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(
        order, {}, [&](std::size_t i) { return std::pair(std::string_view(members[i].first), i); });
    std::vector<std::size_t> value_of(members.size(), 0);
    for (std::size_t i = 0; i < order.size();) {
      std::size_t end = i + 1;
      while (end < order.size() && members[order[end]].first == members[order[i]].first) ++end;
      for (std::size_t k = i; k < end; ++k) value_of[order[k]] = k == i ? order[end - 1] : dropped;
      i = end;
    }
    Input object = Input::object();
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (value_of[i] == dropped) continue;
      std::string key = std::move(members[i].first);
      object.add_member(std::move(key), std::move(members[value_of[i]].second));
    }
    return object;
  }
  static constexpr std::size_t dropped = ~std::size_t{0};

  bool digit_at(std::size_t at) const {
    return at < text_.size() && text_[at] >= '0' && text_[at] <= '9';
  }
  std::size_t digits_end(std::size_t at) const {
    while (digit_at(at)) ++at;
    return at;
  }

  Input read_number() {
    std::size_t start = at_;
    std::size_t end = start + (text_[start] == '-' ? 1 : 0);
    if (!digit_at(end)) throw Failure{"Expecting value", start};
    end = text_[end] == '0' ? end + 1 : digits_end(end);
    bool is_real = false;
    if (end < text_.size() && text_[end] == '.' && digit_at(end + 1)) {
      is_real = true;
      end = digits_end(end + 1);
    }
    if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
      std::size_t digits = end + 1;
      if (digits < text_.size() && (text_[digits] == '+' || text_[digits] == '-')) ++digits;
      if (digit_at(digits)) {
        is_real = true;
        end = digits_end(digits);
      }
    }
    at_ = end;
    std::string_view literal = text_.substr(start, end - start);
    if (is_real) return Input::real(literal);
    check_digits(literal);
    return Input::integer(literal);
  }

  static void check_digits(std::string_view literal) {
    std::size_t count = literal.size() - (literal.starts_with('-') ? 1 : 0);
    if (count <= integer_digits_max) return;
    throw RefusedValue{fmt::format(
        "Exceeds the limit ({} digits) for integer string conversion: value has {} digits; use "
        "sys.set_int_max_str_digits() to increase the limit",
        integer_digits_max, count)};
  }

  std::string read_string() {
    std::size_t begin = at_++;
    std::string out;
    while (true) {
      std::size_t plain = at_;
      while (!at_end() && text_[at_] != '"' && text_[at_] != '\\' &&
             static_cast<unsigned char>(text_[at_]) >= 0x20) {
        ++at_;
      }
      out.append(text_, plain, at_ - plain);
      if (at_end()) throw Failure{"Unterminated string starting at", begin};
      if (take('"')) return out;
      if (text_[at_] != '\\') throw Failure{"Invalid control character at", at_};
      read_escape(begin, out);
    }
  }

  void read_escape(std::size_t begin, std::string& out) {
    std::size_t backslash = at_++;
    if (at_end()) throw Failure{"Unterminated string starting at", begin};
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    char letter = text_[at_++];
    if (letter == 'u') return read_code(out);
    std::size_t index = letters.find(letter);
    if (index == std::string_view::npos) throw Failure{"Invalid \\escape", backslash};
    out += meanings[index];
  }

  void read_code(std::string& out) {
    std::uint32_t code = read_hex();
    bool is_high = code >= 0xD800 && code < 0xDC00;
    if (is_high && text_.substr(at_).starts_with("\\u")) {
      std::size_t before = at_;
      at_ += 2;
      std::uint32_t low = read_hex();
      if (low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      } else {
        at_ = before;
      }
    }
    append_utf8(out, code);
  }

  // The four digits behind "\u".
  std::uint32_t read_hex() {
    std::uint32_t code = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      int digit = at_ + i < text_.size() ? hex_value(text_[at_ + i]) : -1;
      if (digit < 0) throw Failure{"Invalid \\uXXXX escape", at_ - 1};
      code = code * 16 + static_cast<std::uint32_t>(digit);
    }
    at_ += 4;
    return code;
  }

  static int hex_value(char sign) {
    if (sign >= '0' && sign <= '9') return sign - '0';
    if (sign >= 'a' && sign <= 'f') return sign - 'a' + 10;
    if (sign >= 'A' && sign <= 'F') return sign - 'A' + 10;
    return -1;
  }

  std::string_view text_;
  const JsonLimits& limits_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
};

std::string message(const Failure& failure, std::string_view text) {
  std::size_t line = 1, column = 1, position = 0;
  for (char byte : text.substr(0, failure.at)) {
    if (is_continuation(byte)) continue;
    ++position;
    ++column;
    if (byte == '\n') {
      ++line;
      column = 1;
    }
  }
  return fmt::format("{}: line {} column {} (char {})", failure.what, line, column, position);
}

// --- UTF-8, with the errors of Python's decoder ------------------------------------------------

struct Utf8Step {
  std::size_t length = 1;  // of the character, or of what is wrong
  std::string_view error;  // empty if it is well-formed
  bool is_cut = false;     // the text ends inside the character
};

// The range of a second byte: RFC 3629 section 4.
std::pair<unsigned char, unsigned char> second_byte(unsigned char first) {
  switch (first) {
    case 0xE0: return {0xA0, 0xBF};
    case 0xED: return {0x80, 0x9F};
    case 0xF0: return {0x90, 0xBF};
    case 0xF4: return {0x80, 0x8F};
    default: return {0x80, 0xBF};
  }
}

Utf8Step step_at(std::string_view text, std::size_t at) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  unsigned char first = byte(0);
  if (first < 0x80) return {};
  if (first < 0xC2 || first > 0xF4) return {.length = 1, .error = "invalid start byte"};
  std::size_t needed = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  auto [low, high] = second_byte(first);
  for (std::size_t i = 1; i < needed; ++i) {
    if (at + i >= text.size()) return {.length = i, .is_cut = true};
    if (byte(i) < low || byte(i) > high) return {.length = i, .error = "invalid continuation byte"};
    low = 0x80;
    high = 0xBF;
  }
  return {.length = needed};
}

// The message of the first error; `text` loses a character that its end cuts, as Python's reader
// of streams drops it.
std::optional<std::string> check_utf8(std::string_view& text) {
  for (std::size_t at = 0; at < text.size();) {
    Utf8Step step = step_at(text, at);
    if (step.is_cut) {
      text = text.substr(0, at);
      return std::nullopt;
    }
    if (!step.error.empty() && step.length == 1) {
      return fmt::format("'utf-8' codec can't decode byte 0x{:02x} in position {}: {}",
                         static_cast<unsigned char>(text[at]), at, step.error);
    }
    if (!step.error.empty()) {
      return fmt::format("'utf-8' codec can't decode bytes in position {}-{}: {}", at,
                         at + step.length - 1, step.error);
    }
    at += step.length;
  }
  return std::nullopt;
}

std::string from_latin1(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (char byte : bytes) append_utf8(text, static_cast<unsigned char>(byte));
  return text;
}

}  // namespace

std::expected<Input, std::string> decode_json(std::string_view bytes, Charset charset,
                                              const JsonLimits& limits) {
  std::string converted;
  std::string_view text = bytes;
  if (charset == Charset::latin1) {
    converted = from_latin1(bytes);
    text = converted;
  } else if (auto error = check_utf8(text)) {
    return std::unexpected(*std::move(error));
  }
  try {
    return Decoder(text, limits).decode();
  } catch (const Failure& failure) {
    return std::unexpected(message(failure, text));
  } catch (const RefusedValue& refused) {
    return std::unexpected(refused.message);
  }
}

}  // namespace tt::web::rest
