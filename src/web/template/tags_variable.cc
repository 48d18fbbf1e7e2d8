// Tags that make or print variables: with, cycle, resetcycle, firstof, regroup, now, widthratio,
// url, static.
#include <cmath>

#include <fmt/format.h>

#include "web/template/date_format.h"
#include "web/template/engine.h"
#include "web/template/text.h"

namespace tt::web {

class CycleNode : public Node {
 public:
  enum class Print : bool { no, yes };
  CycleNode(std::vector<Expression> values, std::string variable, Print print)
      : values_(std::move(values)), variable_(std::move(variable)), print_(print) {}

  void render(Rendering& rendering) const override {
    auto& turn = rendering.memory<std::size_t>(this);
    auto value = values_[turn++ % values_.size()].value(rendering);
    if (print_ == Print::yes) rendering.write(value);
    if (!variable_.empty()) rendering.set_upward(variable_, std::move(value));
  }
  void reset(Rendering& rendering) const { rendering.memory<std::size_t>(this) = 0; }

 private:
  std::vector<Expression> values_;
  std::string variable_;
  Print print_;
};

namespace {

class NextCycleNode : public Node {
 public:
  enum class Action : bool { next, reset };
  NextCycleNode(const CycleNode& cycle, Action action) : cycle_(cycle), action_(action) {}
  void render(Rendering& rendering) const override {
    if (action_ == Action::reset) return cycle_.reset(rendering);
    cycle_.render(rendering);
  }

 private:
  const CycleNode& cycle_;  // of the same template
  Action action_;
};

std::unique_ptr<Node> parse_cycle(Parser& parser, const Tag& tag) {
  tag.require_arguments(1, 1000);
  auto& words = tag.words;
  auto end = words.size();
  if (end == 2) {
    auto named = parser.cycles().find(words[1]);
    if (named == parser.cycles().end()) {
      throw Error(Code::invalid, fmt::format("Named cycle '{}' does not exist", words[1]));
    }
    return std::make_unique<NextCycleNode>(*named->second, NextCycleNode::Action::next);
  }
  auto print = CycleNode::Print::yes;
  bool named = end > 4 && words[end - 3] == "as";
  if (named && words[end - 1] != "silent") {
    throw Error(
        Code::invalid,
        fmt::format("Only 'silent' flag is allowed after cycle's name, not '{}'.", words[end - 1]));
  }
  if (named) {
    print = CycleNode::Print::no;
    --end;
  }
  std::string name;
  if (end >= 5 - (named ? 1 : 0) && words[end - 2] == "as") {
    name = words[end - 1];
    end -= 2;
  }
  std::vector<Expression> values;
  for (std::size_t i = 1; i < end; ++i) values.push_back(parser.expression(words[i]));
  auto node = std::make_unique<CycleNode>(std::move(values), name, print);
  if (!name.empty()) parser.cycles()[name] = node.get();
  parser.cycles()[""] = node.get();
  return node;
}

std::unique_ptr<Node> parse_resetcycle(Parser& parser, const Tag& tag) {
  tag.require_arguments(0, 1);
  auto found = parser.cycles().find(tag.words.size() == 2 ? tag.words[1] : std::string_view());
  if (found == parser.cycles().end()) {
    throw Error(Code::invalid, tag.words.size() == 2
                                   ? fmt::format("Named cycle '{}' does not exist.", tag.words[1])
                                   : "No cycles in template.");
  }
  return std::make_unique<NextCycleNode>(*found->second, NextCycleNode::Action::reset);
}

class WithNode : public Node {
 public:
  using Assignments = std::vector<std::pair<std::string, Expression>>;
  WithNode(Assignments assignments, Nodes nodes)
      : assignments_(std::move(assignments)), nodes_(std::move(nodes)) {}

  void render(Rendering& rendering) const override {
    List values;
    for (const auto& assignment : assignments_)
      values.push_back(assignment.second.value(rendering));
    Rendering::Scope scope(rendering);
    for (std::size_t i = 0; i < values.size(); ++i) {
      rendering.set(assignments_[i].first, std::move(values[i]));
    }
    nodes_.render(rendering);
  }

 private:
  Assignments assignments_;
  Nodes nodes_;
};

std::unique_ptr<Node> parse_with(Parser& parser, const Tag& tag) {
  std::size_t at = 1;
  auto assignments = parser.assignments(tag, at);
  if (assignments.empty()) {
    throw Error(Code::invalid, "'with' expected at least one variable assignment");
  }
  if (at < tag.words.size()) {
    throw Error(Code::invalid,
                fmt::format("'with' received an invalid token: '{}'", tag.words[at]));
  }
  return std::make_unique<WithNode>(std::move(assignments), parser.parse_until({"endwith"}));
}

class FirstOfNode : public Node {
 public:
  explicit FirstOfNode(Arguments arguments) : arguments_(std::move(arguments)) {}

  void render(Rendering& rendering) const override {
    Value first("");
    for (const auto& candidate : arguments_.positional) {
      auto value = candidate.value(rendering, Missing::becomes_null);
      if (!value.truth()) continue;
      first = std::move(value);
      break;
    }
    if (arguments_.variable.empty()) return rendering.write(first);
    auto html = rendering.capture([&] { rendering.write(first); });
    rendering.set(arguments_.variable, Value::safe(std::move(html)));
  }

 private:
  Arguments arguments_;
};

std::unique_ptr<Node> parse_firstof(Parser& parser, const Tag& tag) {
  tag.require_arguments(1, 1000);
  return std::make_unique<FirstOfNode>(parser.arguments(tag, 1));
}

// One group of {% regroup %}: grouper and list, also to be unpacked into these two.
class Group : public Object {
 public:
  Group(Value grouper, List list) : grouper_(std::move(grouper)), list_(std::move(list)) {}
  std::optional<Value> find(std::string_view name) const override {
    if (name == "grouper") return grouper_;
    if (name == "list") return list_;
    return std::nullopt;
  }
  std::shared_ptr<const List> elements() const override {
    return std::make_shared<const List>(List{grouper_, list_});
  }

 private:
  Value grouper_;
  Value list_;
};

class RegroupNode : public Node {
 public:
  RegroupNode(Expression source, Expression key, std::string variable)
      : source_(std::move(source)), key_(std::move(key)), variable_(std::move(variable)) {}

  void render(Rendering& rendering) const override {
    auto elements = source_.value(rendering, Missing::becomes_null).elements();
    List groups;
    List list;
    Value grouper;
    auto close = [&] {
      if (list.empty()) return;
      std::shared_ptr<const Object> group =
          std::make_shared<Group>(grouper, std::exchange(list, List()));
      groups.emplace_back(std::move(group));
    };
    for (std::size_t i = 0; elements && i < elements->size(); ++i) {
      auto key = key_of(rendering, (*elements)[i]);
      if (!(key == grouper)) close();
      if (list.empty()) grouper = std::move(key);
      list.push_back((*elements)[i]);
    }
    close();
    rendering.set(variable_, Value(std::move(groups)));
  }

 private:
  Value key_of(Rendering& rendering, const Value& element) const {
    Rendering::Scope scope(rendering);
    rendering.borrow(variable_, element);
    return key_.value(rendering, Missing::becomes_null);
  }

  Expression source_;
  Expression key_;  // a path from the variable, which stands for the element
  std::string variable_;
};

std::unique_ptr<Node> parse_regroup(Parser& parser, const Tag& tag) {
  tag.require_arguments(5, 5);
  if (tag.words[2] != "by" || tag.words[4] != "as") {
    throw Error(Code::invalid, "'regroup' should use the format 'regroup list by key as name'");
  }
  std::string variable(tag.words[5]);
  auto key = parser.expression(variable + "." + std::string(tag.words[3]));
  return std::make_unique<RegroupNode>(parser.expression(tag.words[1]), std::move(key), variable);
}

class NowNode : public Node {
 public:
  NowNode(std::string format, std::string variable)
      : format_(std::move(format)), variable_(std::move(variable)) {}
  void render(Rendering& rendering) const override {
    Value text(format_date(Value(rendering.settings().clock->now()), format_).value_or(""));
    if (variable_.empty()) return rendering.write(text);
    rendering.set(variable_, std::move(text));
  }

 private:
  std::string format_;
  std::string variable_;
};

std::unique_ptr<Node> parse_now(Parser& parser, const Tag& tag) {
  auto arguments = parser.arguments(tag, 1);
  if (arguments.positional.size() != 1 || !arguments.positional[0].literal()) {
    throw Error(Code::invalid, "'now' statement takes one argument, a format in quotes");
  }
  return std::make_unique<NowNode>(arguments.positional[0].literal()->text(), arguments.variable);
}

class WidthRatioNode : public Node {
 public:
  explicit WidthRatioNode(Arguments arguments) : arguments_(std::move(arguments)) {}
  void render(Rendering& rendering) const override {
    Value text(ratio(rendering));
    if (arguments_.variable.empty()) return rendering.write(text);
    rendering.set(arguments_.variable, std::move(text));
  }

 private:
  std::string ratio(Rendering& rendering) const {
    auto values = arguments_.positional_values(rendering);
    auto width = integer_of(values[2]);
    if (!width) {
      if (values[2].as_text() && values[2].as_text()->text.empty()) return "";
      throw Error(Code::internal, "widthratio final argument must be a number");
    }
    auto value = real_of(values[0]);
    auto most = real_of(values[1]);
    if (!value || !most) return "";
    if (*most == 0) return "0";
    auto rounded = std::nearbyint(*value / *most * static_cast<double>(*width));
    return std::isfinite(rounded) ? fmt::format("{:.0f}", rounded == 0 ? 0 : rounded) : "";
  }

  Arguments arguments_;
};

std::unique_ptr<Node> parse_widthratio(Parser& parser, const Tag& tag) {
  auto arguments = parser.arguments(tag, 1);
  bool as = tag.words.size() == 6 && tag.words[4] == "as";
  if (arguments.positional.size() != 3 || (tag.words.size() != 4 && !as)) {
    throw Error(Code::invalid, "widthratio takes at least three arguments");
  }
  return std::make_unique<WidthRatioNode>(std::move(arguments));
}

class UrlNode : public Node {
 public:
  explicit UrlNode(Arguments arguments) : arguments_(std::move(arguments)) {}

  void render(Rendering& rendering) const override {
    auto positional = arguments_.positional_values(rendering);
    auto name = positional.front().text();
    positional.erase(positional.begin());
    UrlQuestion question{name, std::move(positional), arguments_.named_values(rendering)};
    const auto& resolve = rendering.settings().url;
    auto path = resolve ? resolve(question) : std::nullopt;
    if (!arguments_.variable.empty()) {
      return rendering.set(arguments_.variable, Value(path.value_or("")));
    }
    if (!path) throw Error(Code::not_found, fmt::format("Reverse for '{}' not found.", name));
    rendering.write(Value(*std::move(path)));
  }

 private:
  Arguments arguments_;
};

std::unique_ptr<Node> parse_url(Parser& parser, const Tag& tag) {
  auto arguments = parser.arguments(tag, 1);
  if (arguments.positional.empty()) {
    throw Error(Code::invalid, "'url' takes at least one argument, a URL pattern name.");
  }
  return std::make_unique<UrlNode>(std::move(arguments));
}

class StaticNode : public Node {
 public:
  StaticNode(std::string url, Arguments arguments)
      : url_(std::move(url)), arguments_(std::move(arguments)) {}
  void render(Rendering& rendering) const override {
    auto url = url_;
    if (!arguments_.positional.empty()) {
      url += percent_quote(arguments_.positional[0].value(rendering).text(), "/");
    }
    if (!arguments_.variable.empty()) return rendering.set(arguments_.variable, Value(url));
    rendering.write(Value(std::move(url)));
  }

 private:
  std::string url_;
  Arguments arguments_;
};

std::unique_ptr<Node> parse_static(Parser& parser, const Tag& tag) {
  auto arguments = parser.arguments(tag, 1);
  bool prefix = tag.name() != "static";
  if (arguments.positional.size() != (prefix ? 0 : 1)) {
    throw Error(Code::invalid,
                fmt::format("'{}' takes {} argument", tag.name(), prefix ? "no" : "one"));
  }
  const auto& settings = parser.engine().settings();
  bool media = tag.name() == "get_media_prefix";
  return std::make_unique<StaticNode>(media ? settings.media_url : settings.static_url,
                                      std::move(arguments));
}

}  // namespace

std::map<std::string, TagParser, std::less<>> variable_tags() {
  return {{"cycle", parse_cycle},
          {"resetcycle", parse_resetcycle},
          {"with", parse_with},
          {"firstof", parse_firstof},
          {"regroup", parse_regroup},
          {"now", parse_now},
          {"url", parse_url},
          {"widthratio", parse_widthratio},
          {"static", parse_static},
          {"get_static_prefix", parse_static},
          {"get_media_prefix", parse_static}};
}

}  // namespace tt::web
