#include "console/request_body.h"

#include <fmt/format.h>

namespace tt::console {
namespace {

using wire::JsonKind;

constexpr std::size_t depth_max = 8;

wire::JsonDocument read(std::string_view text, std::size_t limit_bytes) {
  if (text.size() > limit_bytes) throw Error(Code::too_large, "the body is too large");
  auto document = wire::read_json(text, depth_max);
  if (!document) throw Error(Code::invalid, document.error().message);
  if (!document->root().is(JsonKind::object)) {
    throw Error(Code::invalid, "the body must be a JSON object");
  }
  return std::move(*document);
}

Error wrong(std::string_view name, std::string_view how) {
  return Error(Code::unprocessable, fmt::format("{} must be {}", name, how));
}

// nullopt if it is absent or null; throws unless it is of that kind.
std::optional<wire::JsonValue> find(wire::JsonValue root, std::string_view name, JsonKind kind,
                                    std::string_view how) {
  auto value = root.find(name);
  if (!value || value->is(JsonKind::null)) return std::nullopt;
  if (!value->is(kind)) throw wrong(name, how);
  return value;
}

}  // namespace

Members::Members(wire::JsonValue value, std::string_view what) : value_(value) {
  if (!value.is(JsonKind::object)) throw wrong(what, "an object");
}

RequestBody::RequestBody(std::string_view text, std::size_t limit_bytes)
    : OwnedDocument{read(text, limit_bytes)}, Members(document.root(), "the body") {}

std::string Members::string(std::string_view name) const {
  auto value = find_string(name);
  if (!value) throw wrong(name, "a text");
  return std::move(*value);
}

bool Members::boolean(std::string_view name) const {
  auto value = find_boolean(name);
  if (!value) throw wrong(name, "true or false");
  return *value;
}

std::optional<std::string> Members::find_string(std::string_view name) const {
  auto value = find(root(), name, JsonKind::string, "a text");
  return value ? std::optional(std::string(value->text())) : std::nullopt;
}

std::optional<bool> Members::find_boolean(std::string_view name) const {
  auto value = find(root(), name, JsonKind::boolean, "true or false");
  return value ? std::optional(value->as_bool()) : std::nullopt;
}

std::optional<double> Members::find_number(std::string_view name) const {
  auto value = find(root(), name, JsonKind::number, "a number");
  if (!value) return std::nullopt;
  auto number = value->as_double();
  if (!number) throw wrong(name, "a number");
  return number;
}

std::optional<std::int64_t> Members::find_integer(std::string_view name) const {
  auto value = find(root(), name, JsonKind::number, "a whole number");
  if (!value) return std::nullopt;
  auto number = value->as_integer();
  if (!number) throw wrong(name, "a whole number");
  return number;
}

std::optional<std::vector<std::string>> Members::find_strings(std::string_view name) const {
  auto value = find(root(), name, JsonKind::array, "a list of texts");
  if (!value) return std::nullopt;
  std::vector<std::string> texts;
  for (auto element : value->elements()) {
    if (!element.is(JsonKind::string)) throw wrong(name, "a list of texts");
    texts.emplace_back(element.text());
  }
  return texts;
}

std::optional<Members> Members::find_members(std::string_view name) const {
  auto value = root().find(name);
  if (!value || value->is(JsonKind::null)) return std::nullopt;
  return Members(*value, name);
}

std::vector<Members> Members::list_of_members(std::string_view name) const {
  std::vector<Members> list;
  auto value = find(root(), name, JsonKind::array, "a list of objects");
  if (!value) return list;
  for (auto element : value->elements()) list.emplace_back(element, name);
  return list;
}

}  // namespace tt::console
