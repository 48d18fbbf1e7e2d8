#pragma once

// Node: one piece of a compiled template, and the list of them.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "web/template/rendering.h"

namespace tt::web {

// Where a node stands, for messages; views into the template's source.
struct Place {
  std::string_view template_name;
  std::string_view tag;
  std::uint32_t line = 0;
};

// "station.html, line 3, in "for x items"".
std::string describe(const Place& place);

class Node {
 public:
  virtual ~Node() = default;
  // Appends its part of the page.  Const and safe to call from several threads at once: what a
  // node remembers during a page is in Rendering::memory.
  virtual void render(Rendering& rendering) const = 0;

  Place place;  // set by the parser
};

class Nodes {
 public:
  void add(std::unique_ptr<Node> node) { nodes_.push_back(std::move(node)); }
  bool empty() const { return nodes_.empty(); }
  // Renders all in their order.  An Error gets the place of its node and becomes a TemplateError.
  void render(Rendering& rendering) const;
  // The same into a text.
  std::string captured(Rendering& rendering) const;

 private:
  std::vector<std::unique_ptr<Node>> nodes_;
};

}  // namespace tt::web
