#include "wire/json.h"

#include <array>
#include <bit>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "base/bytes.h"

namespace tt::wire {

using detail::JsonNode;

namespace {

constexpr std::uint32_t no_node = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t depth_limit = 1000;

// unescaped = %x20-21 / %x23-5B / %x5D-10FFFF                            [RFC 8259 section 7]
constexpr bool ends_run(unsigned char c) { return c < 0x20 || c == '"' || c == '\\'; }

// The first byte of [begin, end) that cannot stand in a string as it is; `end` if there is none.
const char* find_run_end(const char* begin, const char* end) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t highs = 0x8080808080808080;
  for (; end - begin >= 8; begin += 8) {
    std::uint64_t word;
    std::memcpy(&word, begin, 8);
    std::uint64_t quotes = word ^ ones * '"';
    std::uint64_t backslashes = word ^ ones * '\\';
    std::uint64_t found = ((word - ones * 0x20) & ~word) | ((quotes - ones) & ~quotes) |
                          ((backslashes - ones) & ~backslashes);
    if (found & highs) break;
  }
  while (begin != end && !ends_run(static_cast<unsigned char>(*begin))) ++begin;
  return begin;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char* append_utf8(char* out, std::uint32_t c) {
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *out++ = static_cast<char>(0xC0 | c >> 6);
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    *out++ = static_cast<char>(0xE0 | c >> 12);
    *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  } else {
    *out++ = static_cast<char>(0xF0 | c >> 18);
    *out++ = static_cast<char>(0x80 | (c >> 12 & 0x3F));
    *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  }
  return out;
}

}  // namespace

// One pass over the text, without recursion: while a container is open, its node's `end` holds the
// index of the container around it.
class JsonParser {
 public:
  JsonParser(std::string_view text, std::size_t depth_max)
      : begin_(text.data()), end_(begin_ + text.size()), at_(begin_), depth_max_(depth_max) {}

  Result<JsonDocument> parse() {
    document_.nodes_.reserve(8 + static_cast<std::size_t>(end_ - begin_) / 16);
    for (Next next = Next::value; next != Next::done;) {
      if (next == Next::failed) return std::unexpected(std::move(problem_));
      next = next == Next::value ? read_value() : read_after_value();
    }
    return std::move(document_);
  }

 private:
  enum class Next : std::uint8_t { value, after_value, done, failed };

  Next read_value() {
    skip_space();
    switch (peek()) {
      case '{': return open(JsonKind::object);
      case '[': return open(JsonKind::array);
      case '"': return read_string();
      case 't': return read_literal("true", JsonKind::boolean);
      case 'f': return read_literal("false", JsonKind::boolean);
      case 'n': return read_literal("null", JsonKind::null);
      case '-': return read_number();
      default: break;
    }
    if (is_digit(peek())) return read_number();
    if (std::string_view("]}:,").contains(peek()) && peek() != '\0') {
      return fail("parse error: unallowed token at this point in JSON text");
    }
    return fail("lexical error: invalid char in json text.");
  }

  Next read_after_value() {
    skip_space();
    if (open_ == no_node) {
      return at_ == end_ ? Next::done : fail("parse error: trailing garbage");
    }
    JsonNode& container = document_.nodes_[open_];
    ++container.size;
    bool in_object = container.kind == JsonKind::object;
    if (peek() == (in_object ? '}' : ']')) return close();
    if (peek() != ',') {
      return fail(in_object ? "parse error: after key and value, inside map, I expect ',' or '}'"
                            : "parse error: after array element, I expect ',' or ']'");
    }
    ++at_;
    return in_object ? read_key() : Next::value;
  }

  Next open(JsonKind kind) {
    if (depth_++ == depth_max_) return fail("parse error: nested too deeply");
    ++at_;
    auto index = static_cast<std::uint32_t>(document_.nodes_.size());
    document_.nodes_.push_back({.data = nullptr, .size = 0, .end = open_, .kind = kind});
    open_ = index;
    skip_space();
    if (peek() == (kind == JsonKind::object ? '}' : ']')) return close();
    return kind == JsonKind::object ? read_key() : Next::value;
  }

  Next close() {
    ++at_;
    --depth_;
    JsonNode& container = document_.nodes_[open_];
    open_ = std::exchange(container.end, static_cast<std::uint32_t>(document_.nodes_.size()));
    return Next::after_value;
  }

  Next read_key() {
    skip_space();
    if (peek() != '"') return fail("parse error: invalid object key (must be a string)");
    if (read_string() == Next::failed) return Next::failed;
    skip_space();
    if (peek() != ':') {
      return fail("parse error: object key and value must be separated by a colon (':')");
    }
    ++at_;
    return Next::value;
  }

  Next read_literal(std::string_view literal, JsonKind kind) {
    if (!std::string_view(at_, end_).starts_with(literal)) {
      return fail("lexical error: invalid string in json text.");
    }
    return add({at_, literal.size()}, kind, at_ + literal.size());
  }

  // number = [ minus ] int [ frac ] [ exp ]                              [RFC 8259 section 6]
  Next read_number() {
    const char* start = at_;
    const char* p = at_;
    if (*p == '-') ++p;
    if (p == end_ || !is_digit(*p)) {
      return fail_at(p,
                     "lexical error: malformed number, a digit is required after the minus sign.");
    }
    p = *p == '0' ? p + 1 : skip_digits(p);
    if (p != end_ && *p == '.') {
      if (++p == end_ || !is_digit(*p)) {
        return fail_at(
            p, "lexical error: malformed number, a digit is required after the decimal point.");
      }
      p = skip_digits(p);
    }
    if (p != end_ && (*p == 'e' || *p == 'E')) {
      if (++p != end_ && (*p == '+' || *p == '-')) ++p;
      if (p == end_ || !is_digit(*p)) {
        return fail_at(p,
                       "lexical error: malformed number, a digit is required after the exponent.");
      }
      p = skip_digits(p);
    }
    return add({start, static_cast<std::size_t>(p - start)}, JsonKind::number, p);
  }

  const char* skip_digits(const char* p) const {
    while (p != end_ && is_digit(*p)) ++p;
    return p;
  }

  Next read_string() {
    const char* start = at_ + 1;
    const char* stop = find_run_end(start, end_);
    if (stop != end_ && *stop == '\\') return read_escaped_string(start, stop);
    return end_string({start, static_cast<std::size_t>(stop - start)}, stop);
  }

  Next read_escaped_string(const char* start, const char* stop) {
    if (!document_.unescaped_) {
      document_.unescaped_ =
          std::make_unique_for_overwrite<char[]>(static_cast<std::size_t>(end_ - begin_));
      unescaped_end_ = document_.unescaped_.get();
    }
    const char* result = unescaped_end_;
    while (true) {
      unescaped_end_ = std::copy(start, stop, unescaped_end_);
      if (stop == end_ || *stop != '\\') break;
      start = read_escape(stop + 1);
      if (!start) return Next::failed;
      stop = find_run_end(start, end_);
    }
    return end_string({result, static_cast<std::size_t>(unescaped_end_ - result)}, stop);
  }

  Next end_string(std::string_view content, const char* stop) {
    if (stop == end_) return fail_at(stop, "");
    if (*stop != '"') return fail_at(stop, "lexical error: invalid character inside string.");
    if (!is_utf8(content)) return fail("lexical error: invalid bytes in UTF8 string.");
    return add(content, JsonKind::string, stop + 1);
  }

  // `p` is behind the backslash.  Returns the place behind the escape, nullptr on failure.
  const char* read_escape(const char* p) {
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view values = "\"\\/\b\f\n\r\t";
    if (p != end_ && *p == 'u') return read_unicode_escape(p + 1);
    auto which = p == end_ ? std::string_view::npos : names.find(*p);
    if (which == std::string_view::npos) {
      fail_at(p,
              "lexical error: inside a string, '\\' occurs before a character which it may not.");
      return nullptr;
    }
    *unescaped_end_++ = values[which];
    return p + 1;
  }

  // "To escape an extended character that is not in the Basic Multilingual Plane, the character is
  // represented as a 12-character sequence, encoding the UTF-16 surrogate pair."
  const char* read_unicode_escape(const char* p) {
    auto first = hex4(p);
    if (!first) return bad_hex(p);
    p += 4;
    std::uint32_t character = *first;
    if (character >= 0xD800 && character <= 0xDFFF) {
      bool paired = character < 0xDC00 && end_ - p >= 2 && p[0] == '\\' && p[1] == 'u';
      auto second = paired ? hex4(p + 2) : std::nullopt;
      if (!second || *second < 0xDC00 || *second > 0xDFFF) {
        fail_at(p, "lexical error: half a UTF-16 surrogate pair inside string.");
        return nullptr;
      }
      character = 0x10000 + ((character - 0xD800) << 10) + (*second - 0xDC00);
      p += 6;
    }
    unescaped_end_ = append_utf8(unescaped_end_, character);
    return p;
  }

  const char* bad_hex(const char* p) {
    fail_at(p, "lexical error: invalid (non-hex) character occurs after '\\u' inside string.");
    return nullptr;
  }

  std::optional<std::uint32_t> hex4(const char* p) const {
    if (end_ - p < 4) return std::nullopt;
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      int digit = hex_digit(p[i]);
      if (digit < 0) return std::nullopt;
      value = value << 4 | static_cast<std::uint32_t>(digit);
    }
    return value;
  }

  Next add(std::string_view content, JsonKind kind, const char* behind) {
    auto& nodes = document_.nodes_;
    nodes.push_back({.data = content.data(),
                     .size = static_cast<std::uint32_t>(content.size()),
                     .end = static_cast<std::uint32_t>(nodes.size()) + 1,
                     .kind = kind});
    at_ = behind;
    return Next::after_value;
  }

  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  char peek() const { return at_ == end_ ? '\0' : *at_; }

  Next fail(std::string_view message) { return fail_at(at_, message); }
  Next fail_at(const char* where, std::string_view message) {
    problem_ = {.message = std::string(where == end_ ? "parse error: premature EOF" : message),
                .offset = static_cast<std::size_t>(where - begin_)};
    return Next::failed;
  }

  const char* begin_;
  const char* end_;
  const char* at_;
  std::size_t depth_max_;
  std::size_t depth_ = 0;
  std::uint32_t open_ = no_node;  // the innermost open container
  char* unescaped_end_ = nullptr;
  JsonDocument document_;
  Problem problem_;
};

Result<JsonDocument> read_json(std::string_view text, std::size_t depth_max) {
  TT_ASSERT(depth_max <= depth_limit);
  if (text.size() >= no_node) return problem("parse error: text too large");
  return JsonParser(text, depth_max).parse();
}

// --- values ----------------------------------------------------------------------------------

std::string_view JsonValue::text() const {
  if (is(JsonKind::array) || is(JsonKind::object)) return {};
  return {node().data, node().size};
}

std::size_t JsonValue::size() const {
  return is(JsonKind::array) || is(JsonKind::object) ? node().size : 0;
}

std::optional<std::int64_t> JsonValue::as_integer() const {
  if (!is(JsonKind::number)) return std::nullopt;
  std::int64_t value = 0;
  auto digits = text();
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<double> JsonValue::as_double() const {
  if (!is(JsonKind::number)) return std::nullopt;
  double value = 0;
  auto digits = text();
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  // from_chars does not tell too large from too small.
  if (error == std::errc::result_out_of_range)
    value = std::strtod(std::string(digits).c_str(), nullptr);
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<JsonValue> JsonValue::find(std::string_view key) const {
  std::optional<JsonValue> found;
  for (auto member : members()) {
    if (member.key == key) found = member.value;
  }
  return found;
}

// --- as a tree of Boost.JSON -----------------------------------------------------------------

namespace {

boost::json::value number_to_boost(JsonValue value) {
  auto digits = value.text();
  if (auto integer = value.as_integer(); integer && digits != "-0") return *integer;
  std::uint64_t natural = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), natural);
  if (error == std::errc() && end == digits.data() + digits.size()) return natural;
  return value.as_double().value_or(std::numeric_limits<double>::infinity());
}

std::optional<JsonValue> find_number_out_of_range(JsonValue value) {
  if (value.is(JsonKind::number) && !value.as_double()) return value;
  for (auto element : value.elements()) {
    if (auto found = find_number_out_of_range(element)) return found;
  }
  for (auto member : value.members()) {
    if (auto found = find_number_out_of_range(member.value)) return found;
  }
  return std::nullopt;
}

}  // namespace

// Recursive, as deep as the reader's limit allowed.
boost::json::value to_boost(JsonValue value) {
  switch (value.kind()) {
    case JsonKind::null: return nullptr;
    case JsonKind::boolean: return value.as_bool();
    case JsonKind::number: return number_to_boost(value);
    case JsonKind::string: return boost::json::string(value.text());
    case JsonKind::array: {
      boost::json::array array;
      array.reserve(value.size());
      for (auto element : value.elements()) array.push_back(to_boost(element));
      return array;
    }
    case JsonKind::object: {
      boost::json::object object;
      object.reserve(value.size());
      for (auto [key, member] : value.members()) object.insert_or_assign(key, to_boost(member));
      return object;
    }
  }
  return nullptr;
}

Result<boost::json::value> parse_json(std::string_view text, std::size_t depth_max) {
  auto document = read_json(text, depth_max);
  if (!document) return std::unexpected(std::move(document.error()));
  if (auto found = find_number_out_of_range(document->root())) {
    auto offset = static_cast<std::size_t>(found->text().data() - text.data());
    return problem("parse error: number out of range", offset);
  }
  return to_boost(document->root());
}

}  // namespace tt::wire
