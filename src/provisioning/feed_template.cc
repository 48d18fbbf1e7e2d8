#include "provisioning/feed_template.h"

#include "base/error.h"
#include "wire/json.h"
#include "wire/json_writer.h"

namespace tt::provisioning {
namespace {

using wire::JsonValue;

constexpr std::size_t depth_max = 8;

void append_tags(wire::JsonWriter& json, const std::vector<std::string>& tags) {
  if (tags.empty()) return;
  json.key("tags").begin_array();
  for (const auto& tag : tags) json.value(tag);
  json.end_array();
}

void append_unit(wire::JsonWriter& json, const registry::Unit& unit) {
  if (unit == registry::Unit{}) return;
  json.key("unit").begin_object();
  if (!unit.label.empty()) json.member("label", unit.label);
  if (!unit.symbol.empty()) json.member("symbol", unit.symbol);
  if (!unit.type.empty()) json.member("type", unit.type);
  json.end_object();
}

void append_channel(wire::JsonWriter& json, const registry::ChannelChange& channel) {
  json.begin_object().member("id", channel.name);
  if (channel.tags) append_tags(json, *channel.tags);
  if (channel.unit) append_unit(json, *channel.unit);
  json.end_object();
}

std::string text_of(JsonValue object, std::string_view name) {
  auto member = object.find(name);
  return member ? std::string(member->text()) : std::string();
}

std::vector<std::string> tags_of(JsonValue object) {
  std::vector<std::string> tags;
  auto member = object.find("tags");
  if (!member) return tags;
  for (auto tag : member->elements()) tags.emplace_back(tag.text());
  return tags;
}

registry::ChannelChange channel_of(JsonValue stream) {
  registry::ChannelChange channel;
  channel.name = text_of(stream, "id");
  if (stream.find("tags")) channel.tags = tags_of(stream);
  if (auto unit = stream.find("unit")) {
    channel.unit = registry::Unit{.label = text_of(*unit, "label"),
                                  .symbol = text_of(*unit, "symbol"),
                                  .type = text_of(*unit, "type")};
  }
  return channel;
}

}  // namespace

std::string to_json(const FeedTemplate& wanted) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object();
  if (!wanted.title.empty()) json.member("title", wanted.title);
  if (!wanted.description.empty()) json.member("description", wanted.description);
  append_tags(json, wanted.tags);
  json.member("private", wanted.is_private ? "true" : "false");
  json.key("datastreams").begin_array();
  for (const auto& channel : wanted.channels) append_channel(json, channel);
  json.end_array().end_object();
  return out;
}

FeedTemplate read_template(std::string_view json) {
  auto document = wire::read_json(json, depth_max);
  if (!document) {
    throw Error(Code::corrupt, "a product's feed template is damaged: " + document.error().message);
  }
  auto root = document->root();
  FeedTemplate wanted;
  wanted.title = text_of(root, "title");
  wanted.description = text_of(root, "description");
  wanted.tags = tags_of(root);
  wanted.is_private = text_of(root, "private") != "false";
  if (auto streams = root.find("datastreams")) {
    for (auto stream : streams->elements()) wanted.channels.push_back(channel_of(stream));
  }
  return wanted;
}

registry::FeedChange feed_change(const Product& product, std::string_view serial) {
  const auto& wanted = product.feed_defaults;
  registry::FeedChange change;
  change.title = wanted.title.empty() ? product.name : wanted.title;
  if (!wanted.description.empty()) change.description = wanted.description;
  change.tags = wanted.tags;
  change.is_private = wanted.is_private;
  change.product_id = product.id;
  change.device_serial = std::string(serial);
  return change;
}

}  // namespace tt::provisioning
