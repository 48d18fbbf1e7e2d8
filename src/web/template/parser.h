#pragma once

// Parser: tokens become nodes.  A custom tag gets the parser and its own words, and returns a node:
//
//   engine.add_tag("twice", [](Parser& parser, const Tag& tag) -> std::unique_ptr<Node> {
//     tag.require_arguments(0, 0);
//     auto body = parser.parse_until({"endtwice"});
//     return std::make_unique<TwiceNode>(std::move(body));
//   });

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "web/template/expression.h"
#include "web/template/lexer.h"
#include "web/template/node.h"

namespace tt::web {

class Engine;
class Template;

// {% name word word %}
struct Tag {
  std::string_view content;             // all of it
  std::vector<std::string_view> words;  // the first is the name
  std::string_view name() const { return words.front(); }
  // Throws Error unless the number of words behind the name is within the bounds.
  void require_arguments(std::size_t least, std::size_t most) const;
};

class Parser;
using TagParser = std::function<std::unique_ptr<Node>(Parser& parser, const Tag& tag)>;

// Arguments as in {% url "name" 1 key=2 as variable %}.
struct Arguments {
  std::vector<Expression> positional;
  std::vector<std::pair<std::string, Expression>> named;
  std::string variable;  // behind `as`; empty if there is none

  List positional_values(const Rendering& rendering) const;
  Map named_values(const Rendering& rendering) const;
};

class Parser {
 public:
  // Compiles into `target`, whose source it reads.
  Parser(const Engine& engine, Template& target);
  void run();

  // The nodes up to the tag that has one of these names, which is then ended_by().  Throws Error
  // if the template ends before.
  Nodes parse_until(std::initializer_list<std::string_view> ends);
  const Tag& ended_by() const { return ended_by_; }
  // Skips everything up to that tag; the text in between as it is in the source.
  std::string_view skip_until(std::string_view end);
  // The rest of the template.
  Nodes parse_rest() { return parse_until({}); }

  Expression expression(std::string_view text) const;
  // The words of `tag` from `first` on.
  Arguments arguments(const Tag& tag, std::size_t first) const;
  // "a=1 b=2" from words[at] on; `at` moves behind them.
  std::vector<std::pair<std::string, Expression>> assignments(const Tag& tag,
                                                              std::size_t& at) const;

  const Engine& engine() const { return engine_; }
  Template& target() { return target_; }
  // True until a node other than text has been made.
  bool only_text_yet() const { return only_text_yet_; }

  // The cycles of this template by name; "" is the last one.
  std::map<std::string, const class CycleNode*, std::less<>>& cycles() { return cycles_; }

 private:
  std::unique_ptr<Node> node_of(const Token& token);
  std::unique_ptr<Node> tag_node(const Tag& tag);
  Place place_of(const Token& token) const;

  const Engine& engine_;
  Template& target_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t nesting_ = 0;
  bool only_text_yet_ = true;
  Tag ended_by_;
  std::map<std::string, const CycleNode*, std::less<>> cycles_;
};

// The tags that every template knows, by subject.
std::map<std::string, TagParser, std::less<>> flow_tags();
std::map<std::string, TagParser, std::less<>> inheritance_tags();
std::map<std::string, TagParser, std::less<>> text_tags();
std::map<std::string, TagParser, std::less<>> variable_tags();
std::map<std::string, TagParser, std::less<>> lorem_tags();

}  // namespace tt::web
