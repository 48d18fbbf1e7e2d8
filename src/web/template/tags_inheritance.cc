// Tags that put templates together: block, extends, include.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "web/template/engine.h"

namespace tt::web {

class BlockNode : public Node {
 public:
  explicit BlockNode(std::string name) : name_(std::move(name)) {}
  void set_nodes(Nodes nodes) { nodes_ = std::move(nodes); }
  const std::string& name() const { return name_; }
  void render(Rendering& rendering) const override;
  // The version of the block that the active one overrides; nullopt if there is none.
  std::optional<std::string> render_super(Rendering& rendering) const;

 private:
  BlockChain* chain(Rendering& rendering) const {
    auto found = std::ranges::find(rendering.chains(), name_, &BlockChain::name);
    return found == rendering.chains().end() ? nullptr : &*found;
  }
  void render_version(Rendering& rendering, const BlockNode& version) const;

  std::string name_;
  Nodes nodes_;
};

namespace {

// The variable `block` with its `super`.
class BlockVariable : public Object {
 public:
  BlockVariable(const BlockNode& block, Rendering& rendering)
      : block_(block), rendering_(rendering) {}

  std::optional<Value> find(std::string_view name) const override {
    if (name == "name") return Value(block_.name());
    if (name != "super") return std::nullopt;
    auto html = block_.render_super(rendering_);
    return html ? Value::safe(*std::move(html)) : Value("");
  }

 private:
  const BlockNode& block_;
  Rendering& rendering_;
};

std::shared_ptr<const Template> load_named(const Engine& engine, const Value& name) {
  if (auto text = name.as_text()) return engine.load(text->text);
  auto names = name.elements();
  if (!names || names->empty()) {
    throw Error(Code::internal, fmt::format("not a name of a template: {}", name.repr()));
  }
  for (const auto& candidate : *names) {
    try {
      return engine.load(candidate.text());
    } catch (const Error& error) {
      if (error.code() != Code::not_found) throw;
    }
  }
  throw Error(Code::not_found, fmt::format("there is no template of {}", name.repr()));
}

void add_blocks(Rendering& rendering, const Template& from) {
  for (const auto& [name, block] : from.blocks()) {
    auto& chains = rendering.chains();
    auto found = std::ranges::find(chains, name, &BlockChain::name);
    if (found == chains.end()) found = chains.insert(found, BlockChain{name, {}, 0});
    found->versions.push_back(block);
  }
}

class ExtendsNode : public Node {
 public:
  ExtendsNode(Expression parent, const Template& child)
      : parent_(std::move(parent)), child_(child) {}
  void set_nodes(Nodes nodes) { nodes_ = std::move(nodes); }

  void render(Rendering& rendering) const override {
    Rendering::Deeper deeper(rendering);
    auto parent = load_named(rendering.engine(), parent_.value(rendering));
    add_blocks(rendering, child_);
    if (!parent->extends()) add_blocks(rendering, *parent);
    rendering.keep(parent);
    parent->render(rendering);
  }

 private:
  Expression parent_;
  const Template& child_;  // which owns this node
  Nodes nodes_;            // owns the blocks; what stands between them is never rendered
};

// A literal name that begins with "./" or "../" counts from the folder of the template that says
// it; the full name then, in quotes as well.  Throws Error if it leads out or to itself.
std::string absolute_name(std::string_view word, std::string_view current) {
  auto name = word.size() < 2 ? word : word.substr(1, word.size() - 2);
  bool quoted = word.starts_with('"') || word.starts_with('\'');
  if (!quoted || !(name.starts_with("./") || name.starts_with("../"))) return std::string(word);
  if (current.starts_with('/')) current.remove_prefix(1);
  auto path = (std::filesystem::path(current).parent_path() / name).lexically_normal();
  if (*path.begin() == "..") {
    throw Error(Code::invalid, fmt::format("The relative path '{}' points outside the file "
                                           "hierarchy that template '{}' is in.",
                                           name, current));
  }
  if (path == current) {
    throw Error(Code::invalid,
                fmt::format("The relative path '{}' is the template '{}' itself.", name, current));
  }
  return word.front() + path.generic_string() + word.front();
}

std::unique_ptr<Node> parse_block(Parser& parser, const Tag& tag) {
  tag.require_arguments(1, 1);
  auto name = tag.words[1];
  auto node = std::make_unique<BlockNode>(std::string(name));
  parser.target().add_block(std::string(name), *node);
  node->set_nodes(parser.parse_until({"endblock"}));
  const auto& end = parser.ended_by();
  if (end.words.size() > 2 || (end.words.size() == 2 && end.words[1] != name)) {
    throw Error(Code::invalid, fmt::format("Invalid block tag: '{}', expected 'endblock' or "
                                           "'endblock {}'",
                                           end.content, name));
  }
  return node;
}

std::unique_ptr<Node> parse_extends(Parser& parser, const Tag& tag) {
  tag.require_arguments(1, 1);
  if (!parser.only_text_yet() || parser.target().extends()) {
    throw Error(Code::invalid, "'extends' must be the first tag in the template");
  }
  auto node = std::make_unique<ExtendsNode>(
      parser.expression(absolute_name(tag.words[1], parser.target().name())), parser.target());
  parser.target().set_extends();
  node->set_nodes(parser.parse_rest());
  return node;
}

class IncludeNode : public Node {
 public:
  using Assignments = std::vector<std::pair<std::string, Expression>>;
  IncludeNode(Expression name, Assignments with, Rendering::Variables outer)
      : name_(std::move(name)), with_(std::move(with)), outer_(outer) {}

  void render(Rendering& rendering) const override {
    Rendering::Deeper deeper(rendering);
    auto included = load_named(rendering.engine(), name_.value(rendering));
    List values;
    for (const auto& [name, expression] : with_) values.push_back(expression.value(rendering));
    Rendering::Island island(rendering, outer_);
    Rendering::Scope scope(rendering);
    for (std::size_t i = 0; i < values.size(); ++i) {
      rendering.set(with_[i].first, std::move(values[i]));
    }
    rendering.keep(included);
    included->render(rendering);
  }

 private:
  Expression name_;
  Assignments with_;
  Rendering::Variables outer_;
};

std::unique_ptr<Node> parse_include(Parser& parser, const Tag& tag) {
  if (tag.words.size() < 2) {
    throw Error(Code::invalid,
                "'include' tag takes at least one argument: the name of the template "
                "to be included.");
  }
  IncludeNode::Assignments with;
  std::optional<Rendering::Variables> outer;
  bool with_seen = false;
  for (std::size_t at = 2; at < tag.words.size();) {
    auto option = tag.words[at++];
    if (option == "only" && !outer) {
      outer = Rendering::Variables::hidden;
    } else if (option == "with" && !with_seen) {
      with_seen = true;
      with = parser.assignments(tag, at);
      if (with.empty()) {
        throw Error(Code::invalid,
                    "\"with\" in 'include' tag needs at least one keyword argument.");
      }
    } else {
      throw Error(Code::invalid,
                  fmt::format("Unknown or repeated argument for 'include' tag: '{}'.", option));
    }
  }
  return std::make_unique<IncludeNode>(
      parser.expression(absolute_name(tag.words[1], parser.target().name())), std::move(with),
      outer.value_or(Rendering::Variables::visible));
}

}  // namespace

void BlockNode::render_version(Rendering& rendering, const BlockNode& version) const {
  Rendering::Scope scope(rendering);
  std::shared_ptr<const Object> variable = std::make_shared<BlockVariable>(*this, rendering);
  rendering.set("block", Value(std::move(variable)));
  version.nodes_.render(rendering);
}

void BlockNode::render(Rendering& rendering) const {
  auto here = chain(rendering);
  if (!here || here->active >= here->versions.size()) return render_version(rendering, *this);
  const auto& version = *here->versions[here->active++];
  render_version(rendering, version);
  --chain(rendering)->active;  // the vector may have grown
}

std::optional<std::string> BlockNode::render_super(Rendering& rendering) const {
  auto here = chain(rendering);
  if (!here || here->active >= here->versions.size()) return std::nullopt;
  Rendering::Deeper deeper(rendering);
  return rendering.capture([&] { render(rendering); });
}

std::map<std::string, TagParser, std::less<>> inheritance_tags() {
  return {{"block", parse_block}, {"extends", parse_extends}, {"include", parse_include}};
}

}  // namespace tt::web
