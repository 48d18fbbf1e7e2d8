#include "web/template/urlize.h"

#include <algorithm>
#include <array>
#include <optional>

#include "web/template/text.h"

namespace tt::web {
namespace {

constexpr std::string_view reserved = "!*'();:@&=+$,/?#[]~";

std::string percent_unquote(std::string_view text) {
  auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool coded =
        text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    out += coded ? static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])) : text[i];
    if (coded) i += 2;
  }
  return out;
}

// Bytes that are no UTF-8 become U+FFFD.
std::string valid_text(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto begin = at;
    auto c = next_character(text, at);
    bool broken = at == begin + 1 && (text[begin] & 0x80) != 0;
    append_character(out, broken ? 0xFFFD : c);
  }
  return out;
}

std::string quoted_again(std::string_view text) {
  return percent_quote(valid_text(percent_unquote(text)), reserved);
}

// "adapt" of RFC 3492, section 6.1.
std::uint32_t adapted_bias(std::uint32_t delta, std::uint32_t points, std::uint32_t damping) {
  delta /= damping;
  delta += delta / points;
  std::uint32_t k = 0;
  for (; delta > 455; k += 36) delta /= 35;
  return k + 36 * delta / (delta + 38);
}

void append_variable_length(std::string& out, std::uint32_t number, std::uint32_t bias) {
  auto digit = [](std::uint32_t value) {
    return static_cast<char>(value + (value < 26 ? 97 : 22));
  };
  for (std::uint32_t k = 36;; k += 36) {
    auto threshold = k <= bias ? 1 : std::min<std::uint32_t>(k - bias, 26);
    if (number < threshold) break;
    out += digit(threshold + (number - threshold) % (36 - threshold));
    number = (number - threshold) / (36 - threshold);
  }
  out += digit(number);
}

// One label of a host name in the encoding of RFC 3492, section 6.3.
std::string punycode_label(std::string_view label) {
  std::u32string points;
  std::string out;
  for (std::size_t at = 0; at < label.size();) points += lower(next_character(label, at));
  for (auto c : points) {
    if (c < 0x80) out += static_cast<char>(c);
  }
  if (out.size() == points.size()) return std::string(label);
  auto done = static_cast<std::uint32_t>(out.size());
  auto basic = done;
  if (basic > 0) out += '-';
  std::uint32_t bias = 72, delta = 0, next = 0x80;
  while (done < points.size()) {
    char32_t least = 0x10FFFF;
    for (auto c : points) least = c >= next ? std::min(least, c) : least;
    delta += (least - next) * (done + 1);
    next = least;
    for (auto c : points) {
      if (c < next) ++delta;
      if (c != next) continue;
      append_variable_length(out, delta, bias);
      bias = adapted_bias(delta, done + 1, done == basic ? 700 : 2);
      delta = 0;
      ++done;
    }
    ++delta;
    ++next;
  }
  return "xn--" + out;
}

// nullopt for names that no host has: an empty label or one of more than 63 bytes.
std::optional<std::string> punycode(std::string_view host) {
  bool ascii = std::ranges::all_of(host, [](unsigned char c) { return c < 0x80; });
  std::string out;
  auto labels = split(host, '.');
  for (std::size_t i = 0; i < labels.size(); ++i) {
    bool last = i + 1 == labels.size();
    if ((labels[i].empty() && !last) || labels[i].size() > 63) return std::nullopt;
    if (i > 0) out += '.';
    out += ascii ? std::string(labels[i]) : punycode_label(labels[i]);
  }
  return out;
}

std::string query_again(std::string_view query) {
  auto form = [](std::string_view part) {
    auto text = percent_unquote(percent_unquote(replace_all(part, "+", " ")));
    return replace_all(percent_quote(text, " "), " ", "+");
  };
  std::string out;
  for (auto parameter : split(query, '&')) {
    if (parameter.empty()) continue;
    auto equals = std::min(parameter.find('='), parameter.size());
    if (!out.empty()) out += '&';
    out += form(parameter.substr(0, equals)) + "=";
    if (equals < parameter.size()) out += form(parameter.substr(equals + 1));
  }
  return out;
}

// An address with everything quoted that must be, and the host in ASCII.
std::string quoted_url(std::string_view url) {
  auto scheme_end = url.find("://");
  if (scheme_end == url.npos) return quoted_again(url);
  auto rest = url.substr(scheme_end + 3);
  auto host = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(host.size());
  bool brackets = (host.find('[') == host.npos) == (host.find(']') == host.npos);
  auto ascii_host = brackets ? punycode(host) : std::nullopt;
  if (!ascii_host) return quoted_again(url);
  auto fragment = std::min(rest.find('#'), rest.size());
  auto query = std::min(rest.substr(0, fragment).find('?'), fragment);
  auto out =
      lower(url.substr(0, scheme_end)) + "://" + *ascii_host + quoted_again(rest.substr(0, query));
  if (query + 1 < fragment) out += "?" + query_again(rest.substr(query + 1, fragment - query - 1));
  if (fragment + 1 < rest.size()) out += "#" + quoted_again(rest.substr(fragment + 1));
  return out;
}

// A word and the punctuation around it.
struct Word {
  std::string lead;
  std::string middle;
  std::string trail;
};

bool trim_brackets(Word& word, char open, char close) {
  auto& middle = word.middle;
  bool trimmed = false;
  if (middle.starts_with(open)) {
    middle.erase(0, 1);
    word.lead += open;
    trimmed = true;
  }
  if (middle.ends_with(close) &&
      std::ranges::count(middle, close) == std::ranges::count(middle, open) + 1) {
    middle.pop_back();
    word.trail.insert(word.trail.begin(), close);
    trimmed = true;
  }
  return trimmed;
}

// A ";" that ends a reference ("&gt;") is not punctuation.
bool trim_punctuation_end(Word& word) {
  auto plain = unescape_html(word.middle);
  auto kept = plain.find_last_not_of(".,:;!") + 1;
  auto removed = plain.size() - kept;
  if (removed == 0 || removed > word.middle.size()) return false;
  auto end = word.middle.size() - removed;
  word.trail.insert(0, word.middle.substr(end));
  word.middle.resize(end);
  return true;
}

Word trimmed(std::string_view text) {
  constexpr int rounds_max = 1000;
  Word word{"", std::string(text), ""};
  for (int round = 0; round < rounds_max; ++round) {
    bool again = trim_brackets(word, '(', ')');
    again |= trim_brackets(word, '[', ']');
    again |= trim_punctuation_end(word);
    if (!again) break;
  }
  return word;
}

bool has_scheme(std::string_view lowered) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!lowered.starts_with(scheme)) continue;
    lowered.remove_prefix(scheme.size());
    if (lowered.starts_with('[')) lowered.remove_prefix(1);
    return !lowered.empty() && is_word(lowered.front());
  }
  return false;
}

bool looks_like_host(std::string_view lowered) {
  constexpr std::array<std::string_view, 7> domains = {".com", ".edu", ".gov", ".int",
                                                       ".mil", ".net", ".org"};
  if (lowered.starts_with("www.")) return true;
  if (lowered.empty() || !is_word(lowered.front()) || lowered.starts_with("http")) return false;
  for (auto domain : domains) {
    for (auto at = lowered.find(domain); at != lowered.npos; at = lowered.find(domain, at + 1)) {
      auto end = at + domain.size();
      if (at < 2 || lowered.substr(0, at).find('@') != lowered.npos) continue;
      if (end == lowered.size() || lowered[end] == '/') return true;
    }
  }
  return false;
}

bool is_mail(std::string_view text) {
  auto at = text.find('@');
  if (text.find(':') != text.npos || at == text.npos || at == 0 || at + 1 == text.size())
    return false;
  auto domain = text.substr(at + 1);
  return domain.find('@') == domain.npos && domain.find('.') != domain.npos &&
         !domain.starts_with('.');
}

// Where the word leads to; nullopt if it is no address.
std::optional<std::string> target_of(std::string_view word) {
  auto lowered = lower(word);
  if (has_scheme(lowered)) return quoted_url(unescape_html(word));
  if (looks_like_host(lowered)) return quoted_url("http://" + unescape_html(word));
  if (!is_mail(word)) return std::nullopt;
  auto at = word.find('@');
  auto host = punycode(word.substr(at + 1));
  if (!host) return std::nullopt;
  return "mailto:" + std::string(word.substr(0, at + 1)) + *host;
}

std::string linked(std::string_view text, std::size_t shown_max, Escaping escaping) {
  auto escape = [&](std::string_view part) {
    return escaping == Escaping::html ? escape_html(part) : std::string(part);
  };
  if (text.find_first_of(".@:") == text.npos) return escape(text);
  auto word = trimmed(text);
  auto target = target_of(word.middle);
  if (!target) return escape(text);
  auto shown = word.middle;
  if (count_characters(shown) > shown_max) {
    shown = std::string(first_characters(shown, shown_max == 0 ? 0 : shown_max - 1)) + "…";
  }
  auto relation = target->starts_with("mailto:") ? "" : R"( rel="nofollow")";
  return escape(word.lead) + "<a href=\"" + escape_html(*target) + "\"" + relation + ">" +
         escape(shown) + "</a>" + escape(word.trail);
}

bool separates(char c) { return is_space(c) || c == '<' || c == '>' || c == '"' || c == '\''; }

}  // namespace

std::string link_addresses(std::string_view text, std::size_t shown_max, Escaping escaping) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto begin = at;
    bool separator = separates(text[at]);
    while (at < text.size() && separates(text[at]) == separator) ++at;
    auto part = text.substr(begin, at - begin);
    if (!separator) {
      out += linked(part, shown_max, escaping);
    } else {
      out += escaping == Escaping::html ? escape_html(part) : std::string(part);
    }
  }
  return out;
}

}  // namespace tt::web
