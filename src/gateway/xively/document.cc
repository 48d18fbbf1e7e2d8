#include "gateway/xively/document.h"

#include "base/error.h"
#include "gateway/xively/csv_input.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/json_input.h"
#include "gateway/xively/xml_input.h"
#include "telemetry/telemetry.h"
#include "wire/kept_text.h"

namespace tt::gateway::xively {
namespace {

wire::JsonDocument parse_json(std::string_view body, const Limits& limits) {
  auto document = wire::read_json(body, limits.json_depth_max);
  if (!document) throw Error(Code::invalid, document.error().message);
  return std::move(*document);
}

// Texts with escapes live in the document, which ends here: keep them.
void keep(std::string_view& view, std::string_view body, std::deque<std::string>& kept) {
  view = wire::kept_text(view, body, kept);
}

void keep(std::optional<std::string_view>& view, std::string_view body,
          std::deque<std::string>& kept) {
  if (view) keep(*view, body, kept);
}

void keep(std::vector<DatapointInput>& points, std::string_view body,
          std::deque<std::string>& kept) {
  for (auto& point : points) keep(point.value, body, kept);
}

void keep(DatastreamInput& stream, std::string_view body, std::deque<std::string>& kept) {
  keep(stream.id, body, kept);
  keep(stream.current_value, body, kept);
  keep(stream.datapoints, body, kept);
}

void require_ids(const std::vector<DatastreamInput>& streams) {
  std::set<std::string_view> seen;
  std::string duplicates;
  for (const auto& stream : streams) {
    if (!registry::is_channel_name(stream.id)) {
      throw Error(
          Code::unprocessable,
          fmt::format("Datastream id {}", stream.id.empty() ? "can't be blank" : "is invalid"));
    }
    if (seen.insert(stream.id).second) continue;
    if (!duplicates.empty()) duplicates += ',';
    duplicates += stream.id;
  }
  if (!duplicates.empty()) {
    throw Error(Code::unprocessable,
                fmt::format("Datastreams can't have duplicate IDs: {}", duplicates));
  }
}

void require_values(const DatastreamInput& stream, const Limits& limits) {
  if (stream.current_value) telemetry::require_value(*stream.current_value, limits);
  for (const auto& point : stream.datapoints) telemetry::require_value(point.value, limits);
}

void require_values(const std::vector<DatastreamInput>& streams, const Limits& limits) {
  for (const auto& stream : streams) require_values(stream, limits);
}

void require_count(std::size_t points, const Limits& limits) {
  if (points <= limits.datapoints_per_request_max) return;
  throw Error(Code::unprocessable,
              fmt::format("You can only send {} datapoints in one request, this one has {}",
                          limits.datapoints_per_request_max, points));
}

void require_count(const std::vector<DatastreamInput>& streams, const Limits& limits) {
  std::size_t points = 0;
  for (const auto& stream : streams) points += stream.datapoints.size();
  require_count(points, limits);
}

}  // namespace

Parsed<FeedInput> parse_feed(std::string_view body, Format format, const Limits& limits) {
  Parsed<FeedInput> parsed;
  if (format == Format::csv) {
    auto streams = read_csv_datastreams(body);
    parsed.value.datastreams = std::move(streams.value);
    parsed.kept = std::move(streams.kept);
  } else if (format == Format::json) {
    auto document = parse_json(body, limits);
    parsed.value = read_feed(document.root());
    for (auto& stream : parsed.value.datastreams) keep(stream, body, parsed.kept);
  } else if (format == Format::xml) {
    parsed = read_xml_feed(body);
  } else {
    throw not_acceptable();
  }
  require_ids(parsed.value.datastreams);
  require_count(parsed.value.datastreams, limits);
  require_values(parsed.value.datastreams, limits);
  return parsed;
}

Parsed<DatastreamInput> parse_datastream(std::string_view body, std::string_view id, Format format,
                                         const Limits& limits) {
  Parsed<DatastreamInput> parsed;
  if (format == Format::csv) {
    parsed = read_csv_datastream(body, id);
  } else if (format == Format::json) {
    auto document = parse_json(body, limits);
    parsed.value = read_datastream(document.root(), id);
    keep(parsed.value, body, parsed.kept);
  } else if (format == Format::xml) {
    parsed = read_xml_datastream(body, id);
  } else {
    throw not_acceptable();
  }
  require_count(parsed.value.datapoints.size(), limits);
  require_values(parsed.value, limits);
  return parsed;
}

Parsed<std::vector<DatastreamInput>> parse_datastreams(std::string_view body, Format format,
                                                       const Limits& limits) {
  Parsed<std::vector<DatastreamInput>> parsed;
  if (format == Format::csv) {
    parsed = read_csv_datastreams(body);
  } else if (format == Format::json) {
    auto document = parse_json(body, limits);
    if (auto list = document.root().find("datastreams")) {
      parsed.value = read_datastreams(*list);
    } else {
      parsed.value.push_back(read_datastream(document.root(), {}));
    }
    for (auto& stream : parsed.value) keep(stream, body, parsed.kept);
  } else if (format == Format::xml) {
    parsed = read_xml_datastreams(body);
  } else {
    throw not_acceptable();
  }
  require_ids(parsed.value);
  require_count(parsed.value, limits);
  require_values(parsed.value, limits);
  return parsed;
}

Parsed<std::vector<DatapointInput>> parse_datapoints(std::string_view body, Format format,
                                                     const Limits& limits) {
  Parsed<std::vector<DatapointInput>> parsed;
  if (format == Format::csv) {
    parsed = read_csv_datapoints(body);
  } else if (format == Format::json) {
    auto document = parse_json(body, limits);
    auto list = document.root().find("datapoints");
    if (!list) throw Error(Code::unprocessable, "Datapoints can't be blank");
    read_datapoints(*list, parsed.value);
    keep(parsed.value, body, parsed.kept);
  } else if (format == Format::xml) {
    parsed = read_xml_datapoints(body);
  } else {
    throw not_acceptable();
  }
  require_count(parsed.value.size(), limits);
  return parsed;
}

Parsed<std::string_view> parse_value(std::string_view body, Format format, const Limits& limits) {
  Parsed<std::string_view> parsed;
  if (format == Format::csv) {
    auto points = read_csv_datapoints(body);
    if (points.value.size() != 1)
      throw Error(Code::invalid, "CSV is invalid. Incorrect number of fields");
    parsed.value = points.value[0].value;
    parsed.kept = std::move(points.kept);
  } else if (format == Format::json) {
    auto document = parse_json(body, limits);
    auto value = document.root().find("value");
    bool is_scalar = value && !value->is(wire::JsonKind::array) &&
                     !value->is(wire::JsonKind::object) && !value->is(wire::JsonKind::null);
    if (!is_scalar) throw Error(Code::unprocessable, "Value can't be blank");
    parsed.value = value->text();
    keep(parsed.value, body, parsed.kept);
  } else if (format == Format::xml) {
    parsed = read_xml_value(body);
  } else {
    throw not_acceptable();
  }
  return parsed;
}

}  // namespace tt::gateway::xively
