#include "audit/entry_json.h"

#include "wire/json.h"
#include "wire/json_writer.h"

namespace tt::audit {
namespace {

constexpr std::size_t depth_max = 2;

std::string text_in(wire::JsonValue object, std::string_view key) {
  auto value = object.find(key);
  return value ? std::string(value->text()) : std::string();
}

std::int64_t number_in(wire::JsonValue object, std::string_view key) {
  auto value = object.find(key);
  return value ? value->as_integer().value_or(0) : 0;
}

}  // namespace

std::string to_json(const Entry& entry) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().member("at", to_us(entry.at)).member("account", entry.account);
  json.member("actor", entry.actor).member("address", entry.address);
  json.member("action", entry.event.action).member("object", entry.event.object);
  json.member("detail", entry.event.detail).member("owner", entry.event.owner).end_object();
  return text;
}

Result<Entry> entry_from_json(std::string id, std::string_view json) {
  auto document = wire::read_json(json, depth_max);
  if (!document) return std::unexpected(document.error());
  auto root = document->root();
  if (!root.is(wire::JsonKind::object)) return problem("not an object");
  Entry entry;
  entry.id = std::move(id);
  entry.at = from_us(number_in(root, "at"));
  entry.account = number_in(root, "account");
  entry.actor = text_in(root, "actor");
  entry.address = text_in(root, "address");
  entry.event.action = text_in(root, "action");
  entry.event.object = text_in(root, "object");
  entry.event.detail = text_in(root, "detail");
  entry.event.owner = number_in(root, "owner");
  return entry;
}

}  // namespace tt::audit
