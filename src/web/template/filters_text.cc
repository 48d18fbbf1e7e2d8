// Filters that change texts: case, width, cutting, words.
#include <fmt/format.h>

#include "web/template/filter.h"
#include "web/template/text.h"

namespace tt::web {
namespace {

constexpr std::size_t width_max = 100'000;  // of a field that is filled up

std::string argument_text(const FilterCall& call) { return call.argument->text(); }

std::size_t width_of(const FilterCall& call) {
  auto width = integer_of(*call.argument).value_or(0);
  return width < 0 ? 0 : std::min(static_cast<std::size_t>(width), width_max);
}

Value addslashes(const Value& value, const FilterCall&) {
  std::string out;
  for (char c : value.text()) {
    if (c == '\\' || c == '"' || c == '\'') out += '\\';
    out += c;
  }
  return out;
}

Value capfirst(const Value& value, const FilterCall&) {
  auto text = value.text();
  auto first = first_characters(text, 1);
  return upper(first) + text.substr(first.size());
}

// Each run of letters with one capital in front; not behind an apostrophe or a digit.
// A letter is large unless it follows a letter, a digit, or a small one and an apostrophe ("It's").
Value title(const Value& value, const FilterCall&) {
  auto text = value.text();
  std::string out;
  char before = ' ';
  bool possessive = false;
  for (auto character : characters(text)) {
    char c = character.front();
    bool letter = is_word(c) && c != '_' && (c < '0' || c > '9');
    bool inside = (is_word(before) && before != '_') || (before == '\'' && possessive);
    if (c == '\'') possessive = !out.empty() && out.back() >= 'a' && out.back() <= 'z';
    out += letter && !inside ? upper(character) : lower(character);
    before = c;
  }
  return out;
}

// ASCII letters, digits, hyphens and underscores only, in lower case.
Value slugify(const Value& value, const FilterCall&) {
  auto text = value.text();
  std::string ascii;
  for (std::size_t at = 0; at < text.size();) {
    auto c = next_character(text, at);
    if (c < 0x80)
      ascii += static_cast<char>(lower(c));
    else if (auto base = base_letter(c))
      ascii += static_cast<char>(lower(static_cast<char32_t>(base)));
  }
  std::string out;
  for (char c : ascii) {
    bool dash = c == '-' || is_space(c);
    if (dash && !out.ends_with('-')) out += '-';
    if (!dash && is_word(c)) out += c;
  }
  auto begin = out.find_first_not_of("-_");
  if (begin == out.npos) return "";
  return out.substr(begin, out.find_last_not_of("-_") - begin + 1);
}

Value cut(const Value& value, const FilterCall& call) {
  auto what = argument_text(call);
  auto text = replace_all(value.text(), what, "");
  return value.is_safe() && what != ";" ? Value::safe(std::move(text)) : Value(std::move(text));
}

enum class Side : std::uint8_t { left, right, both };

template <Side side>
Value justify(const Value& value, const FilterCall& call) {
  auto text = value.text();
  auto size = count_characters(text);
  auto width = width_of(call);
  if (size >= width) return text;
  auto missing = width - size;
  // Of an odd number of spaces the original puts the extra one in front if the width is odd.
  auto front = side == Side::left    ? 0
               : side == Side::right ? missing
                                     : missing / 2 + (missing & width & 1);
  return std::string(front, ' ') + text + std::string(missing - front, ' ');
}

// The word or the spaces that begin at `at`.
std::string_view chunk_at(std::string_view line, std::size_t at) {
  auto end = line[at] == ' ' ? line.find_first_not_of(' ', at) : line.find(' ', at);
  return line.substr(at, end - at);
}

// One line cut at spaces into lines of at most `width` characters; longer words stay whole.  The
// spaces at a cut are dropped.
void wrap_line(std::string_view line, std::size_t width, std::string& out) {
  std::size_t at = 0;
  for (bool first = true; at < line.size(); first = false) {
    if (!first && line[at] == ' ') at += chunk_at(line, at).size();
    auto begin = at;
    std::size_t length = 0;
    while (at < line.size()) {
      auto chunk = chunk_at(line, at);
      length += count_characters(chunk);
      if (length > width && at > begin) break;
      at += chunk.size();
    }
    auto piece = line.substr(begin, at - begin);
    piece = piece.substr(0, piece.find_last_not_of(' ') + 1);
    if (piece.empty()) continue;
    if (!first) out += '\n';
    out += piece;
  }
}

Value wordwrap(const Value& value, const FilterCall& call) {
  auto text = value.text();
  auto width = width_of(call);
  std::string out;
  bool first = true;
  for (auto line : split(text, '\n')) {
    if (!std::exchange(first, false)) out += '\n';
    wrap_line(line, width, out);
  }
  return out;
}

Value truncatechars(const Value& value, const FilterCall& call) {
  auto text = value.text();
  auto length = integer_of(*call.argument);
  if (!length) return text;
  auto most = static_cast<std::size_t>(std::max<std::int64_t>(*length, 0));
  if (count_characters(text) <= most) return text;
  return std::string(first_characters(text, most == 0 ? 0 : most - 1)) + "…";
}

Value truncatewords(const Value& value, const FilterCall& call) {
  auto text = value.text();
  auto length = integer_of(*call.argument);
  if (!length) return text;
  auto most = static_cast<std::size_t>(std::max<std::int64_t>(*length, 0));
  auto all = words(text);
  std::string out;
  for (std::size_t i = 0; i < std::min(all.size(), most); ++i) {
    if (i > 0) out += ' ';
    out += all[i];
  }
  return all.size() > most ? out + " …" : out;
}

Value linenumbers(const Value& value, const FilterCall& call) {
  auto text = value.text();
  auto lines = split(text, '\n');
  auto width = fmt::formatted_size("{}", lines.size());
  bool escape = call.autoescape == Autoescape::on && !value.is_safe();
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += fmt::format("{}{:0{}}. {}", i == 0 ? "" : "\n", i + 1, width,
                       escape ? escape_html(lines[i]) : std::string(lines[i]));
  }
  return Value::safe(std::move(out));
}

Value phone2numeric(const Value& value, const FilterCall&) {
  constexpr std::string_view digits = "22233344455566677778889999";
  auto text = value.text();
  for (auto& c : text) {
    auto letter = lower(static_cast<unsigned char>(c));
    if (letter >= 'a' && letter <= 'z') c = digits[letter - 'a'];
  }
  return text;
}

Value wordcount(const Value& value, const FilterCall&) { return words(value.text()).size(); }

Value make_list(const Value& value, const FilterCall&) {
  return List(*Value(value.text()).elements());
}

Value upper_case(const Value& value, const FilterCall&) { return upper(value.text()); }
Value lower_case(const Value& value, const FilterCall&) { return lower(value.text()); }
Value repr(const Value& value, const FilterCall&) { return value.repr(); }

}  // namespace

std::vector<Filter> text_filters() {
  constexpr auto safe = SafeInput::stays_safe;
  constexpr auto unsafe = SafeInput::becomes_unsafe;
  return {{"addslashes", addslashes, Takes::nothing, safe},
          {"capfirst", capfirst, Takes::nothing, safe},
          {"title", title, Takes::nothing, safe},
          {"slugify", slugify, Takes::nothing, safe},
          {"cut", cut, Takes::argument, unsafe},
          {"ljust", justify<Side::left>, Takes::argument, safe},
          {"rjust", justify<Side::right>, Takes::argument, safe},
          {"center", justify<Side::both>, Takes::argument, safe},
          {"wordwrap", wordwrap, Takes::argument, safe},
          {"truncatechars", truncatechars, Takes::argument, safe},
          {"truncatewords", truncatewords, Takes::argument, safe},
          {"linenumbers", linenumbers, Takes::nothing, safe},
          {"phone2numeric", phone2numeric, Takes::nothing, safe},
          {"wordcount", wordcount, Takes::nothing, unsafe},
          {"make_list", make_list, Takes::nothing, unsafe},
          {"upper", upper_case, Takes::nothing, unsafe},
          {"lower", lower_case, Takes::nothing, safe},
          {"pprint", repr, Takes::nothing, safe}};
}

}  // namespace tt::web
