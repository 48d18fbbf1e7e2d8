#include "web/template/parser.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "web/template/engine.h"
#include "web/template/text.h"

namespace tt::web {
namespace {

class TextNode : public Node {
 public:
  explicit TextNode(std::string_view text) : text_(text) {}
  void render(Rendering& rendering) const override { rendering.write_html(text_); }

 private:
  std::string_view text_;  // in the template's source
};

class VariableNode : public Node {
 public:
  explicit VariableNode(Expression expression) : expression_(std::move(expression)) {}
  void render(Rendering& rendering) const override {
    Value scratch;
    rendering.write(expression_.evaluate(rendering, scratch));
  }

 private:
  Expression expression_;
};

// The length of the name in "name=value"; 0 if `word` has not that form.
std::size_t name_length(std::string_view word) {
  std::size_t end = 0;
  while (end < word.size() && is_word(word[end])) ++end;
  return end + 1 < word.size() && word[end] == '=' ? end : 0;
}

}  // namespace

void Tag::require_arguments(std::size_t least, std::size_t most) const {
  auto count = words.size() - 1;
  if (count >= least && count <= most) return;
  throw Error(Code::invalid,
              least == most ? fmt::format("'{}' takes {} argument(s), not {}", name(), least, count)
              : count < least
                  ? fmt::format("'{}' takes at least {} argument(s), not {}", name(), least, count)
                  : fmt::format("'{}' takes at most {} argument(s), not {}", name(), most, count));
}

List Arguments::positional_values(const Rendering& rendering) const {
  List out;
  for (const auto& expression : positional) out.push_back(expression.value(rendering));
  return out;
}

Map Arguments::named_values(const Rendering& rendering) const {
  Map out;
  for (const auto& [name, expression] : named) out.set(name, expression.value(rendering));
  return out;
}

Parser::Parser(const Engine& engine, Template& target)
    : engine_(engine), target_(target), tokens_(split_template(target.source())) {}

Place Parser::place_of(const Token& token) const {
  return {target_.name(), token.kind == TokenKind::text ? std::string_view() : token.content,
          token.line};
}

void Parser::run() {
  auto failed_at = [this] {
    if (tokens_.empty()) return describe(Place{target_.name(), {}, 1});
    return describe(place_of(tokens_[std::min(at_ == 0 ? 0 : at_ - 1, tokens_.size() - 1)]));
  };
  try {
    target_.set_nodes(parse_rest());
  } catch (const TemplateError&) {
    throw;
  } catch (const Error& error) {
    throw TemplateError(error.code(), failed_at() + ": " + error.what());
  }
}

Nodes Parser::parse_until(std::initializer_list<std::string_view> ends) {
  auto opened_at = at_ == 0 ? 0 : at_ - 1;
  if (++nesting_ > engine_.settings().limits.nesting_max) {
    throw Error(Code::too_large, "tags are nested too deeply");
  }
  Nodes nodes;
  while (at_ < tokens_.size()) {
    const auto& token = tokens_[at_++];
    if (token.kind == TokenKind::tag) {
      Tag tag{token.content, split_words(token.content)};
      if (tag.words.empty()) throw Error(Code::invalid, "Empty block tag");
      if (std::ranges::find(ends, tag.name()) != ends.end()) {
        ended_by_ = std::move(tag);
        --nesting_;
        return nodes;
      }
    }
    auto node = node_of(token);
    node->place = place_of(token);
    nodes.add(std::move(node));
  }
  --nesting_;
  if (ends.size() == 0) return nodes;
  auto place = place_of(tokens_[opened_at]);
  throw TemplateError(Code::invalid, fmt::format("{}: Unclosed tag, looking for one of: {}",
                                                 describe(place), fmt::join(ends, ", ")));
}

std::string_view Parser::skip_until(std::string_view end) {
  auto begin = at_ < tokens_.size() ? tokens_[at_].content.data() : nullptr;
  while (at_ < tokens_.size()) {
    const auto& token = tokens_[at_++];
    if (token.kind == TokenKind::tag && token.content == end) {
      return {begin, token.content.data()};
    }
  }
  throw Error(Code::invalid, fmt::format("Unclosed tag, looking for: {}", end));
}

std::unique_ptr<Node> Parser::node_of(const Token& token) {
  if (token.kind == TokenKind::text) return std::make_unique<TextNode>(token.content);
  if (token.kind == TokenKind::variable) {
    only_text_yet_ = false;
    if (token.content.empty()) throw Error(Code::invalid, "Empty variable tag");
    return std::make_unique<VariableNode>(expression(token.content));
  }
  auto node = tag_node({token.content, split_words(token.content)});
  only_text_yet_ = false;
  return node;
}

std::unique_ptr<Node> Parser::tag_node(const Tag& tag) {
  auto parse = engine_.find_tag(tag.name());
  if (!parse) {
    throw Error(Code::invalid,
                fmt::format("Invalid block tag: '{}'. Is it registered, and is it in "
                            "the right place?",
                            tag.name()));
  }
  return (*parse)(*this, tag);
}

Expression Parser::expression(std::string_view text) const {
  return Expression(text, engine_.filters());
}

Arguments Parser::arguments(const Tag& tag, std::size_t first) const {
  Arguments out;
  auto end = tag.words.size();
  if (end >= first + 2 && tag.words[end - 2] == "as") {
    out.variable = tag.words[end - 1];
    end -= 2;
  }
  for (auto i = first; i < end; ++i) {
    auto word = tag.words[i];
    if (auto length = name_length(word)) {
      out.named.emplace_back(word.substr(0, length), expression(word.substr(length + 1)));
    } else {
      out.positional.push_back(expression(word));
    }
  }
  return out;
}

std::vector<std::pair<std::string, Expression>> Parser::assignments(const Tag& tag,
                                                                    std::size_t& at) const {
  std::vector<std::pair<std::string, Expression>> out;
  const auto& words = tag.words;
  while (at < words.size()) {
    if (auto length = name_length(words[at])) {
      out.emplace_back(words[at].substr(0, length), expression(words[at].substr(length + 1)));
      ++at;
      continue;
    }
    if (at + 2 >= words.size() || words[at + 1] != "as") break;
    out.emplace_back(words[at + 2], expression(words[at]));
    at += 3;
    if (at < words.size() && words[at] == "and") ++at;
  }
  return out;
}

}  // namespace tt::web
