// Reading feeds, datastreams and datapoints from JSON.

#include "gateway/xively/json_input.h"

#include "base/error.h"
#include "gateway/xively/scalar.h"
#include "registry/tags.h"

namespace tt::gateway::xively {
namespace {

using wire::JsonKind;
using wire::JsonValue;

void require_object(JsonValue value, std::string_view what) {
  if (!value.is(JsonKind::object)) throw wrong(what, "must be an object");
}

// A text or number, as it was written; nullopt for null.
std::optional<std::string_view> scalar(JsonValue value, std::string_view what) {
  switch (value.kind()) {
    case JsonKind::null: return std::nullopt;
    case JsonKind::string:
    case JsonKind::number:
    case JsonKind::boolean: return value.text();
    default: throw wrong(what, "is invalid");
  }
}

std::string text(JsonValue value, std::string_view what) {
  auto found = scalar(value, what);
  return found ? std::string(*found) : std::string();
}

std::optional<double> number(JsonValue value, std::string_view what) {
  return to_number(scalar(value, what).value_or(""), what);
}

std::optional<Time> time(JsonValue value, std::string_view what) {
  return to_time(scalar(value, what).value_or(""), what);
}

std::vector<std::string> tags(JsonValue value) {
  if (!value.is(JsonKind::array)) return registry::parse_tags(text(value, "Tags"));
  std::vector<std::string> list;
  for (auto element : value.elements()) list.push_back(text(element, "Tags"));
  return list;
}

bool boolean(JsonValue value, std::string_view what) {
  return to_boolean(scalar(value, what).value_or(""), what);
}

registry::Unit unit(JsonValue value) {
  registry::Unit unit;
  if (value.is(JsonKind::null)) return unit;
  require_object(value, "Unit");
  for (auto [key, member] : value.members()) {
    if (key == "label") unit.label = text(member, "Unit label");
    if (key == "symbol") unit.symbol = text(member, "Unit symbol");
    if (key == "type") unit.type = text(member, "Unit type");
  }
  return unit;
}

void read_location(JsonValue value, registry::LocationChange& change) {
  if (value.is(JsonKind::null)) return;
  require_object(value, "Location");
  for (auto [key, member] : value.members()) {
    if (key == "name") change.name = text(member, "Location name");
    if (key == "domain") change.domain = text(member, "Location domain");
    if (key == "exposure") change.exposure = text(member, "Location exposure");
    if (key == "disposition") change.disposition = text(member, "Location disposition");
    if (key == "ele") change.ele = text(member, "Location ele");
    if (key == "lat") change.lat = number(member, "Location lat");
    if (key == "lon") change.lon = number(member, "Location lon");
  }
}

DatapointInput read_datapoint(JsonValue value) {
  require_object(value, "Datapoint");
  DatapointInput point;
  std::optional<std::string_view> content;
  for (auto [key, member] : value.members()) {
    if (key == "at") point.at = time(member, "Datapoint timestamp");
    if (key == "value") content = scalar(member, "Datapoint value");
  }
  if (!content) throw wrong("Datapoint value", "can't be blank");
  if (!point.at) throw wrong("Datapoint timestamp", "can't be blank");
  point.value = *content;
  return point;
}

}  // namespace

void read_datapoints(JsonValue value, std::vector<DatapointInput>& points) {
  if (value.is(JsonKind::null)) return;
  if (!value.is(JsonKind::array)) throw wrong("Datapoints", "must be an array");
  points.reserve(points.size() + value.size());
  for (auto element : value.elements()) points.push_back(read_datapoint(element));
}

DatastreamInput read_datastream(JsonValue value, std::string_view id_of_path) {
  require_object(value, "Datastream");
  DatastreamInput stream;
  stream.id = id_of_path;
  for (auto [key, member] : value.members()) {
    if (key == "current_value") stream.current_value = scalar(member, "Value");
    if (key == "at") stream.at = time(member, "Timestamp");
    if (key == "id" && id_of_path.empty()) stream.id = scalar(member, "ID").value_or("");
    if (key == "datapoints") read_datapoints(member, stream.datapoints);
    if (key == "tags" && !member.is(JsonKind::null)) stream.tags = tags(member);
    if (key == "unit") stream.unit = unit(member);
    if (key == "min_value") stream.min_value = number(member, "Min value");
    if (key == "max_value") stream.max_value = number(member, "Max value");
  }
  return stream;
}

std::vector<DatastreamInput> read_datastreams(JsonValue value) {
  std::vector<DatastreamInput> streams;
  if (value.is(JsonKind::null)) return streams;
  if (!value.is(JsonKind::array)) throw wrong("Datastreams", "must be an array");
  streams.reserve(value.size());
  for (auto element : value.elements()) streams.push_back(read_datastream(element, {}));
  return streams;
}

FeedInput read_feed(JsonValue value) {
  require_object(value, "Feed");
  FeedInput feed;
  auto& change = feed.change;
  std::optional<Time> updated;
  for (auto [key, member] : value.members()) {
    if (key == "title") change.title = text(member, "Title");
    if (key == "description") change.description = text(member, "Description");
    if (key == "website") change.website = text(member, "Website");
    if (key == "email") change.email = text(member, "Email");
    if (key == "icon") change.icon = text(member, "Icon");
    if (key == "private") change.is_private = boolean(member, "Private");
    if (key == "tags") change.tags = tags(member);
    if (key == "location") read_location(member, change.location);
    if (key == "datastreams") feed.datastreams = read_datastreams(member);
    // Clients echo what they have read, so a timestamp that cannot be is no mistake here.
    if (key == "updated") updated = parse_time(member.text());
  }
  // "legacy: default timestamp of all streams in that write; per-stream `at` wins"
  for (auto& stream : feed.datastreams) {
    if (!stream.at && stream.current_value) stream.at = updated;
  }
  return feed;
}

}  // namespace tt::gateway::xively
