#include "web/template/node.h"

#include <fmt/format.h>

namespace tt::web {

std::string describe(const Place& place) {
  if (place.tag.empty()) return fmt::format("{}, line {}", place.template_name, place.line);
  return fmt::format("{}, line {}, in \"{}\"", place.template_name, place.line, place.tag);
}

void Nodes::render(Rendering& rendering) const {
  std::size_t at = 0;
  try {
    for (; at < nodes_.size(); ++at) nodes_[at]->render(rendering);
  } catch (const TemplateError&) {
    throw;
  } catch (const Error& error) {
    throw TemplateError(error.code(), describe(nodes_[at]->place) + ": " + error.what());
  }
}

std::string Nodes::captured(Rendering& rendering) const {
  return rendering.capture([&] { render(rendering); });
}

}  // namespace tt::web
