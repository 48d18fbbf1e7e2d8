#include "gateway/xively/xml_input.h"

#include "base/error.h"
#include "gateway/xively/scalar.h"
#include "wire/xml.h"

namespace tt::gateway::xively {
namespace {

using pugi::xml_node;

// A tree takes sixteen times the bytes of "<a/>", so less is read than in other formats.  The
// datapoints that one request may bring fit, even with every character written as a reference.
constexpr wire::XmlLimits xml_limits{.bytes_max = 2 * 1024 * 1024, .depth_max = 64};

Error broken(std::string message) { return Error(Code::invalid, std::move(message)); }

wire::XmlDocument read(std::string_view body) {
  auto document = wire::read_xml(body, xml_limits);
  if (!document) throw broken(document.error().message);
  return std::move(*document);
}

// Without prefix: ElementTree writes <ns0:eeml>.
std::string_view name_of(xml_node node) {
  std::string_view name = node.name();
  auto colon = name.find(':');
  return colon == name.npos ? name : name.substr(colon + 1);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  auto start = text.find_first_not_of(space);
  if (start == text.npos) return {};
  return text.substr(start, text.find_last_not_of(space) - start + 1);
}

// All text in an element, around CDATA and comments too.
std::string text(xml_node node, std::string_view what) {
  std::string joined;
  for (auto child : node.children()) {
    if (child.type() == pugi::node_element) throw wrong(what, "is invalid");
    joined += child.value();
  }
  return std::string(trimmed(joined));
}

// nullopt if there is no such attribute.
std::optional<std::string> attribute(xml_node node, const char* name) {
  auto found = node.attribute(name);
  if (!found) return std::nullopt;
  return std::string(trimmed(found.value()));
}

std::optional<double> number(xml_node node, std::string_view what) {
  return to_number(text(node, what), what);
}

std::optional<Time> time(xml_node node, std::string_view what) {
  return to_time(trimmed(node.attribute("at").value()), what);
}

// Leaves `list` empty but present for a single <tag/>.
void add_tag(xml_node node, std::optional<std::vector<std::string>>& list) {
  if (!list) list.emplace();
  auto tag = text(node, "Tags");
  if (!tag.empty()) list->push_back(std::move(tag));
}

// How the nodes that may stand only once are called in messages.
enum class Level { feed, datastream, datapoint };

std::string_view name_of(Level level) {
  switch (level) {
    case Level::feed: return "Feed";
    case Level::datastream: return "Datastream";
    case Level::datapoint: return "Datapoint";
  }
  return {};
}

Error several(std::string_view name, Level level) {
  return broken(
      fmt::format("Multiple '{}' nodes are not permitted for {} level XML", name, name_of(level)));
}

// The only child of that name; a null node if there is none.  Throws invalid if there are several.
xml_node single(xml_node parent, std::string_view name, Level level) {
  xml_node found;
  for (auto child : parent.children()) {
    if (name_of(child) != name) continue;
    if (found) throw several(name, level);
    found = child;
  }
  return found;
}

xml_node environment_of(const wire::XmlDocument& document, Level level) {
  xml_node environment;
  if (name_of(document.root()) == "eeml") {
    environment = single(document.root(), "environment", level);
  }
  if (!environment) throw broken("Missing 'environment' node from base node");
  return environment;
}

xml_node data_of(xml_node environment, Level level) {
  auto data = single(environment, "data", level);
  if (!data) throw broken("Missing 'data' node from source document");
  return data;
}

void read_location(xml_node node, registry::LocationChange& change) {
  if (auto domain = attribute(node, "domain")) change.domain = std::move(domain);
  if (auto exposure = attribute(node, "exposure")) change.exposure = std::move(exposure);
  if (auto disposition = attribute(node, "disposition")) {
    change.disposition = std::move(disposition);
  }
  for (auto child : node.children()) {
    auto name = name_of(child);
    if (name == "name") change.name = text(child, "Location name");
    if (name == "ele") change.ele = text(child, "Location ele");
    if (name == "lat") change.lat = number(child, "Location lat");
    if (name == "lon") change.lon = number(child, "Location lon");
  }
}

registry::Unit read_unit(xml_node node) {
  registry::Unit unit;
  unit.label = text(node, "Unit label");
  unit.symbol = attribute(node, "symbol").value_or("");
  unit.type = attribute(node, "type").value_or("");
  return unit;
}

// Texts that views point to, in the order in which they were read.
using Kept = std::deque<std::string>;

void read_points(xml_node node, std::vector<DatapointInput>& points, Kept& kept) {
  for (auto child : node.children()) {
    if (name_of(child) != "value") continue;
    DatapointInput point;
    point.at = time(child, "Datapoint timestamp");
    if (!point.at) throw wrong("Datapoint timestamp", "can't be blank");
    point.value = kept.emplace_back(text(child, "Datapoint value"));
    points.push_back(point);
  }
}

void read_current(xml_node node, DatastreamInput& stream, Kept& kept) {
  stream.current_value = kept.emplace_back(text(node, "Value"));
  stream.at = time(node, "Timestamp");
  if (auto min = attribute(node, "minValue")) stream.min_value = to_number(*min, "Min value");
  if (auto max = attribute(node, "maxValue")) stream.max_value = to_number(*max, "Max value");
}

DatastreamInput read_data(xml_node node, Kept& kept) {
  DatastreamInput stream;
  stream.id = kept.emplace_back(attribute(node, "id").value_or(""));
  for (auto child : node.children()) {
    auto name = name_of(child);
    if (name == "tag") add_tag(child, stream.tags);
    if (name == "current_value" || name == "value") read_current(child, stream, kept);
    if (name == "max_value") stream.max_value = number(child, "Max value");
    if (name == "min_value") stream.min_value = number(child, "Min value");
    if (name == "unit") stream.unit = read_unit(child);
    if (name == "datapoints") read_points(child, stream.datapoints, kept);
  }
  return stream;
}

// "legacy: default timestamp of all streams in that write; per-stream `at` wins".  Clients echo
// what they have read, so a timestamp that cannot be is no mistake here.
void set_default_time(xml_node environment, DatastreamInput& stream) {
  if (stream.at || !stream.current_value) return;
  stream.at = parse_time(trimmed(environment.attribute("updated").value()));
}

std::vector<DatastreamInput> read_streams(xml_node environment, Kept& kept) {
  std::vector<DatastreamInput> streams;
  for (auto child : environment.children()) {
    if (name_of(child) != "data") continue;
    set_default_time(environment, streams.emplace_back(read_data(child, kept)));
  }
  return streams;
}

}  // namespace

Parsed<FeedInput> read_xml_feed(std::string_view body) {
  auto document = read(body);
  auto environment = environment_of(document, Level::feed);
  Parsed<FeedInput> parsed;
  auto& change = parsed.value.change;
  for (auto node : environment.children()) {
    auto name = name_of(node);
    if (name == "title") change.title = text(node, "Title");
    if (name == "description") change.description = text(node, "Description");
    if (name == "website") change.website = text(node, "Website");
    if (name == "email") change.email = text(node, "Email");
    if (name == "icon") change.icon = text(node, "Icon");
    if (name == "private") change.is_private = to_boolean(text(node, "Private"), "Private");
    if (name == "tag") add_tag(node, change.tags);
    if (name == "location") read_location(node, change.location);
  }
  parsed.value.datastreams = read_streams(environment, parsed.kept);
  return parsed;
}

Parsed<std::vector<DatastreamInput>> read_xml_datastreams(std::string_view body) {
  auto document = read(body);
  Parsed<std::vector<DatastreamInput>> parsed;
  parsed.value = read_streams(environment_of(document, Level::feed), parsed.kept);
  return parsed;
}

Parsed<DatastreamInput> read_xml_datastream(std::string_view body, std::string_view id) {
  auto document = read(body);
  auto environment = environment_of(document, Level::datastream);
  Parsed<DatastreamInput> parsed;
  parsed.value = read_data(data_of(environment, Level::datastream), parsed.kept);
  parsed.value.id = id;
  set_default_time(environment, parsed.value);
  return parsed;
}

Parsed<std::vector<DatapointInput>> read_xml_datapoints(std::string_view body) {
  auto document = read(body);
  auto environment = environment_of(document, Level::datapoint);
  auto points = single(data_of(environment, Level::datapoint), "datapoints", Level::datapoint);
  if (!points) throw wrong("Datapoints", "can't be blank");
  Parsed<std::vector<DatapointInput>> parsed;
  read_points(points, parsed.value, parsed.kept);
  return parsed;
}

Parsed<std::string_view> read_xml_value(std::string_view body) {
  auto document = read(body);
  auto environment = environment_of(document, Level::datapoint);
  auto points = single(data_of(environment, Level::datapoint), "datapoints", Level::datapoint);
  auto value = single(points, "value", Level::datapoint);
  if (!value) throw wrong("Value", "can't be blank");
  Parsed<std::string_view> parsed;
  parsed.value = parsed.kept.emplace_back(text(value, "Value"));
  return parsed;
}

}  // namespace tt::gateway::xively
