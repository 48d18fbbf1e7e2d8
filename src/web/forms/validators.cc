#include "web/forms/validators.h"

#include <algorithm>

#include <re2/re2.h>

namespace tt::web::forms {
namespace {

constexpr std::size_t url_length_max = 2048;
constexpr std::size_t email_length_max = 320;

constexpr char label_pattern[] =
    R"((?:[a-z0-9\x{00a1}-\x{10ffff}])"
    R"((?:[a-z0-9\x{00a1}-\x{10ffff}-]{0,61}[a-z0-9\x{00a1}-\x{10ffff}])?))";

const RE2& expression_for_user() {
  static const RE2 expression(
      R"((?i)[-!#$%&'*+/=?^_`{}|~0-9a-z]+(?:\.[-!#$%&'*+/=?^_`{}|~0-9a-z]+)*)"
      R"re(|"(?:[\x01-\x08\x0b\x0c\x0e-\x1f!#-\[\]-\x7f]|\\[\x01-\x09\x0b\x0c\x0e-\x7f])*")re");
  return expression;
}

const RE2& expression_for_domain() {
  static const RE2 expression("(?i)(?:" + std::string(label_pattern) +
                              R"(\.)+(?:[a-z\x{00a1}-\x{10ffff}0-9-]{2,63}))");
  return expression;
}

const RE2& expression_for_address() {
  static const RE2 expression(R"(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\])");
  return expression;
}

const RE2& expression_for_url() {
  static const RE2 expression(
      R"((?i)(?:https?|ftps?)://(?:[^\s:@/]+(?::[^\s:@/]*)?@)?([^\s:/?#@]+|\[[0-9a-f:.]+\]))"
      R"((?::\d{1,5})?(?:[/?#]\S*)?)");
  return expression;
}

bool is_domain(std::string_view host) {
  if (host.starts_with('-') || host.ends_with('-')) return false;
  return RE2::FullMatch(host, expression_for_domain());
}

}  // namespace

bool is_email(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || text.size() > email_length_max) return false;
  const std::string_view domain = text.substr(at + 1);
  return RE2::FullMatch(text.substr(0, at), expression_for_user()) &&
         (domain == "localhost" || is_domain(domain) ||
          (domain.starts_with('[') && RE2::FullMatch(domain, expression_for_address())));
}

bool is_url(std::string_view text) {
  std::string host;
  if (text.size() > url_length_max || !RE2::FullMatch(text, expression_for_url(), &host)) {
    return false;
  }
  if (host.ends_with('.')) host.pop_back();
  return host == "localhost" || RE2::FullMatch(host, expression_for_address()) || is_domain(host);
}

bool is_slug(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string_view stripped(std::string_view text) {
  constexpr std::string_view blanks = " \t\n\r\v\f";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace tt::web::forms
