#include "wire/url.h"

#include <algorithm>

#include "base/bytes.h"

namespace tt::wire {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~"                  [RFC 3986 section 2.3]
bool is_unreserved(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c == '-' || c == '.' || c == '_' || c == '~';
}

template <class Keep>
std::string encode(std::string_view text, Keep keep) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (char c : text) {
    if (keep(c)) {
      encoded += c;
      continue;
    }
    encoded += '%';
    encoded += digits[static_cast<unsigned char>(c) >> 4];
    encoded += digits[static_cast<unsigned char>(c) & 15];
  }
  return encoded;
}

Result<std::string> decode_text(std::string_view text) {
  auto decoded = percent_decode(text);
  if (!decoded) return decoded;
  if (decoded->contains('\0')) return problem("NUL in a URL");
  if (!is_utf8(*decoded)) return problem("bytes in a URL that are not UTF-8");
  return decoded;
}

Result<std::string> decode_form(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return decode_text(spaced);
}

bool is_target_char(char c) { return c > ' ' && c != '\x7F' && c != '#'; }

// "http://host/path?query" without its scheme and authority, which go into `target`.
Result<std::string_view> take_authority(std::string_view text, Target& target) {
  auto colon = text.find("://");
  target.scheme = text.substr(0, colon == std::string_view::npos ? 0 : colon);
  if (target.scheme != "http" && target.scheme != "https") {
    return problem("a request target starts with \"/\" or \"http://\"");
  }
  text.remove_prefix(colon + 3);
  target.authority = text.substr(0, text.find_first_of("/?"));
  // "A recipient … MUST reject it as invalid" when the host is empty  [RFC 9110 section 4.2.1]
  if (target.authority.empty()) return problem("no host in the request target", colon + 3);
  return text.substr(target.authority.size());
}

}  // namespace

Result<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return problem("\"%\" without two hexadecimal digits", i);
    decoded += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return decoded;
}

std::string percent_encode(std::string_view text) { return encode(text, is_unreserved); }

std::string percent_encode_path(std::string_view path) {
  return encode(path, [](char c) { return c == '/' || is_unreserved(c); });
}

Result<Target> split_target(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) return problem("request target too long", bytes_max);
  auto bad = std::ranges::find_if_not(text, is_target_char) - text.begin();
  if (bad != std::ssize(text)) {
    return problem("character in the request target that must be encoded",
                   static_cast<std::size_t>(bad));
  }
  Target target{};
  if (text == "*") {
    target.path = text;
    return target;
  }
  if (!text.starts_with('/')) {
    auto rest = take_authority(text, target);
    if (!rest) return std::unexpected(std::move(rest.error()));
    text = *rest;
  }
  auto question = std::min(text.find('?'), text.size());
  target.path = question == 0 ? "/" : text.substr(0, question);
  target.query = text.substr(std::min(question + 1, text.size()));
  return target;
}

// remove_dot_segments of RFC 3986 section 5.2.4, on segments.
Result<std::vector<std::string>> path_segments(std::string_view path) {
  if (!path.starts_with('/')) return problem("a path starts with \"/\"");
  std::vector<std::string> segments;
  std::size_t start = 1;
  while (true) {
    auto stop = std::min(path.find('/', start), path.size());
    auto segment = decode_text(path.substr(start, stop - start));
    if (!segment) return problem(segment.error().message, start + segment.error().offset);
    bool is_last = stop == path.size();
    bool is_dots = *segment == "." || *segment == "..";
    if (*segment == ".." && !segments.empty()) segments.pop_back();
    if (!is_dots) segments.push_back(std::move(*segment));
    if (is_last && is_dots) segments.emplace_back();
    if (is_last) return segments;
    start = stop + 1;
  }
}

Result<std::string> normalise_path(std::string_view path) {
  auto segments = path_segments(path);
  if (!segments) return std::unexpected(std::move(segments.error()));
  std::string normal;
  for (const auto& segment : *segments) normal.append("/").append(percent_encode(segment));
  return normal;
}

std::optional<std::string_view> Query::find(std::string_view name) const {
  auto found = std::ranges::find(parameters_, name, &Parameter::first);
  if (found == parameters_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string_view> Query::find_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : parameters_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

Result<Query> parse_query(std::string_view query, std::size_t parameters_max) {
  Query result;
  for (std::size_t start = 0; start < query.size();) {
    auto stop = std::min(query.find('&', start), query.size());
    auto text = query.substr(start, stop - start);
    auto equals = std::min(text.find('='), text.size());
    if (!text.empty()) {
      if (result.parameters_.size() == parameters_max) return problem("too many parameters", start);
      auto name = decode_form(text.substr(0, equals));
      auto value = decode_form(text.substr(std::min(equals + 1, text.size())));
      if (!name) return problem(name.error().message, start + name.error().offset);
      if (!value) return problem(value.error().message, start + equals + 1 + value.error().offset);
      result.parameters_.emplace_back(std::move(*name), std::move(*value));
    }
    start = stop + 1;
  }
  return result;
}

}  // namespace tt::wire
