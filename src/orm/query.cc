#include "orm/query.h"

#include <iterator>

namespace tt::orm {

namespace {

bool is_true(const Node& node) { return node.type == Node::Type::all_of && node.children.empty(); }

Node joined(Node::Type type, Node a, Node b) {
  Node node;
  node.type = type;
  for (Node* part : {&a, &b}) {
    if (part->type == type) {
      std::move(part->children.begin(), part->children.end(), std::back_inserter(node.children));
    } else {
      node.children.push_back(std::move(*part));
    }
  }
  return node;
}

}  // namespace

Node both(Node a, Node b) {
  if (is_true(a)) return b;
  if (is_true(b)) return a;
  return joined(Node::Type::all_of, std::move(a), std::move(b));
}

Node either(Node a, Node b) { return joined(Node::Type::any_of, std::move(a), std::move(b)); }

Node negated(Node node) {
  Node out;
  out.type = Node::Type::none_of;
  out.children.push_back(std::move(node));
  return out;
}

}  // namespace tt::orm
