// Tags that decide what is rendered and how often: if, ifequal, for, ifchanged.
#include <fmt/format.h>

#include "web/template/condition.h"
#include "web/template/engine.h"
#include "web/template/text.h"

namespace tt::web {
namespace {

class IfNode : public Node {
 public:
  struct Branch {
    std::unique_ptr<Condition> condition;  // nullptr: else
    Nodes nodes;
  };
  explicit IfNode(std::vector<Branch> branches) : branches_(std::move(branches)) {}

  void render(Rendering& rendering) const override {
    for (const auto& branch : branches_) {
      if (!branch.condition || holds(*branch.condition, rendering)) {
        return branch.nodes.render(rendering);
      }
    }
  }

 private:
  std::vector<Branch> branches_;
};

std::unique_ptr<Condition> condition_of(const Parser& parser, const Tag& tag) {
  std::vector<std::string_view> words(tag.words.begin() + 1, tag.words.end());
  return parse_condition(words, parser.engine().filters());
}

std::unique_ptr<Node> parse_if(Parser& parser, const Tag& tag) {
  std::vector<IfNode::Branch> branches;
  auto condition = condition_of(parser, tag);
  while (true) {
    auto nodes = parser.parse_until({"elif", "else", "endif"});
    branches.push_back({std::move(condition), std::move(nodes)});
    if (parser.ended_by().name() != "elif") break;
    condition = condition_of(parser, parser.ended_by());
  }
  if (parser.ended_by().name() == "else") {
    parser.ended_by().require_arguments(0, 0);
    auto nodes = parser.parse_until({"endif"});
    branches.push_back({nullptr, std::move(nodes)});
  }
  parser.ended_by().require_arguments(0, 0);
  return std::make_unique<IfNode>(std::move(branches));
}

// The older spelling of {% if a == b %}.
class IfEqualNode : public Node {
 public:
  enum class When : bool { different, equal };
  struct Sides {
    Expression left;
    Expression right;
  };
  IfEqualNode(Sides sides, When when, Nodes then, Nodes otherwise)
      : sides_(std::move(sides)),
        when_(when),
        then_(std::move(then)),
        otherwise_(std::move(otherwise)) {}

  void render(Rendering& rendering) const override {
    bool equal = sides_.left.value(rendering, Missing::becomes_null) ==
                 sides_.right.value(rendering, Missing::becomes_null);
    (equal == (when_ == When::equal) ? then_ : otherwise_).render(rendering);
  }

 private:
  Sides sides_;
  When when_;
  Nodes then_;
  Nodes otherwise_;
};

std::unique_ptr<Node> parse_if_equal(Parser& parser, const Tag& tag) {
  tag.require_arguments(2, 2);
  bool equal = tag.name() == "ifequal";
  IfEqualNode::Sides sides{parser.expression(tag.words[1]), parser.expression(tag.words[2])};
  std::string_view end = equal ? "endifequal" : "endifnotequal";
  auto then = parser.parse_until({"else", end});
  Nodes otherwise;
  if (parser.ended_by().name() == "else") otherwise = parser.parse_until({end});
  auto when = equal ? IfEqualNode::When::equal : IfEqualNode::When::different;
  return std::make_unique<IfEqualNode>(std::move(sides), when, std::move(then),
                                       std::move(otherwise));
}

// The variable `forloop`.
class ForLoop : public Object {
 public:
  ForLoop(std::size_t size, Value parent) : size_(size), parent_(std::move(parent)) {}

  std::optional<Value> find(std::string_view name) const override {
    if (name == "counter") return Value(index_ + 1);
    if (name == "counter0") return Value(index_);
    if (name == "revcounter") return Value(size_ - index_);
    if (name == "revcounter0") return Value(size_ - index_ - 1);
    if (name == "first") return Value(index_ == 0);
    if (name == "last") return Value(index_ + 1 == size_);
    if (name == "parentloop") return parent_;
    return std::nullopt;
  }
  std::string text() const override { return fmt::format("forloop {}", index_ + 1); }
  void next() { ++index_; }

 private:
  std::size_t size_;
  std::size_t index_ = 0;
  Value parent_;
};

class ForNode : public Node {
 public:
  enum class Order : bool { forward, reversed };
  struct Header {
    std::vector<std::string> variables;
    Expression sequence;
    Order order = Order::forward;
  };
  ForNode(Header header, Nodes body, Nodes empty)
      : header_(std::move(header)), body_(std::move(body)), empty_(std::move(empty)) {}

  void render(Rendering& rendering) const override {
    auto sequence = header_.sequence.value(rendering, Missing::becomes_null);
    auto elements = sequence.elements();
    if (!elements && !sequence.is_null()) {
      throw Error(Code::internal, fmt::format("cannot loop over {}", sequence.text()));
    }
    if (!elements || elements->empty()) return empty_.render(rendering);
    auto outer = rendering.find("forloop");
    auto loop = std::make_shared<ForLoop>(elements->size(), outer ? *outer : Value(Map()));
    Value loop_value{std::shared_ptr<const Object>(loop)};
    auto outer_loop = rendering.begin_loop();
    Rendering::Scope scope(rendering);
    for (std::size_t i = 0; i < elements->size(); ++i, loop->next()) {
      scope.clear();
      rendering.borrow("forloop", loop_value);
      bool reversed = header_.order == Order::reversed;
      bind((*elements)[reversed ? elements->size() - 1 - i : i], rendering);
      body_.render(rendering);
    }
    rendering.end_loop(outer_loop);
  }

 private:
  void bind(const Value& element, Rendering& rendering) const {
    const auto& variables = header_.variables;
    if (variables.size() == 1) return rendering.borrow(variables.front(), element);
    auto parts = element.elements();
    auto count = parts ? parts->size() : 1;
    if (count != variables.size()) {
      throw Error(Code::internal, fmt::format("Need {} values to unpack in for loop; got {}.",
                                              variables.size(), count));
    }
    for (std::size_t i = 0; i < count; ++i) rendering.set(variables[i], (*parts)[i]);
  }

  Header header_;
  Nodes body_;
  Nodes empty_;
};

std::vector<std::string> loop_variables(const Tag& tag, std::size_t end) {
  std::string joined;
  for (std::size_t i = 1; i < end; ++i)
    joined += std::string(i > 1 ? " " : "").append(tag.words[i]);
  std::vector<std::string> out;
  for (auto part : split(joined, ',')) {
    auto name = trim(part);
    if (name.empty() || name.find_first_of(" \"'|") != name.npos) {
      throw Error(Code::invalid,
                  fmt::format("'for' tag received an invalid argument: {}", tag.content));
    }
    out.emplace_back(name);
  }
  return out;
}

std::unique_ptr<Node> parse_for(Parser& parser, const Tag& tag) {
  const auto& words = tag.words;
  if (words.size() < 4) {
    throw Error(Code::invalid,
                fmt::format("'for' statements should have at least four words: {}", tag.content));
  }
  bool reversed = words.back() == "reversed";
  auto in = words.size() - (reversed ? 3 : 2);
  if (words[in] != "in" || in < 2) {
    throw Error(
        Code::invalid,
        fmt::format("'for' statements should use the format 'for x in y': {}", tag.content));
  }
  ForNode::Header header{loop_variables(tag, in), parser.expression(words[in + 1]),
                         reversed ? ForNode::Order::reversed : ForNode::Order::forward};
  auto body = parser.parse_until({"empty", "endfor"});
  Nodes empty;
  if (parser.ended_by().name() == "empty") empty = parser.parse_until({"endfor"});
  return std::make_unique<ForNode>(std::move(header), std::move(body), std::move(empty));
}

class IfChangedNode : public Node {
 public:
  IfChangedNode(std::vector<Expression> watched, Nodes then, Nodes otherwise)
      : watched_(std::move(watched)), then_(std::move(then)), otherwise_(std::move(otherwise)) {}

  void render(Rendering& rendering) const override {
    auto loop = rendering.loop();
    std::string output;
    Value now;
    if (watched_.empty()) {
      output = then_.captured(rendering);
      now = Value(output);
    } else {
      List values;
      for (const auto& watched : watched_) {
        values.push_back(watched.value(rendering, Missing::becomes_null));
      }
      now = Value(std::move(values));
    }
    auto& before = rendering.memory<std::optional<Value>>(this, loop);
    if (before && *before == now) return otherwise_.render(rendering);
    before = std::move(now);
    if (watched_.empty()) return rendering.write_html(output);
    then_.render(rendering);
  }

 private:
  std::vector<Expression> watched_;
  Nodes then_;
  Nodes otherwise_;
};

std::unique_ptr<Node> parse_if_changed(Parser& parser, const Tag& tag) {
  std::vector<Expression> watched;
  for (std::size_t i = 1; i < tag.words.size(); ++i) {
    watched.push_back(parser.expression(tag.words[i]));
  }
  auto then = parser.parse_until({"else", "endifchanged"});
  Nodes otherwise;
  if (parser.ended_by().name() == "else") otherwise = parser.parse_until({"endifchanged"});
  return std::make_unique<IfChangedNode>(std::move(watched), std::move(then), std::move(otherwise));
}

}  // namespace

std::map<std::string, TagParser, std::less<>> flow_tags() {
  return {{"if", parse_if},
          {"ifequal", parse_if_equal},
          {"ifnotequal", parse_if_equal},
          {"for", parse_for},
          {"ifchanged", parse_if_changed}};
}

}  // namespace tt::web
