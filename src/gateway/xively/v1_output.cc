#include "gateway/xively/v1_output.h"

#include "gateway/xively/errors.h"
#include "wire/csv.h"
#include "wire/json_writer.h"
#include "wire/xml.h"

namespace tt::gateway::xively {
namespace {

using wire::JsonWriter;
using wire::XmlWriter;

constexpr std::string_view version = "0.6-alpha";
constexpr std::string_view eeml = "http://www.eeml.org/xsd/005";
constexpr std::string_view eeml_schema =
    "http://www.eeml.org/xsd/005 http://www.eeml.org/xsd/005/005.xsd";
constexpr std::string_view schema_instance = "http://www.w3.org/2001/XMLSchema-instance";

std::string url_of(const FeedView& view, std::string_view suffix) {
  return fmt::format("{}/v1/feeds/{}{}", view.base_url, view.feed->id, suffix);
}

// --- JSON --------------------------------------------------------------------------------------

void member_if(JsonWriter& json, std::string_view name, std::string_view text) {
  if (!text.empty()) json.member(name, text);
}

void append_current(JsonWriter& json, const archive::Current& current, const TimeZone& zone) {
  json.begin_object().member("recorded_at", zone.text(current.last.at));
  json.member("value", current.last.value);
  if (current.max) json.member("max_value", float_text(*current.max));
  if (current.min) json.member("min_value", float_text(*current.min));
  json.end_object();
}

void append_json(JsonWriter& json, const ChannelView& view, const TimeZone& zone) {
  const auto& channel = *view.channel;
  json.member("id", channel.name).key("values").begin_array();
  if (view.current) append_current(json, *view.current, zone);
  json.end_array();
  if (!channel.tags.empty()) {
    json.key("tags").begin_array();
    for (const auto& tag : channel.tags) json.value(tag);
    json.end_array();
  }
  if (channel.unit == registry::Unit{}) return;
  json.key("unit").begin_object();
  member_if(json, "type", channel.unit.type);
  member_if(json, "symbol", channel.unit.symbol);
  member_if(json, "label", channel.unit.label);
  json.end_object();
}

void append_json(JsonWriter& json, const registry::Location& location) {
  if (location == registry::Location{}) return;
  json.key("location").begin_object();
  member_if(json, "disposition", location.disposition);
  member_if(json, "name", location.name);
  member_if(json, "exposure", location.exposure);
  member_if(json, "domain", location.domain);
  member_if(json, "ele", location.ele);
  if (location.lat) json.member("lat", *location.lat);
  if (location.lon) json.member("lon", *location.lon);
  json.end_object();
}

std::string feed_json_v1(const FeedView& view) {
  const auto& feed = *view.feed;
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("id", feed.id).member("title", feed.title);
  member_if(json, "icon", feed.icon);
  member_if(json, "website", feed.website);
  member_if(json, "description", feed.description);
  json.member("feed", url_of(view, ".json"));
  json.member("status", status_of(view.updated, view.now));
  json.member("updated", view.zone.text(view.updated));
  member_if(json, "email", feed.email);
  json.member("version", version).key("datastreams").begin_array();
  for (const auto& channel : view.channels) {
    json.begin_object();
    append_json(json, channel, view.zone);
    json.end_object();
  }
  json.end_array();
  append_json(json, feed.location);
  json.end_object();
  return out;
}

std::string datastream_json_v1(const ChannelView& view, const TimeZone& zone) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  append_json(json, view, zone);
  json.member("version", version).end_object();
  return out;
}

// --- EEML 5 ------------------------------------------------------------------------------------

void element_if(XmlWriter& xml, std::string_view name, std::string_view text) {
  if (!text.empty()) xml.element(name, text);
}

void attribute_if(XmlWriter& xml, std::string_view name, std::string_view text) {
  if (!text.empty()) xml.attribute(name, text);
}

void begin_eeml(XmlWriter& xml) {
  xml.declaration().begin("eeml").attribute("xmlns", eeml).attribute("xmlns:xsi", schema_instance);
  xml.attribute("version", "5").attribute("xsi:schemaLocation", eeml_schema);
}

void append_data(XmlWriter& xml, const ChannelView& view) {
  const auto& unit = view.channel->unit;
  xml.begin("data").attribute("id", view.channel->name);
  for (const auto& tag : view.channel->tags) xml.element("tag", tag);
  if (view.current) {
    xml.begin("value");
    if (view.current->min) xml.attribute("minValue", float_text(*view.current->min));
    if (view.current->max) xml.attribute("maxValue", float_text(*view.current->max));
    xml.text(view.current->last.value).end();
  }
  if (unit != registry::Unit{}) {
    xml.begin("unit");
    attribute_if(xml, "type", unit.type);
    attribute_if(xml, "symbol", unit.symbol);
    xml.text(unit.label).end();
  }
  xml.end();
}

void append_location(XmlWriter& xml, const registry::Location& location) {
  if (location == registry::Location{}) return;
  xml.begin("location");
  attribute_if(xml, "disposition", location.disposition);
  attribute_if(xml, "exposure", location.exposure);
  attribute_if(xml, "domain", location.domain);
  element_if(xml, "name", location.name);
  if (location.lat) xml.element("lat", fmt::format("{}", *location.lat));
  if (location.lon) xml.element("lon", fmt::format("{}", *location.lon));
  element_if(xml, "ele", location.ele);
  xml.end();
}

struct Environment {
  const registry::Feed& feed;
  std::string_view base_url;
  std::string updated;
};

void begin_environment(XmlWriter& xml, const Environment& environment) {
  const auto& feed = environment.feed;
  begin_eeml(xml);
  xml.begin("environment").attribute("updated", environment.updated);
  xml.attribute("id", std::to_string(feed.id));
  xml.attribute("creator", fmt::format("{}/users/{}", environment.base_url, feed.owner_login));
}

std::string feed_xml_v1(const FeedView& view) {
  const auto& feed = *view.feed;
  std::string out;
  XmlWriter xml(out);
  begin_environment(xml, {feed, view.base_url, view.zone.text(view.updated)});
  xml.element("title", feed.title).element("feed", url_of(view, ".xml"));
  xml.element("status", status_of(view.updated, view.now));
  element_if(xml, "description", feed.description);
  element_if(xml, "icon", feed.icon);
  element_if(xml, "website", feed.website);
  element_if(xml, "email", feed.email);
  append_location(xml, feed.location);
  for (const auto& channel : view.channels) append_data(xml, channel);
  xml.end().end();
  return out;
}

std::string datastream_xml_v1(const ChannelView& view, const ChannelPlace& place) {
  auto updated = view.current ? view.current->last.at : place.feed.updated;
  std::string out;
  XmlWriter xml(out);
  begin_environment(xml, {place.feed, place.base_url, place.zone.text(updated)});
  append_data(xml, view);
  xml.end().end();
  return out;
}

// --- CSV ---------------------------------------------------------------------------------------

std::string feed_csv_v1(const FeedView& view) {
  std::string out;
  wire::CsvWriter csv(out);
  for (const auto& channel : view.channels) {
    csv.field(channel.current ? channel.current->last.value : std::string());
  }
  csv.end_row();
  return out;
}

std::string datastream_csv_v1(const ChannelView& view) {
  std::string out;
  if (!view.current) return out;
  wire::CsvWriter csv(out);
  csv.field(view.current->last.value);
  return out;
}

}  // namespace

std::string v1_feed_document(const FeedView& view, Format format) {
  switch (format) {
    case Format::json: return feed_json_v1(view);
    case Format::xml: return feed_xml_v1(view);
    case Format::csv: return feed_csv_v1(view);
    default: throw not_acceptable();
  }
}

std::string v1_datastream_document(const ChannelView& view, const ChannelPlace& place,
                                   Format format) {
  switch (format) {
    case Format::json: return datastream_json_v1(view, place.zone);
    case Format::xml: return datastream_xml_v1(view, place);
    case Format::csv: return datastream_csv_v1(view);
    default: throw not_acceptable();
  }
}

}  // namespace tt::gateway::xively
