#include "gateway/xively/output.h"

#include "wire/csv.h"
#include "wire/json_writer.h"

namespace tt::gateway::xively {
namespace {

using wire::JsonWriter;

constexpr std::chrono::minutes live_period{15};

void member_if(JsonWriter& json, std::string_view name, const std::string& text) {
  if (!text.empty()) json.member(name, std::string_view(text));
}

void member_time(JsonWriter& json, std::string_view name, Time time, const TimeZone& zone) {
  if (!zone.is_utc()) {
    json.member(name, zone.text(time));
    return;
  }
  char text[27];
  format_time(time, text);
  json.member(name, std::string_view(text, sizeof(text)));
}

void append_tags(JsonWriter& json, const std::vector<std::string>& tags) {
  if (tags.empty()) return;
  json.key("tags").begin_array();
  for (const auto& tag : tags) json.value(tag);
  json.end_array();
}

void append_datapoints(JsonWriter& json, const Datapoints& points, const TimeZone& zone) {
  json.key("datapoints").begin_array();
  for (const auto& point : points) {
    json.begin_object().member("value", std::string_view(point.value));
    member_time(json, "at", point.at, zone);
    json.end_object();
  }
  json.end_array();
}

void append_unit(JsonWriter& json, const registry::Unit& unit) {
  if (unit == registry::Unit{}) return;
  json.key("unit").begin_object();
  member_if(json, "type", unit.type);
  member_if(json, "symbol", unit.symbol);
  member_if(json, "label", unit.label);
  json.end_object();
}

void append_datastream(JsonWriter& json, const ChannelView& view, const TimeZone& zone) {
  json.member("id", std::string_view(view.channel->name));
  if (view.current) {
    json.member("current_value", std::string_view(view.current->last.value));
    member_time(json, "at", view.current->last.at, zone);
    if (view.current->max) json.member("max_value", float_text(*view.current->max));
    if (view.current->min) json.member("min_value", float_text(*view.current->min));
  }
  append_tags(json, view.channel->tags);
  append_unit(json, view.channel->unit);
  if (view.datapoints) append_datapoints(json, *view.datapoints, zone);
  if (!view.function.empty()) json.member("datapoints_function", view.function);
}

void append_location(JsonWriter& json, const registry::Location& location, const TimeZone& zone) {
  if (location == registry::Location{}) return;
  json.key("location").begin_object();
  member_if(json, "name", location.name);
  member_if(json, "domain", location.domain);
  member_if(json, "exposure", location.exposure);
  member_if(json, "disposition", location.disposition);
  member_if(json, "ele", location.ele);
  if (location.lat) json.member("lat", *location.lat);
  if (location.lon) json.member("lon", *location.lon);
  if (!location.waypoints.empty()) {
    json.key("waypoints").begin_array();
    for (const auto& waypoint : location.waypoints) {
      json.begin_object();
      member_time(json, "at", waypoint.at, zone);
      json.member("lat", waypoint.lat).member("lon", waypoint.lon).end_object();
    }
    json.end_array();
  }
  json.end_object();
}

void csv_sample(wire::CsvWriter& csv, const archive::Sample& sample, const TimeZone& zone) {
  csv.field(zone.text(sample.at)).field(sample.value).end_row();
}

void append_feed_rows(wire::CsvWriter& csv, const FeedView& view) {
  for (const auto& channel : view.channels) {
    csv.field(std::to_string(view.feed->id)).field(channel.channel->name);
    if (channel.current) {
      csv.field(view.zone.text(channel.current->last.at)).field(channel.current->last.value);
    } else {
      csv.field("").quoted_field("");
    }
    csv.end_row();
  }
}

void append_feed(JsonWriter& json, const FeedView& view, Content content, User user) {
  const auto& feed = *view.feed;
  json.begin_object().member("id", feed.id);
  json.member("title", std::string_view(feed.title));
  json.member("private", feed.is_private ? "true" : "false");
  member_if(json, "website", feed.website);
  append_tags(json, feed.tags);
  member_if(json, "description", feed.description);
  json.member("feed", fmt::format("{}/v2/feeds/{}.json", view.base_url, feed.id));
  member_if(json, "auto_feed_url", feed.auto_feed_url);
  json.member("status", status_of(view.updated, view.now));
  member_time(json, "updated", view.updated, view.zone);
  member_time(json, "created", feed.created, view.zone);
  member_if(json, "email", feed.email);
  member_if(json, "icon", feed.icon);
  json.member("creator", fmt::format("{}/users/{}", view.base_url, feed.owner_login));
  json.member("version", "1.0.0");
  if (user == User::shown) {
    json.key("user")
        .begin_object()
        .member("login", std::string_view(feed.owner_login))
        .end_object();
  }
  if (content == Content::full) {
    json.key("datastreams").begin_array();
    for (const auto& channel : view.channels) {
      json.begin_object();
      append_datastream(json, channel, view.zone);
      json.end_object();
    }
    json.end_array();
  }
  append_location(json, feed.location, view.zone);
  member_if(json, "product_id", feed.product_id);
  member_if(json, "device_serial", feed.device_serial);
  json.end_object();
}

}  // namespace

std::string float_text(double value) {
  auto text = fmt::format("{}", value);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

std::string_view status_of(Time updated, Time now) {
  return now - updated <= live_period ? "live" : "frozen";
}

std::string feed_json(const FeedView& view) {
  std::string out;
  JsonWriter json(out);
  append_feed(json, view, Content::full, User::hidden);
  return out;
}

std::string feed_list_json(const FeedList& list) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("totalResults", list.total).member("startIndex", list.offset);
  json.member("itemsPerPage", list.per_page).key("results").begin_array();
  for (const auto& view : list.feeds) append_feed(json, view, list.content, list.user);
  json.end_array().end_object();
  return out;
}

std::string datastream_json(const ChannelView& view, const TimeZone& zone) {
  std::string out;
  if (view.datapoints) out.reserve(64 * view.datapoints->size() + 256);
  JsonWriter json(out);
  json.begin_object();
  append_datastream(json, view, zone);
  json.member("version", "1.0.0").end_object();
  return out;
}

std::string datapoint_json(const archive::Sample& sample, const TimeZone& zone) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("value", std::string_view(sample.value));
  member_time(json, "at", sample.at, zone);
  json.end_object();
  return out;
}

std::string feed_list_csv(const FeedList& list) {
  std::string out;
  wire::CsvWriter csv(out);
  for (const auto& view : list.feeds) append_feed_rows(csv, view);
  return out;
}

std::string feed_csv(const FeedView& view) {
  struct Row {
    std::string_view stream;
    const archive::Sample* sample;
  };
  std::vector<Row> rows;
  std::string out;
  wire::CsvWriter csv(out);
  for (const auto& channel : view.channels) {
    if (channel.datapoints) {
      for (const auto& point : *channel.datapoints) rows.push_back({channel.channel->name, &point});
    } else if (channel.current) {
      rows.push_back({channel.channel->name, &channel.current->last});
    } else {
      csv.field(channel.channel->name).field("").quoted_field("").end_row();
    }
  }
  bool is_history = !view.channels.empty() && view.channels[0].datapoints;
  if (is_history) {
    auto earlier = [](const Row& a, const Row& b) {
      return std::tie(a.sample->at, a.stream) < std::tie(b.sample->at, b.stream);
    };
    std::sort(rows.begin(), rows.end(), earlier);
  }
  for (const auto& row : rows) {
    csv.field(row.stream);
    csv_sample(csv, *row.sample, view.zone);
  }
  return out;
}

std::string datastream_csv(const ChannelView& view, const TimeZone& zone) {
  std::string out;
  wire::CsvWriter csv(out);
  if (view.datapoints) {
    for (const auto& point : *view.datapoints) csv_sample(csv, point, zone);
  } else if (view.current) {
    csv_sample(csv, view.current->last, zone);
  }
  return out;
}

std::string datapoint_csv(const archive::Sample& sample, const TimeZone& zone) {
  std::string out;
  wire::CsvWriter csv(out);
  csv_sample(csv, sample, zone);
  return out;
}

}  // namespace tt::gateway::xively
