#include "web/core/cookies.h"

#include <algorithm>

#include <fmt/format.h>

#include "web/core/http_date.h"
#include "web/template/text.h"

namespace tt::web {
namespace {

constexpr std::size_t cookies_max = 200;

bool is_legal(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~:").find(c) != std::string_view::npos;
}

bool is_legal_in_quotes(char c) {
  return is_legal(c) || std::string_view(" ()/<=>?@[]{}").find(c) != std::string_view::npos;
}

std::string quoted_value(std::string_view value) {
  if (!value.empty() && std::ranges::all_of(value, is_legal)) return std::string(value);
  std::string out = "\"";
  for (char c : value) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (is_legal_in_quotes(c)) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "\\{:03o}", static_cast<unsigned char>(c));
    }
  }
  return out + '"';
}

bool is_octal(std::string_view text) {
  return text.size() == 3 && text[0] >= '0' && text[0] <= '3' &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '7'; });
}

std::string unquoted_value(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  text = text.substr(1, text.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
    } else if (auto digits = text.substr(i + 1, 3); is_octal(digits)) {
      out += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + (digits[2] - '0'));
      i += 3;
    } else {
      out += text[++i];
    }
  }
  return out;
}

std::string_view name_of(SameSite same_site) {
  switch (same_site) {
    case SameSite::lax: return "Lax";
    case SameSite::strict: return "Strict";
    case SameSite::none: return "None";
  }
  return "Lax";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> parse_cookies(std::string_view header) {
  std::vector<std::pair<std::string, std::string>> cookies;
  while (!header.empty() && cookies.size() < cookies_max) {
    auto piece = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(piece.size() + 1, header.size()));
    auto equals = piece.find('=');
    auto name = equals == piece.npos ? std::string_view() : trim(piece.substr(0, equals));
    auto value = trim(equals == piece.npos ? piece : piece.substr(equals + 1));
    if (!name.empty() || !value.empty()) cookies.emplace_back(name, unquoted_value(value));
  }
  return cookies;
}

std::string set_cookie_text(const Cookie& cookie, Time now) {
  auto text = cookie.name + "=" + quoted_value(cookie.value);
  if (!cookie.domain.empty()) text += "; Domain=" + cookie.domain;
  if (cookie.max_age) {
    bool is_over = cookie.max_age->count() <= 0;
    text += "; expires=" + http_date(is_over ? Time() : now + *cookie.max_age);
  }
  if (cookie.http_only) text += "; HttpOnly";
  if (cookie.max_age) text += fmt::format("; Max-Age={}", cookie.max_age->count());
  text += "; Path=" + cookie.path;
  if (cookie.same_site)
    fmt::format_to(std::back_inserter(text), "; SameSite={}", name_of(*cookie.same_site));
  if (cookie.secure) text += "; Secure";
  return text;
}

}  // namespace tt::web
