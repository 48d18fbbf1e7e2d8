#include "console/request_body.h"

#include <fmt/format.h>

namespace tt::console {
namespace {

constexpr std::size_t depth_max = 8;

wire::JsonDocument read(std::string_view text) {
  if (text.size() > RequestBody::bytes_max) throw Error(Code::too_large, "the body is too large");
  auto document = wire::read_json(text, depth_max);
  if (!document) throw Error(Code::invalid, document.error().message);
  if (!document->root().is(wire::JsonKind::object)) {
    throw Error(Code::invalid, "the body must be a JSON object");
  }
  return std::move(*document);
}

}  // namespace

RequestBody::RequestBody(std::string_view text) : document_(read(text)) {}

std::string RequestBody::string(std::string_view name) const {
  auto value = document_.root().find(name);
  if (!value || !value->is(wire::JsonKind::string)) {
    throw Error(Code::unprocessable, fmt::format("{} must be a text", name));
  }
  return std::string(value->text());
}

bool RequestBody::boolean(std::string_view name) const {
  auto value = document_.root().find(name);
  if (!value || !value->is(wire::JsonKind::boolean)) {
    throw Error(Code::unprocessable, fmt::format("{} must be true or false", name));
  }
  return value->as_bool();
}

}  // namespace tt::console
