#include "gateway/xively/xml_output.h"

#include "wire/xml.h"

namespace tt::gateway::xively {
namespace {

using wire::XmlWriter;

constexpr std::string_view eeml = "http://www.eeml.org/xsd/0.5.1";
constexpr std::string_view eeml_schema =
    "http://www.eeml.org/xsd/0.5.1 http://www.eeml.org/xsd/0.5.1/0.5.1.xsd";
constexpr std::string_view schema_instance = "http://www.w3.org/2001/XMLSchema-instance";
constexpr std::string_view opensearch = "http://a9.com/-/spec/opensearch/1.1/";

void begin_eeml(XmlWriter& xml) {
  xml.declaration().begin("eeml").attribute("xmlns", eeml).attribute("xmlns:xsi", schema_instance);
  xml.attribute("version", "0.5.1").attribute("xsi:schemaLocation", eeml_schema);
}

void element_if(XmlWriter& xml, std::string_view name, std::string_view text) {
  if (!text.empty()) xml.element(name, text);
}

void attribute_if(XmlWriter& xml, std::string_view name, std::string_view text) {
  if (!text.empty()) xml.attribute(name, text);
}

void append_tags(XmlWriter& xml, const std::vector<std::string>& tags) {
  for (const auto& tag : tags) xml.element("tag", tag);
}

struct ValueElement {
  std::string_view name;
  const archive::Sample& sample;
};

void append_value(XmlWriter& xml, const ValueElement& value, const TimeZone& zone) {
  xml.begin(value.name).attribute("at", zone.text(value.sample.at)).text(value.sample.value).end();
}

void append_unit(XmlWriter& xml, const registry::Unit& unit) {
  if (unit == registry::Unit{}) return;
  xml.begin("unit");
  attribute_if(xml, "type", unit.type);
  attribute_if(xml, "symbol", unit.symbol);
  xml.text(unit.label).end();
}

void append_datapoints(XmlWriter& xml, const ChannelView& view, const TimeZone& zone) {
  if (view.datapoints->empty()) return;
  xml.begin("datapoints");
  attribute_if(xml, "function", view.function);
  for (const auto& point : *view.datapoints) append_value(xml, {"value", point}, zone);
  xml.end();
}

void append_data(XmlWriter& xml, const ChannelView& view, const TimeZone& zone) {
  xml.begin("data").attribute("id", view.channel->name);
  append_tags(xml, view.channel->tags);
  if (view.current) {
    append_value(xml, {"current_value", view.current->last}, zone);
    if (view.current->max) xml.element("max_value", float_text(*view.current->max));
    if (view.current->min) xml.element("min_value", float_text(*view.current->min));
  }
  append_unit(xml, view.channel->unit);
  if (view.datapoints) append_datapoints(xml, view, zone);
  xml.end();
}

void append_waypoints(XmlWriter& xml, const std::vector<registry::Waypoint>& waypoints,
                      const TimeZone& zone) {
  if (waypoints.empty()) return;
  xml.begin("waypoints");
  for (const auto& waypoint : waypoints) {
    xml.begin("waypoint").attribute("at", zone.text(waypoint.at));
    xml.element("lat", fmt::format("{}", waypoint.lat));
    xml.element("lon", fmt::format("{}", waypoint.lon)).end();
  }
  xml.end();
}

void append_location(XmlWriter& xml, const registry::Location& location, const TimeZone& zone) {
  if (location == registry::Location{}) return;
  xml.begin("location");
  attribute_if(xml, "disposition", location.disposition);
  attribute_if(xml, "exposure", location.exposure);
  attribute_if(xml, "domain", location.domain);
  element_if(xml, "name", location.name);
  if (location.lat) xml.element("lat", fmt::format("{}", *location.lat));
  if (location.lon) xml.element("lon", fmt::format("{}", *location.lon));
  element_if(xml, "ele", location.ele);
  append_waypoints(xml, location.waypoints, zone);
  xml.end();
}

std::string creator_of(const registry::Feed& feed, std::string_view base_url) {
  return fmt::format("{}/users/{}", base_url, feed.owner_login);
}

void append_metadata(XmlWriter& xml, const FeedView& view) {
  const auto& feed = *view.feed;
  xml.element("title", feed.title);
  xml.element("feed", fmt::format("{}/v2/feeds/{}.xml", view.base_url, feed.id));
  element_if(xml, "auto_feed_url", feed.auto_feed_url);
  xml.element("status", status_of(view.updated, view.now));
  element_if(xml, "description", feed.description);
  element_if(xml, "icon", feed.icon);
  element_if(xml, "website", feed.website);
  element_if(xml, "email", feed.email);
  element_if(xml, "product_id", feed.product_id);
  element_if(xml, "device_serial", feed.device_serial);
  xml.element("private", feed.is_private ? "true" : "false");
  append_tags(xml, feed.tags);
  append_location(xml, feed.location, view.zone);
}

void append_environment(XmlWriter& xml, const FeedView& view, Content content, User user) {
  const auto& feed = *view.feed;
  xml.begin("environment").attribute("updated", view.zone.text(view.updated));
  xml.attribute("created", view.zone.text(feed.created)).attribute("id", std::to_string(feed.id));
  xml.attribute("creator", creator_of(feed, view.base_url));
  append_metadata(xml, view);
  if (user == User::shown) xml.begin("user").element("login", feed.owner_login).end();
  if (content == Content::full) {
    for (const auto& channel : view.channels) append_data(xml, channel, view.zone);
  }
  xml.end();
}

}  // namespace

std::string feed_list_xml(const FeedList& list) {
  std::string out;
  XmlWriter xml(out);
  begin_eeml(xml);
  xml.attribute("xmlns:opensearch", opensearch);
  xml.element("opensearch:totalResults", std::to_string(list.total));
  xml.element("opensearch:startIndex", std::to_string(list.offset));
  xml.element("opensearch:itemsPerPage", std::to_string(list.per_page));
  for (const auto& view : list.feeds) append_environment(xml, view, list.content, list.user);
  xml.end();
  return out;
}

std::string feed_xml(const FeedView& view) {
  std::string out;
  XmlWriter xml(out);
  begin_eeml(xml);
  append_environment(xml, view, Content::full, User::hidden);
  xml.end();
  return out;
}

std::string datastream_xml(const ChannelView& view, const ChannelPlace& place) {
  const auto& feed = place.feed;
  auto updated = view.current ? view.current->last.at : feed.updated;
  std::string out;
  if (view.datapoints) out.reserve(64 * view.datapoints->size() + 1024);
  XmlWriter xml(out);
  begin_eeml(xml);
  xml.begin("environment").attribute("updated", place.zone.text(updated));
  xml.attribute("id", std::to_string(feed.id));
  xml.attribute("creator", creator_of(feed, place.base_url));
  append_data(xml, view, place.zone);
  xml.end().end();
  return out;
}

std::string datapoint_xml(const archive::Sample& sample, const TimeZone& zone) {
  std::string out;
  XmlWriter xml(out);
  begin_eeml(xml);
  xml.begin("environment").begin("data").begin("datapoints");
  append_value(xml, {"value", sample}, zone);
  xml.end().end().end().end();
  return out;
}

}  // namespace tt::gateway::xively
