// Addresses and slugs, as Django's validators accept them.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "orm/validation.h"

namespace tt::orm {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
// A part of a character that is not ASCII counts as a letter of a domain.
bool is_domain_letter(char c) {
  return is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.starts_with('-') || label.ends_with('-')) {
    return false;
  }
  return std::ranges::all_of(label, [](char c) { return is_domain_letter(c) || c == '-'; });
}

bool is_top_level(std::string_view label) {
  return is_label(label) && label.size() >= 2 && !std::ranges::all_of(label, is_digit);
}

bool is_domain(std::string_view domain) {
  auto labels = split(domain, '.');
  if (labels.size() < 2 || domain.size() > 253) return false;
  return std::ranges::all_of(labels, is_label);
}

bool is_ipv4(std::string_view text) {
  auto parts = split(text, '.');
  auto is_byte = [](std::string_view part) {
    if (part.empty() || part.size() > 3 || !std::ranges::all_of(part, is_digit)) return false;
    if (part.size() > 1 && part[0] == '0') return false;
    int value = 0;
    for (char c : part) value = value * 10 + (c - '0');
    return value < 256;
  };
  return parts.size() == 4 && std::ranges::all_of(parts, is_byte);
}

bool is_hex_group(std::string_view group) {
  auto is_hex = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  return !group.empty() && group.size() <= 4 && std::ranges::all_of(group, is_hex);
}

// Eight groups, of which one run of zeros may be left out as "::"; the last two may be an IPv4
// address.
bool is_ipv6(std::string_view text) {
  std::size_t gap = text.find("::");
  bool has_gap = gap != std::string_view::npos;
  auto count_groups = [](std::string_view part, bool is_end) -> int {
    if (part.empty()) return 0;
    int count = 0;
    auto groups = split(part, ':');
    for (const std::string_view& group : groups) {
      if (is_hex_group(group)) {
        ++count;
      } else if (is_end && &group == &groups.back() && is_ipv4(group)) {
        count += 2;
      } else {
        return -1;
      }
    }
    return count;
  };
  if (!has_gap) return count_groups(text, true) == 8;
  int before = count_groups(text.substr(0, gap), false);
  int after = count_groups(text.substr(gap + 2), true);
  return before >= 0 && after >= 0 && before + after < 8;
}

const std::string* text_of(const Value& value) { return std::get_if<std::string>(&value); }

// --- e-mail ------------------------------------------------------------------------------------

bool is_atom(std::string_view atom) {
  constexpr std::string_view signs = "-!#$%&'*+/=?^_`{}|~";
  return !atom.empty() && std::ranges::all_of(atom, [&](char c) {
    return is_letter(c) || is_digit(c) || signs.contains(c);
  });
}

bool is_quoted_user(std::string_view user) {
  if (user.size() < 2 || user.front() != '"' || user.back() != '"') return false;
  user = user.substr(1, user.size() - 2);
  for (std::size_t i = 0; i < user.size(); ++i) {
    auto c = static_cast<unsigned char>(user[i]);
    if (c == '\\') {
      if (++i == user.size()) return false;
      c = static_cast<unsigned char>(user[i]);
      if (c == '\n' || c == '\r' || c == 0 || c > 0x7f) return false;
    } else if (c == '"' || c == '\n' || c == '\r' || c == '\t' || c == ' ' || c == 0 || c > 0x7f) {
      return false;
    }
  }
  return true;
}

bool is_user(std::string_view user) {
  return is_quoted_user(user) || std::ranges::all_of(split(user, '.'), is_atom);
}

bool is_mail_domain(std::string_view domain) {
  if (domain == "localhost") return true;
  if (domain.starts_with('[') && domain.ends_with(']') && domain.size() > 2) {
    std::string_view address = domain.substr(1, domain.size() - 2);
    return is_ipv4(address) || is_ipv6(address);
  }
  auto labels = split(domain, '.');
  return is_domain(domain) && labels.back().size() >= 2;
}

// --- URLs --------------------------------------------------------------------------------------

bool has_space(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
  });
}

bool is_known_scheme(std::string_view scheme) {
  std::string lower;
  for (char c : scheme) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower == "http" || lower == "https" || lower == "ftp" || lower == "ftps";
}

bool is_host(std::string_view host) {
  if (host.starts_with('[')) return host.ends_with(']') && is_ipv6(host.substr(1, host.size() - 2));
  if (is_ipv4(host) || host == "localhost") return true;
  if (host.ends_with('.')) host.remove_suffix(1);
  return is_domain(host) && is_top_level(split(host, '.').back());
}

// "user:password@host:port" without the user.
bool is_authority(std::string_view authority) {
  if (std::size_t at = authority.find('@'); at != std::string_view::npos) {
    std::string_view user = authority.substr(0, at);
    if (user.empty() || user.starts_with(':') || std::ranges::count(user, ':') > 1) return false;
    authority.remove_prefix(at + 1);
  }
  std::size_t host_end = authority.starts_with('[') ? authority.find(']') : 0;
  std::size_t colon = authority.find(':', std::min(host_end, authority.size()));
  if (colon != std::string_view::npos) {
    std::string_view port = authority.substr(colon + 1);
    if (port.size() < 2 || port.size() > 5 || !std::ranges::all_of(port, is_digit)) return false;
    authority = authority.substr(0, colon);
  }
  return is_host(authority);
}

bool is_url(std::string_view url) {
  std::size_t colon = url.find("://");
  if (colon == std::string_view::npos || !is_known_scheme(url.substr(0, colon))) return false;
  std::string_view rest = url.substr(colon + 3);
  if (has_space(url) || rest.empty()) return false;
  return is_authority(rest.substr(0, rest.find_first_of("/?#")));
}

}  // namespace

std::optional<std::string> validate_email(const Value& value) {
  const std::string* text = text_of(value);
  std::size_t at = text ? text->rfind('@') : std::string::npos;
  bool is_valid = at != std::string::npos && is_user(std::string_view(*text).substr(0, at)) &&
                  is_mail_domain(std::string_view(*text).substr(at + 1));
  if (is_valid) return std::nullopt;
  return "Enter a valid email address.";
}

std::optional<std::string> validate_url(const Value& value) {
  const std::string* text = text_of(value);
  if (text && is_url(*text)) return std::nullopt;
  return "Enter a valid URL.";
}

std::optional<std::string> validate_slug(const Value& value) {
  const std::string* text = text_of(value);
  bool is_valid = text && !text->empty() && std::ranges::all_of(*text, [](char c) {
                    return is_letter(c) || is_digit(c) || c == '-' || c == '_';
                  });
  if (is_valid) return std::nullopt;
  return "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.";
}

}  // namespace tt::orm
