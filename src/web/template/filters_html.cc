// Filters about HTML, scripts and addresses.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "web/template/filter.h"
#include "web/template/text.h"
#include "web/template/urlize.h"

namespace tt::web {
namespace {

Value escape(const Value& value, const FilterCall&) { return Value::safe(escaped_text(value)); }
Value force_escape(const Value& value, const FilterCall&) {
  return Value::safe(escape_html(value.text()));
}
Value safe(const Value& value, const FilterCall&) { return Value::safe(value.text()); }

Value safeseq(const Value& value, const FilterCall&) {
  auto all = value.elements();
  List out;
  for (std::size_t i = 0; all && i < all->size(); ++i) out.push_back(Value::safe((*all)[i].text()));
  return out;
}

bool escapes(const Value& value, const FilterCall& call) {
  return call.autoescape == Autoescape::on && !value.is_safe();
}

Value linebreaksbr(const Value& value, const FilterCall& call) {
  auto text = normalise_newlines(value.text());
  if (escapes(value, call)) text = escape_html(text);
  return Value::safe(replace_all(text, "\n", "<br>"));
}

Value linebreaks(const Value& value, const FilterCall& call) {
  auto text = normalise_newlines(value.text());
  std::string out;
  std::string_view rest = text;
  while (true) {
    auto end = rest.find("\n\n");
    auto paragraph = std::string(rest.substr(0, end));
    if (escapes(value, call)) paragraph = escape_html(paragraph);
    out += "<p>" + replace_all(paragraph, "\n", "<br>") + "</p>";
    if (end == rest.npos) return Value::safe(std::move(out));
    rest.remove_prefix(std::min(rest.find_first_not_of('\n', end), rest.size()));
    out += "\n\n";
  }
}

// The '>' of the tag at `at`, not one in the quoted value of an attribute; npos if there is none.
std::size_t tag_end(std::string_view html, std::size_t at) {
  for (auto i = at; i < html.size(); ++i) {
    if (html[i] == '>') return i;
    bool quote = (html[i] == '"' || html[i] == '\'') && html[i - 1] == '=';
    if (!quote) continue;
    auto closing = html.find(html[i], i + 1);
    if (closing == html.npos) return html.find('>', at);
    i = closing;
  }
  return html.npos;
}

// Behind the tag or comment that begins at `at`; `at` if there is none.
std::size_t markup_end(std::string_view html, std::size_t at) {
  if (at + 1 >= html.size()) return at;
  auto next = static_cast<unsigned char>(html[at + 1]);
  bool tag =
      (lower(next) >= 'a' && lower(next) <= 'z') || next == '/' || next == '!' || next == '?';
  if (!tag) return at;
  bool comment = html.substr(at).starts_with("<!--");
  auto end = comment ? html.find("-->", at) : tag_end(html, at);
  return end == html.npos ? at : end + (comment ? 3 : 1);
}

std::string without_markup(std::string_view html) {
  std::string out;
  for (std::size_t at = 0; at < html.size();) {
    auto end = html[at] == '<' ? markup_end(html, at) : at;
    if (end == at) out += html[at++];
    at = std::max(at, end);
  }
  return out;
}

// Again and again, as removing a tag may make another one.
Value striptags(const Value& value, const FilterCall&) {
  constexpr int rounds_max = 50;
  auto text = value.text();
  for (int round = 0; round < rounds_max && text.find('<') != text.npos; ++round) {
    auto stripped = without_markup(text);
    if (stripped.size() == text.size()) break;
    text = std::move(stripped);
  }
  return text;
}

Value escapejs(const Value& value, const FilterCall&) {
  constexpr std::string_view special = "\\'\"><&=-;`";
  auto text = value.text();
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto begin = at;
    auto c = next_character(text, at);
    bool coded = c < 32 || c == 0x2028 || c == 0x2029 ||
                 (c < 0x80 && special.find(static_cast<char>(c)) != special.npos);
    out +=
        coded ? fmt::format("\\u{:04X}", static_cast<unsigned>(c)) : text.substr(begin, at - begin);
  }
  return Value::safe(std::move(out));
}

void append_json_text(std::string_view text, std::string& out) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    auto c = next_character(text, at);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '<' || c == '>' || c == '&') {
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else if (c >= 32 && c < 127) {
      out += static_cast<char>(c);
    } else if (c < 0x10000) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      auto high = static_cast<unsigned>((c - 0x10000) >> 10);
      auto low = static_cast<unsigned>((c - 0x10000) & 0x3FF);
      out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + high, 0xDC00 + low);
    }
  }
  out += '"';
}

void append_json(const Value& value, std::string& out) {
  std::string_view separator;
  if (value.is_null()) {
    out += "null";
  } else if (auto boolean = value.as_boolean()) {
    out += *boolean ? "true" : "false";
  } else if (value.as_integer() || (value.as_real() && std::isfinite(*value.as_real()))) {
    out += value.text();
  } else if (auto list = value.as_list()) {
    out += '[';
    for (const auto& element : *list) {
      out += std::exchange(separator, ", ");
      append_json(element, out);
    }
    out += ']';
  } else if (auto map = value.as_map()) {
    out += '{';
    for (const auto& [key, element] : *map) {
      out += std::exchange(separator, ", ");
      append_json_text(key, out);
      out += ": ";
      append_json(element, out);
    }
    out += '}';
  } else {
    append_json_text(value.text(), out);
  }
}

Value json_script(const Value& value, const FilterCall& call) {
  std::string json;
  append_json(value, json);
  return Value::safe(fmt::format(R"(<script id="{}" type="application/json">{}</script>)",
                                 escaped_text(*call.argument), json));
}

Value urlencode(const Value& value, const FilterCall& call) {
  return percent_quote(value.text(), call.argument ? call.argument->text() : "/");
}

Value iriencode(const Value& value, const FilterCall&) {
  return percent_quote(value.text(), "/#%[]=:;$&()+,!?*@'~");
}

Value urlize(const Value& value, const FilterCall& call) {
  auto shown_max = std::numeric_limits<std::size_t>::max();
  if (call.argument) {
    auto limit = integer_of(*call.argument).value_or(0);
    shown_max = static_cast<std::size_t>(std::max<std::int64_t>(limit, 0));
  }
  auto escaping = escapes(value, call) ? Escaping::html : Escaping::none;
  return Value::safe(link_addresses(value.text(), shown_max, escaping));
}

void append_items(const Value& list, const FilterCall& call, std::size_t depth, std::string& out) {
  auto items = list.elements();
  std::string tabs(depth, '\t');
  for (std::size_t i = 0; items && i < items->size(); ++i) {
    const auto& item = (*items)[i];
    if (!out.empty() && !out.ends_with('\n')) out += '\n';
    out += tabs + "<li>" + (call.autoescape == Autoescape::on ? escaped_text(item) : item.text());
    auto below = i + 1 < items->size() ? (*items)[i + 1].as_list() : nullptr;
    if (below && below->empty()) ++i;
    if (below && !below->empty()) {
      out += "\n" + tabs + "<ul>\n";
      append_items((*items)[++i], call, depth + 1, out);
      out += "\n" + tabs + "</ul>\n" + tabs;
    }
    out += "</li>";
  }
}

Value unordered_list(const Value& value, const FilterCall& call) {
  std::string out;
  append_items(value, call, 1, out);
  return Value::safe(std::move(out));
}

// A tag in "<...>".
struct MarkupTag {
  std::string name;
  bool closes = false;
  bool alone = false;  // needs no closing tag
};

MarkupTag markup_tag(std::string_view markup) {
  constexpr std::array<std::string_view, 9> single = {"br",    "col",  "link", "base", "img",
                                                      "param", "area", "hr",   "input"};
  MarkupTag tag;
  auto inner = markup.substr(1, markup.size() - 2);
  tag.closes = inner.starts_with('/');
  if (tag.closes) inner.remove_prefix(1);
  tag.alone = inner.ends_with('/');
  if (tag.alone) inner.remove_suffix(1);
  std::size_t end = 0;
  while (end < inner.size() && !is_space(inner[end])) ++end;
  tag.name = lower(inner.substr(0, end));
  tag.alone |= std::ranges::find(single, tag.name) != single.end();
  return tag;
}

// Cuts HTML after a number of words or characters and closes what is open there.
class HtmlCutter {
 public:
  enum class Unit : bool { characters, words };
  HtmlCutter(std::string_view html, Unit unit, std::size_t keep)
      : html_(html), unit_(unit), keep_(keep) {}

  // `most`: the number of units that may stay if nothing is cut.
  std::string run(std::size_t most, std::string_view mark) {
    std::size_t count = 0;
    std::size_t cut = 0;
    for (std::size_t at = 0; at < html_.size() && count <= most;) {
      auto markup = html_[at] == '<' ? html_.find('>', at) : html_.npos;
      if (markup != html_.npos && markup > at + 1) {
        if (count < keep_) note(markup_tag(html_.substr(at, markup + 1 - at)));
        at = markup + 1;
        continue;
      }
      auto end = unit_end(at);
      if (end > at && ++count == keep_) cut = end;
      at = std::max(end, at + 1);
    }
    if (count <= most) return std::string(html_);
    auto out = std::string(html_.substr(0, cut)).append(mark);
    for (auto open = open_.rbegin(); open != open_.rend(); ++open) out += "</" + *open + ">";
    return out;
  }

 private:
  std::size_t unit_end(std::size_t at) const {
    if (unit_ == Unit::characters) {
      next_character(html_, at);
      return at;
    }
    while (at < html_.size() && !is_space(html_[at]) && html_[at] != '<' && html_[at] != '>') ++at;
    return at;
  }

  void note(const MarkupTag& tag) {
    if (tag.alone) return;
    if (!tag.closes) return open_.push_back(tag.name);
    auto found = std::find(open_.rbegin(), open_.rend(), tag.name);
    if (found != open_.rend()) open_.erase(found.base() - 1, open_.end());
  }

  std::string_view html_;
  Unit unit_;
  std::size_t keep_;
  std::vector<std::string> open_;
};

Value truncatewords_html(const Value& value, const FilterCall& call) {
  auto length = integer_of(*call.argument);
  auto text = value.text();
  if (!length) return text;
  if (*length <= 0) return "";
  auto most = static_cast<std::size_t>(*length);
  return HtmlCutter(text, HtmlCutter::Unit::words, most).run(most, " …");
}

Value truncatechars_html(const Value& value, const FilterCall& call) {
  auto length = integer_of(*call.argument);
  auto text = value.text();
  if (!length) return text;
  if (*length <= 0) return "…";
  auto most = static_cast<std::size_t>(*length);
  return HtmlCutter(text, HtmlCutter::Unit::characters, most - 1).run(most, "…");
}

}  // namespace

std::vector<Filter> html_filters() {
  constexpr auto stays = SafeInput::stays_safe;
  constexpr auto unsafe = SafeInput::becomes_unsafe;
  return {{"escape", escape, Takes::nothing, stays},
          {"force_escape", force_escape, Takes::nothing, stays},
          {"safe", safe, Takes::nothing, stays},
          {"safeseq", safeseq, Takes::nothing, stays},
          {"linebreaks", linebreaks, Takes::nothing, stays},
          {"linebreaksbr", linebreaksbr, Takes::nothing, stays},
          {"striptags", striptags, Takes::nothing, stays},
          {"escapejs", escapejs, Takes::nothing, unsafe},
          {"json_script", json_script, Takes::argument, stays},
          {"urlencode", urlencode, Takes::maybe_argument, unsafe},
          {"iriencode", iriencode, Takes::nothing, stays},
          {"urlize", urlize, Takes::nothing, stays},
          {"urlizetrunc", urlize, Takes::argument, stays},
          {"unordered_list", unordered_list, Takes::nothing, stays},
          {"truncatewords_html", truncatewords_html, Takes::argument, stays},
          {"truncatechars_html", truncatechars_html, Takes::argument, stays}};
}

}  // namespace tt::web
