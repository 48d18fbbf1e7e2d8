#include "web/core/security.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/random.h"
#include "base/text.h"
#include "wire/header_value.h"

namespace tt::web {
namespace {

constexpr std::string_view csrf_alphabet =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::size_t csrf_secret_length = 32;
constexpr std::size_t host_bytes_max = 255 + 6;

bool is_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

//   host = 1*( letter / digit / "." / "-" ) / "[" 1*( hex digit / ":" / "." ) "]"
bool is_host_name(std::string_view host) {
  if (host.starts_with('[')) {
    auto inside = host.substr(1);
    if (!inside.ends_with(']')) return false;
    inside.remove_suffix(1);
    return inside.find(':') != inside.npos && inside.size() > 1 &&
           inside.find_first_not_of("0123456789abcdef:.") == inside.npos;
  }
  return !host.empty() &&
         host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == host.npos;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

std::size_t index_in_alphabet(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<std::size_t>(c - 'a');
  if (c >= 'A' && c <= 'Z') return static_cast<std::size_t>(c - 'A') + 26;
  return static_cast<std::size_t>(c - '0') + 52;
}

bool is_csrf_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

std::string_view strip(std::string_view text) {
  constexpr std::string_view spaces = " \t\n\r\v\f";
  auto first = text.find_first_not_of(spaces);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

// "http" of "http://x/y"; empty if the text has no scheme.
std::string_view scheme_of(std::string_view url) {
  auto colon = url.find(':');
  if (colon == url.npos || colon == 0) return {};
  auto scheme = url.substr(0, colon);
  auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.';
  };
  bool starts_well = (scheme[0] | 0x20) >= 'a' && (scheme[0] | 0x20) <= 'z';
  return starts_well && std::ranges::all_of(scheme, is_part) ? scheme : std::string_view();
}

bool stays_on(std::string_view url, std::span<const std::string> hosts, RequireHttps https) {
  // Browsers take "///evil" for "//evil".
  if (url.starts_with("///")) return false;
  auto scheme = scheme_of(url);
  auto rest = scheme.empty() ? url : url.substr(scheme.size() + 1);
  std::string_view authority;
  if (rest.starts_with("//")) authority = rest.substr(2, rest.find_first_of("/?#", 2) - 2);
  // "http:///evil" and "javascript:…" name no host that could be checked.
  if (authority.empty() && (!scheme.empty() || rest.starts_with("//"))) return false;
  if (!authority.empty() && std::ranges::find(hosts, authority) == hosts.end()) return false;
  auto lower = to_lower(scheme.empty() && !authority.empty() ? "http" : scheme);
  if (lower.empty() || lower == "https") return true;
  return lower == "http" && https == RequireHttps::no;
}

}  // namespace

HostPort split_host(std::string_view host_header) {
  if (host_header.size() > host_bytes_max) return {};
  auto text = to_lower(host_header);
  std::string_view host = text;
  std::string_view port;
  auto colon = host.rfind(':');
  if (colon != host.npos && !host.ends_with(']')) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
    if (port.empty() || !is_digits(port)) return {};
  }
  if (!is_host_name(host)) return {};
  if (host.ends_with('.')) host.remove_suffix(1);
  return {std::string(host), std::string(port)};
}

bool host_is_allowed(std::string_view host, std::span<const std::string> allowed) {
  if (host.empty()) return false;
  return std::ranges::any_of(allowed, [&](std::string_view pattern) {
    if (pattern == "*" || wire::equal_ignoring_case(pattern, host)) return true;
    if (!pattern.starts_with('.')) return false;
    if (wire::equal_ignoring_case(host, pattern.substr(1))) return true;
    return host.size() > pattern.size() &&
           wire::equal_ignoring_case(host.substr(host.size() - pattern.size()), pattern);
  });
}

bool is_safe_redirect(std::string_view url, std::span<const std::string> hosts,
                      RequireHttps require_https) {
  url = strip(url);
  if (url.empty() || std::ranges::any_of(url, is_control)) return false;
  // Browsers take "\" for "/".
  std::string slashed(url);
  std::ranges::replace(slashed, '\\', '/');
  return stays_on(url, hosts, require_https) && stays_on(slashed, hosts, require_https);
}

std::string make_csrf_secret() {
  std::string secret;
  secret.reserve(csrf_secret_length);
  while (secret.size() < csrf_secret_length) {
    for (char byte : random_bytes(csrf_secret_length * 2)) {
      auto value = static_cast<unsigned char>(byte);
      // 248 = 4 * 62: all characters equally often.
      if (value < 248 && secret.size() < csrf_secret_length) secret += csrf_alphabet[value % 62];
    }
  }
  return secret;
}

std::string mask_csrf_secret(std::string_view secret) {
  auto token = make_csrf_secret();
  token.reserve(2 * csrf_secret_length);
  for (std::size_t i = 0; i < secret.size() && i < csrf_secret_length; ++i) {
    token += csrf_alphabet[(index_in_alphabet(secret[i]) + index_in_alphabet(token[i])) % 62];
  }
  return token;
}

std::optional<std::string> unmask_csrf_token(std::string_view token) {
  if (!is_csrf_text(token)) return std::nullopt;
  if (token.size() == csrf_secret_length) return std::string(token);
  if (token.size() != 2 * csrf_secret_length) return std::nullopt;
  std::string secret;
  secret.reserve(csrf_secret_length);
  for (std::size_t i = 0; i < csrf_secret_length; ++i) {
    auto masked = index_in_alphabet(token[csrf_secret_length + i]);
    secret += csrf_alphabet[(masked + 62 - index_in_alphabet(token[i])) % 62];
  }
  return secret;
}

bool csrf_token_matches(std::string_view token, std::string_view secret) {
  auto sent = unmask_csrf_token(token);
  return sent && secret.size() == csrf_secret_length && equal_constant_time(*sent, secret);
}

}  // namespace tt::web
