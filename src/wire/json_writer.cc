#include "wire/json_writer.h"

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "base/bytes.h"
#include "wire/utf8.h"

namespace tt::wire {
namespace {

// For each byte: 0 = as it is, 'u' = \u00XX, '8' = part of a character beyond ASCII, else the
// letter behind the backslash.
constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> escapes{};
  for (std::size_t c = 0; c < 0x20; ++c) escapes[c] = 'u';
  for (std::size_t c = 0x80; c < 0x100; ++c) escapes[c] = '8';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  return escapes;
}
constexpr auto escapes = make_escapes();

void append_escape(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  auto byte = static_cast<unsigned char>(c);
  out += '\\';
  out += escapes[byte];
  if (escapes[byte] != 'u') return;
  out += "00";
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

// The length of the well-formed character at the front of `text`, 0 if there is none.
std::size_t character_length(std::string_view text) {
  Utf8Checker checker;
  for (std::size_t length = 1; length <= std::min<std::size_t>(4, text.size()); ++length) {
    if (!checker.feed(text.substr(length - 1, 1))) return 0;
    if (checker.complete()) return length;
  }
  return 0;
}

template <class T>
void append_number(std::string& out, T number) {
  std::array<char, 32> text;
  auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), end);
}

// Without an exponent in the range where JavaScript writes none.
void append_double(std::string& out, double number) {
  double size = std::abs(number);
  bool is_plain = size == 0 || (size >= 1e-6 && size < 1e21);
  std::array<char, 32> text;
  auto end = std::to_chars(text.data(), text.data() + text.size(), number,
                           is_plain ? std::chars_format::fixed : std::chars_format::scientific)
                 .ptr;
  out.append(text.data(), end);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t start = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    char escape = escapes[static_cast<unsigned char>(text[at])];
    std::size_t length = escape == '8' ? character_length(text.substr(at)) : 1;
    if (escape == 0 || (escape == '8' && length > 0)) {
      at += length;
      continue;
    }
    out.append(text, start, at - start);
    if (escape == '8') {
      out += "\\ufffd";
    } else {
      append_escape(out, text[at]);
    }
    start = ++at;
  }
  out.append(text, start);
  out += '"';
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_json_string(out_, name);
  out_ += ':';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  separate();
  append_double(out_, number);
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t number) {
  separate();
  append_number(out_, number);
  return *this;
}

JsonWriter& JsonWriter::natural(std::uint64_t number) {
  separate();
  append_number(out_, number);
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_.append(json);
  return *this;
}

JsonWriter& JsonWriter::value(const boost::json::value& tree) {
  switch (tree.kind()) {
    case boost::json::kind::null: return null();
    case boost::json::kind::bool_: return value(tree.get_bool());
    case boost::json::kind::int64: return value(tree.get_int64());
    case boost::json::kind::uint64: return value(tree.get_uint64());
    case boost::json::kind::double_: return value(tree.get_double());
    case boost::json::kind::string: {
      const auto& text = tree.get_string();
      return value(std::string_view(text.data(), text.size()));
    }
    case boost::json::kind::array:
      begin_array();
      for (const auto& element : tree.get_array()) value(element);
      return end_array();
    case boost::json::kind::object:
      begin_object();
      for (const auto& [name, content] : tree.get_object()) {
        key(std::string_view(name.data(), name.size())).value(content);
      }
      return end_object();
  }
  return *this;
}

std::string to_json(const boost::json::value& tree) {
  std::string text;
  JsonWriter(text).value(tree);
  return text;
}

}  // namespace tt::wire
