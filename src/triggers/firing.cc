#include "triggers/firing.h"

#include "triggers/condition.h"
#include "wire/json.h"
#include "wire/json_writer.h"
#include "wire/url.h"

namespace tt::triggers {
namespace {

std::string_view value_of(const Firing& firing) {
  return firing.reading ? std::string_view(firing.reading->value) : std::string_view();
}

// A number, as its owner wrote it where JSON can hold that; a text; or null.
void write_threshold(wire::JsonWriter& json, const Draft& settings) {
  const auto& threshold = settings.threshold;
  if (!needs_threshold(settings.condition)) {
    json.null();
    return;
  }
  auto document = wire::read_json(threshold, 1);
  auto number = numeric(threshold);
  if (document && document->root().is(wire::JsonKind::number)) {
    json.raw(document->root().text());
  } else if (number) {
    json.value(*number);
  } else {
    json.value(threshold);
  }
}

void write_location(wire::JsonWriter& json, const registry::Location& location) {
  json.begin_object();
  if (location.lat) json.member("lat", *location.lat);
  if (location.lon) json.member("lng", *location.lon).member("lon", *location.lon);
  json.member("name", location.name).end_object();
}

void write_environment(wire::JsonWriter& json, const registry::Feed& feed, std::string_view url) {
  json.begin_object();
  json.member("description", feed.description).member("feed", url).member("id", feed.id);
  json.key("location");
  write_location(json, feed.location);
  json.member("title", feed.title).end_object();
}

void write_datastream(wire::JsonWriter& json, const Firing& firing, std::string_view feed_url) {
  const auto& name = firing.trigger.settings.channel;
  const auto* channel = firing.feed->find(name);
  auto unit = channel ? channel->unit : registry::Unit{};
  auto url = fmt::format("{}/datastreams/{}", feed_url, wire::percent_encode(name));
  json.begin_object().member("id", name).member("url", url);
  json.member("at", firing.reading ? format_time(firing.reading->at) : std::string());
  json.key("units").begin_object().member("label", unit.label).member("symbol", unit.symbol);
  json.member("type", unit.type).end_object();
  json.key("value").begin_object();
  json.member("current_value", value_of(firing)).member("value", value_of(firing));
  if (firing.current && firing.current->max) json.member("max_value", *firing.current->max);
  if (firing.current && firing.current->min) json.member("min_value", *firing.current->min);
  json.end_object().end_object();
}

}  // namespace

std::string to_document(const Firing& firing, std::string_view public_url) {
  const auto& trigger = firing.trigger;
  auto feed_url = fmt::format("{}/v2/feeds/{}", public_url, firing.feed->id);
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().key("environment");
  write_environment(json, *firing.feed, feed_url);
  json.member("id", trigger.id).key("threshold_value");
  write_threshold(json, trigger.settings);
  json.member("timestamp", format_time(firing.at)).key("triggering_datastream");
  write_datastream(json, firing, feed_url);
  json.member("type", to_text(trigger.settings.condition));
  json.member("url", fmt::format("{}/v2/triggers/{}", public_url, trigger.id));
  if (firing.purpose == Purpose::test) json.member("debug", true);
  json.end_object();
  return out;
}

std::string to_sentence(const Firing& firing) {
  const auto& settings = firing.trigger.settings;
  const auto* channel = firing.feed->find(settings.channel);
  auto symbol = channel ? channel->unit.symbol : std::string();
  auto what = fmt::format("{} of {}", settings.channel, firing.feed->title);
  auto value = fmt::format("{}{}{}", value_of(firing), symbol.empty() ? "" : " ", symbol);
  const auto& threshold = settings.threshold;
  switch (settings.condition) {
    case Condition::gt: return fmt::format("{} is {}, over {}", what, value, threshold);
    case Condition::gte: return fmt::format("{} is {}, {} or more", what, value, threshold);
    case Condition::lt: return fmt::format("{} is {}, under {}", what, value, threshold);
    case Condition::lte: return fmt::format("{} is {}, {} or less", what, value, threshold);
    case Condition::eq: return fmt::format("{} is {}", what, value);
    case Condition::change: return fmt::format("{} is {} now", what, value);
    case Condition::frozen: return fmt::format("{} has sent nothing for 15 minutes", what);
    case Condition::live: break;
  }
  return fmt::format("{} sends again: {}", what, value);
}

}  // namespace tt::triggers
