// Tags about the text between them: autoescape, comment, filter, spaceless, verbatim, templatetag,
// cache, csrf_token, load, and translation, which passes its text through.
#include <fmt/format.h>

#include "web/template/engine.h"
#include "web/template/text.h"

namespace tt::web {
namespace {

class EmptyNode : public Node {
 public:
  void render(Rendering&) const override {}
};

// A text that is known when the template is compiled.
class FixedNode : public Node {
 public:
  explicit FixedNode(std::string_view text) : text_(text) {}
  void render(Rendering& rendering) const override { rendering.write_html(text_); }

 private:
  std::string text_;
};

class PassNode : public Node {
 public:
  explicit PassNode(Nodes nodes) : nodes_(std::move(nodes)) {}
  void render(Rendering& rendering) const override { nodes_.render(rendering); }

 private:
  Nodes nodes_;
};

class AutoescapeNode : public Node {
 public:
  AutoescapeNode(Autoescape autoescape, Nodes nodes)
      : autoescape_(autoescape), nodes_(std::move(nodes)) {}
  void render(Rendering& rendering) const override {
    Rendering::Escaping escaping(rendering, autoescape_);
    nodes_.render(rendering);
  }

 private:
  Autoescape autoescape_;
  Nodes nodes_;
};

std::unique_ptr<Node> parse_autoescape(Parser& parser, const Tag& tag) {
  tag.require_arguments(1, 1);
  if (tag.words[1] != "on" && tag.words[1] != "off") {
    throw Error(Code::invalid, "'autoescape' argument should be 'on' or 'off'");
  }
  auto autoescape = tag.words[1] == "on" ? Autoescape::on : Autoescape::off;
  return std::make_unique<AutoescapeNode>(autoescape, parser.parse_until({"endautoescape"}));
}

std::unique_ptr<Node> parse_comment(Parser& parser, const Tag&) {
  parser.skip_until("endcomment");
  return std::make_unique<EmptyNode>();
}

std::unique_ptr<Node> parse_verbatim(Parser& parser, const Tag& tag) {
  auto end = "end" + std::string(tag.content);
  return std::make_unique<PassNode>(parser.parse_until({"endverbatim", end}));
}

// Renders its body and then the expression over it, where it is called `body`.
class FilterNode : public Node {
 public:
  FilterNode(Expression filters, Nodes nodes)
      : filters_(std::move(filters)), nodes_(std::move(nodes)) {}
  void render(Rendering& rendering) const override {
    auto body = Value::safe(nodes_.captured(rendering));
    Rendering::Scope scope(rendering);
    rendering.borrow("body", body);
    Value scratch;
    rendering.write_html(filters_.evaluate(rendering, scratch).text());
  }

 private:
  Expression filters_;
  Nodes nodes_;
};

std::unique_ptr<Node> parse_filter(Parser& parser, const Tag& tag) {
  auto filters = trim(tag.content.substr(tag.name().size()));
  for (auto part : split(filters, '|')) {
    auto name = trim(part.substr(0, part.find(':')));
    if (name == "escape" || name == "safe") {
      throw Error(Code::invalid, fmt::format("\"filter {}\" is not permitted.  Use the "
                                             "\"autoescape\" tag instead.",
                                             name));
    }
  }
  auto expression = parser.expression("body|" + std::string(filters));
  return std::make_unique<FilterNode>(std::move(expression), parser.parse_until({"endfilter"}));
}

// Without the white space between a ">" and the next "<".
std::string without_spaces_between_tags(std::string_view html) {
  std::string out;
  html = trim(html);
  for (std::size_t i = 0; i < html.size(); ++i) {
    out += html[i];
    if (html[i] != '>') continue;
    auto next = i + 1;
    while (next < html.size() && is_space(html[next])) ++next;
    if (next < html.size() && html[next] == '<') i = next - 1;
  }
  return out;
}

class SpacelessNode : public Node {
 public:
  explicit SpacelessNode(Nodes nodes) : nodes_(std::move(nodes)) {}
  void render(Rendering& rendering) const override {
    auto text = without_spaces_between_tags(nodes_.captured(rendering));
    rendering.write_html(text);
  }

 private:
  Nodes nodes_;
};

std::unique_ptr<Node> parse_spaceless(Parser& parser, const Tag&) {
  return std::make_unique<SpacelessNode>(parser.parse_until({"endspaceless"}));
}

std::unique_ptr<Node> parse_templatetag(Parser&, const Tag& tag) {
  static const std::map<std::string_view, std::string_view> signs = {
      {"openblock", "{%"}, {"closeblock", "%}"}, {"openvariable", "{{"}, {"closevariable", "}}"},
      {"openbrace", "{"},  {"closebrace", "}"},  {"opencomment", "{#"},  {"closecomment", "#}"}};
  tag.require_arguments(1, 1);
  auto sign = signs.find(tag.words[1]);
  if (sign == signs.end()) {
    throw Error(Code::invalid, fmt::format("Invalid templatetag argument: '{}'", tag.words[1]));
  }
  return std::make_unique<FixedNode>(sign->second);
}

std::unique_ptr<Node> parse_load(Parser& parser, const Tag& tag) {
  auto from = tag.words.size() > 3 && tag.words[tag.words.size() - 2] == "from";
  for (auto i = from ? tag.words.size() - 1 : 1; i < tag.words.size(); ++i) {
    if (parser.engine().has_library(tag.words[i])) continue;
    throw Error(Code::invalid, fmt::format("'{}' is not a registered tag library", tag.words[i]));
  }
  for (std::size_t i = 1; from && i + 2 < tag.words.size(); ++i) {
    const auto& engine = parser.engine();
    if (engine.find_tag(tag.words[i]) || engine.filters().find(tag.words[i])) continue;
    throw Error(Code::invalid, fmt::format("'{}' is not a valid tag or filter in tag library '{}'",
                                           tag.words[i], tag.words.back()));
  }
  return std::make_unique<EmptyNode>();
}

// What a page was made with is for people who have the source, not for those who read the page.
std::unique_ptr<Node> parse_debug(Parser&, const Tag&) { return std::make_unique<EmptyNode>(); }

// The hidden field with the variable csrf_token, which the request puts into the context.
class CsrfTokenNode : public Node {
 public:
  void render(Rendering& rendering) const override {
    static const Operand token("csrf_token");
    Value scratch;
    auto value = token.find(rendering, scratch);
    if (!value || !value->truth() || value->text() == "NOTPROVIDED") return;
    auto field = fmt::format(R"(<input type="hidden" name="csrfmiddlewaretoken" value="{}">)",
                             escaped_text(*value));
    rendering.write_html(field);
  }
};

std::unique_ptr<Node> parse_csrf_token(Parser&, const Tag&) {
  return std::make_unique<CsrfTokenNode>();
}

// Renders its body anew each time: that is fast enough.  The time-out is only checked.
class CacheNode : public Node {
 public:
  CacheNode(Expression timeout, Nodes nodes)
      : timeout_(std::move(timeout)), nodes_(std::move(nodes)) {}
  void render(Rendering& rendering) const override {
    auto timeout = timeout_.value(rendering);
    if (!timeout.is_null() && !integer_of(timeout)) {
      throw Error(Code::internal, "\"cache\" tag got a non-integer timeout value");
    }
    nodes_.render(rendering);
  }

 private:
  Expression timeout_;
  Nodes nodes_;
};

std::unique_ptr<Node> parse_cache(Parser& parser, const Tag& tag) {
  tag.require_arguments(2, 50);
  auto timeout = parser.expression(tag.words[1]);
  return std::make_unique<CacheNode>(std::move(timeout), parser.parse_until({"endcache"}));
}

class TranslateNode : public Node {
 public:
  TranslateNode(Expression text, std::string variable)
      : text_(std::move(text)), variable_(std::move(variable)) {}
  void render(Rendering& rendering) const override {
    auto text = text_.value(rendering);
    if (variable_.empty()) return rendering.write(text);
    rendering.set(variable_, std::move(text));
  }

 private:
  Expression text_;
  std::string variable_;
};

std::unique_ptr<Node> parse_translate(Parser& parser, const Tag& tag) {
  tag.require_arguments(1, 6);
  auto count = tag.words.size();
  std::string variable(count > 3 && tag.words[count - 2] == "as" ? tag.words[count - 1] : "");
  return std::make_unique<TranslateNode>(parser.expression(tag.words[1]), std::move(variable));
}

// {% blocktranslate with a=b count n=m trimmed asvar x %}one{% plural %}many{% endblocktranslate %}
class TranslateBlockNode : public Node {
 public:
  struct Header {
    std::vector<std::pair<std::string, Expression>> with;
    std::string counter;  // the variable of `with` that chooses the plural; empty if there is none
    std::string variable;
    bool trimmed = false;
  };
  TranslateBlockNode(Header header, Nodes one, Nodes many)
      : header_(std::move(header)), one_(std::move(one)), many_(std::move(many)) {}

  void render(Rendering& rendering) const override {
    auto html = text(rendering);
    if (header_.variable.empty()) return rendering.write_html(html);
    rendering.set(header_.variable, Value::safe(std::move(html)));
  }

 private:
  std::string text(Rendering& rendering) const {
    List values;
    for (const auto& assignment : header_.with)
      values.push_back(assignment.second.value(rendering));
    Rendering::Scope scope(rendering);
    bool plural = false;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (header_.with[i].first == header_.counter) plural = real_of(values[i]) != 1.0;
      rendering.set(header_.with[i].first, std::move(values[i]));
    }
    auto html = (plural && !header_.counter.empty() ? many_ : one_).captured(rendering);
    return header_.trimmed ? joined_lines(html) : html;
  }

  static std::string joined_lines(std::string_view html) {
    std::string out;
    for (auto line : split(trim(html), '\n')) {
      if (!out.empty()) out += ' ';
      out += trim(line);
    }
    return out;
  }

  Header header_;
  Nodes one_;
  Nodes many_;
};

TranslateBlockNode::Header translate_header(const Parser& parser, const Tag& tag) {
  TranslateBlockNode::Header header;
  for (std::size_t at = 1; at < tag.words.size();) {
    auto option = tag.words[at++];
    bool has_word = at < tag.words.size();
    if (option == "with" || option == "count") {
      auto assignments = parser.assignments(tag, at);
      if (assignments.empty()) {
        throw Error(Code::invalid, fmt::format("'{}' needs a variable assignment", option));
      }
      if (option == "count") header.counter = assignments.front().first;
      for (auto& assignment : assignments) header.with.push_back(std::move(assignment));
    } else if (option == "trimmed") {
      header.trimmed = true;
    } else if (option == "asvar" && has_word) {
      header.variable = tag.words[at++];
    } else if (option == "context" && has_word) {
      ++at;
    } else {
      throw Error(Code::invalid,
                  fmt::format("Unknown argument for '{}': '{}'", tag.name(), option));
    }
  }
  return header;
}

std::unique_ptr<Node> parse_translate_block(Parser& parser, const Tag& tag) {
  auto header = translate_header(parser, tag);
  auto end = "end" + std::string(tag.name());
  auto one = parser.parse_until({"plural", end});
  Nodes many;
  if (parser.ended_by().name() == "plural") many = parser.parse_until({end});
  return std::make_unique<TranslateBlockNode>(std::move(header), std::move(one), std::move(many));
}

}  // namespace

std::map<std::string, TagParser, std::less<>> text_tags() {
  return {{"autoescape", parse_autoescape},
          {"comment", parse_comment},
          {"verbatim", parse_verbatim},
          {"filter", parse_filter},
          {"spaceless", parse_spaceless},
          {"templatetag", parse_templatetag},
          {"load", parse_load},
          {"debug", parse_debug},
          {"csrf_token", parse_csrf_token},
          {"cache", parse_cache},
          {"trans", parse_translate},
          {"translate", parse_translate},
          {"blocktrans", parse_translate_block},
          {"blocktranslate", parse_translate_block}};
}

}  // namespace tt::web
