#include "twin/topics.h"

#include "base/text.h"
#include "bus/topic.h"
#include "twin/stored_state.h"
#include "wire/json_writer.h"

namespace tt::twin {
namespace {

constexpr std::string_view delta_level = "delta";

struct Content {
  std::uint64_t version;
  const std::string& json;
};

bus::Message message_of(const TwinTopic& topic, const Content& content) {
  bus::Message message;
  message.topic = topic_of(topic);
  wire::JsonWriter json(message.payload);
  json.begin_object().member("version", content.version).key("state").raw(content.json);
  json.end_object();
  message.content_type = "application/json";
  message.at_least_once = true;
  return message;
}

}  // namespace

std::optional<TwinTopic> parse_topic(std::string_view topic) {
  if (bus::count_levels(topic) != 3 || bus::take_level(topic) != topic_prefix) return std::nullopt;
  auto feed = parse_number<registry::FeedId>(bus::take_level(topic));
  auto last = bus::take_level(topic);
  auto side = side_from(last);
  if (!feed || *feed <= 0 || (!side && last != delta_level)) return std::nullopt;
  return TwinTopic{*feed, side};
}

std::string topic_of(const TwinTopic& topic) {
  auto last = topic.side ? to_text(*topic.side) : delta_level;
  return fmt::format("{}/{}/{}", topic_prefix, topic.feed, last);
}

bus::Message desired_message(registry::FeedId feed, const Twin& twin) {
  return message_of({feed, Side::desired}, {twin.desired.version, twin.desired.json});
}

bus::Message reported_message(registry::FeedId feed, const Twin& twin) {
  return message_of({feed, Side::reported}, {twin.reported.version, twin.reported.json});
}

bus::Message delta_message(registry::FeedId feed, const Twin& twin) {
  return message_of({feed, std::nullopt}, {twin.desired.version, twin.delta});
}

}  // namespace tt::twin
