#include "wire/xml.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/bytes.h"
#include "wire/utf8.h"

namespace tt::wire {
namespace {

// Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]       [XML 2.2]
bool is_xml_char(std::uint32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return c <= 0xD7FF || (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

std::unexpected<Problem> fail(std::string_view message, std::string_view text, std::size_t offset) {
  auto before = text.substr(0, offset);
  auto line = 1 + std::ranges::count(before, '\n');
  auto column = before.size() - (before.rfind('\n') + 1) + 1;
  return problem(fmt::format("invalid format, {} at {}:{}", message, line, column), offset);
}

// True if `reference` (between "&" and ";") stands for a character that XML may hold.
bool is_known_reference(std::string_view reference) {
  if (!reference.starts_with('#')) {
    constexpr std::string_view known[] = {"lt", "gt", "amp", "quot", "apos"};
    return std::ranges::find(known, reference) != std::end(known);
  }
  reference.remove_prefix(1);
  int base = reference.starts_with('x') ? 16 : 10;
  if (base == 16) reference.remove_prefix(1);
  std::uint32_t character = 0;
  auto end = reference.data() + reference.size();
  auto [stop, error] = std::from_chars(reference.data(), end, character, base);
  return error == std::errc() && stop == end && is_xml_char(character);
}

// Refuses what pugixml would let pass: DTDs, unknown references, characters that are not XML's,
// "<" inside of tags.
class Guard {
 public:
  explicit Guard(std::string_view text) : text_(text) {}

  Result<void> check() {
    if (!is_utf8(text_)) return fail("bytes that are not UTF-8", text_, ascii_prefix(text_));
    auto is_control = [](char c) { return !is_xml_char(static_cast<unsigned char>(c)); };
    auto control = std::ranges::find_if(text_, is_control) - text_.begin();
    if (control != std::ssize(text_)) {
      return fail("control character", text_, static_cast<std::size_t>(control));
    }
    while (at_ < text_.size()) {
      if (const char* wrong = in_tag_ ? step_in_tag() : step_in_content()) {
        return fail(wrong, text_, at_);
      }
    }
    return {};
  }

 private:
  const char* step_in_content() {
    if (skip_section("<!--", "-->") || skip_section("<![CDATA[", "]]>") ||
        skip_section("<?", "?>")) {
      return nullptr;
    }
    if (text_.substr(at_).starts_with("<!")) return "document type not allowed";
    if (text_[at_] == '&' && !skip_reference()) return "unknown entity";
    in_tag_ = text_[at_++] == '<';
    return nullptr;
  }

  const char* step_in_tag() {
    char c = text_[at_];
    if (c == '<') return "'<' inside a tag";
    if (c == '&' && !skip_reference()) return "unknown entity";
    if (c == quote_) {
      quote_ = '\0';
    } else if (quote_ == '\0') {
      if (c == '"' || c == '\'') quote_ = c;
      in_tag_ = c != '>';
    }
    ++at_;
    return nullptr;
  }

  // True if a section of that kind starts here; it is passed over.  An unterminated one is left to
  // the parser.
  bool skip_section(std::string_view open, std::string_view close) {
    if (!text_.substr(at_).starts_with(open)) return false;
    auto end = text_.find(close, at_ + open.size());
    at_ = end == std::string_view::npos ? text_.size() : end + close.size();
    return true;
  }

  // Leaves at_ at the semicolon.
  bool skip_reference() {
    constexpr std::size_t reference_bytes_max = 10;
    auto rest = text_.substr(at_ + 1, reference_bytes_max);
    auto semicolon = rest.find(';');
    if (semicolon == std::string_view::npos) return false;
    if (!is_known_reference(rest.substr(0, semicolon))) return false;
    at_ += 1 + semicolon;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool in_tag_ = false;
  char quote_ = '\0';  // of the attribute value that is open
};

std::string_view describe(pugi::xml_parse_status status) {
  switch (status) {
    case pugi::status_end_element_mismatch: return "element start and end names do not match";
    case pugi::status_no_document_element: return "no element";
    case pugi::status_bad_attribute: return "bad attribute";
    case pugi::status_bad_start_element: return "bad start of an element";
    case pugi::status_bad_end_element: return "bad end of an element";
    case pugi::status_bad_cdata: return "CDATA not terminated";
    case pugi::status_bad_comment: return "comment not terminated";
    case pugi::status_bad_pi: return "bad processing instruction";
    default: return "unexpected content";
  }
}

class DepthCheck : public pugi::xml_tree_walker {
 public:
  explicit DepthCheck(std::size_t depth_max) : depth_max_(depth_max) {}
  bool for_each(pugi::xml_node& node) override {
    return node.type() != pugi::node_element || static_cast<std::size_t>(depth()) < depth_max_;
  }

 private:
  std::size_t depth_max_;
};

// Only one element and nothing else on the outside.
bool has_one_root(const pugi::xml_document& document) {
  auto first = document.first_child();
  return first.type() == pugi::node_element && !first.next_sibling();
}

}  // namespace

Result<XmlDocument> read_xml(std::string_view text, const XmlLimits& limits) {
  if (text.size() > limits.bytes_max) return fail("document too large", text, 0);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (auto checked = Guard(text).check(); !checked) return std::unexpected(checked.error());
  XmlDocument result;
  auto& document = *result.document_;
  auto parsed = document.load_buffer(
      text.data(), text.size(), pugi::parse_default | pugi::parse_fragment, pugi::encoding_utf8);
  auto offset = std::min(static_cast<std::size_t>(parsed.offset), text.size());
  if (!parsed) return fail(describe(parsed.status), text, offset);
  if (!has_one_root(document)) return fail("there must be one outermost element", text, 0);
  DepthCheck depth_check(limits.depth_max);
  if (!document.traverse(depth_check)) return fail("nested too deeply", text, 0);
  return result;
}

// --- writing ---------------------------------------------------------------------------------

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

std::optional<std::string_view> escape_of(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\r': return "&#13;";  // a reader would make a line feed of it
    default:
      return is_xml_char(static_cast<unsigned char>(c)) ? std::nullopt : std::optional(replacement);
  }
}

// `content` with every byte replaced that is not part of well-formed UTF-8.
std::string repair_utf8(std::string_view content) {
  std::string repaired;
  while (!content.empty()) {
    std::size_t length = 1;
    while (length < 4 && length < content.size() && !is_utf8(content.substr(0, length))) ++length;
    bool good = is_utf8(content.substr(0, length));
    repaired.append(good ? content.substr(0, length) : replacement);
    content.remove_prefix(good ? length : 1);
  }
  return repaired;
}

void append_escaped(std::string& out, std::string_view content) {
  if (!is_utf8(content)) return append_escaped(out, repair_utf8(content));
  for (char c : content) {
    if (auto escape = escape_of(c)) {
      out.append(*escape);
    } else {
      out += c;
    }
  }
}

// "any white space character … is normalized" to a space in attributes, unless it is a reference.
//                                                                              [XML 3.3.3]
void append_attribute_value(std::string& out, std::string_view content) {
  std::size_t start = 0;
  while (true) {
    auto stop = std::min(content.find_first_of("\n\t", start), content.size());
    append_escaped(out, content.substr(start, stop - start));
    if (stop == content.size()) return;
    out.append(content[stop] == '\n' ? "&#10;" : "&#9;");
    start = stop + 1;
  }
}

}  // namespace

XmlWriter& XmlWriter::declaration() {
  out_ += R"(<?xml version="1.0" encoding="UTF-8"?>)";
  return *this;
}

XmlWriter& XmlWriter::begin(std::string_view name) {
  close_tag();
  out_ += '<';
  out_.append(name);
  open_.emplace_back(name);
  tag_is_open_ = true;
  return *this;
}

XmlWriter& XmlWriter::attribute(std::string_view name, std::string_view value) {
  TT_ASSERT(tag_is_open_);
  out_ += ' ';
  out_.append(name).append("=\"");
  append_attribute_value(out_, value);
  out_ += '"';
  return *this;
}

XmlWriter& XmlWriter::text(std::string_view content) {
  if (content.empty()) return *this;
  close_tag();
  append_escaped(out_, content);
  return *this;
}

XmlWriter& XmlWriter::end() {
  TT_ASSERT(!open_.empty());
  if (tag_is_open_) {
    out_ += "/>";
    tag_is_open_ = false;
  } else {
    out_.append("</").append(open_.back()) += '>';
  }
  open_.pop_back();
  return *this;
}

XmlWriter& XmlWriter::element(std::string_view name, std::string_view content) {
  return begin(name).text(content).end();
}

void XmlWriter::close_tag() {
  if (tag_is_open_) out_ += '>';
  tag_is_open_ = false;
}

}  // namespace tt::wire
