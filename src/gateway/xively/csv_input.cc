#include "gateway/xively/csv_input.h"

#include "base/bytes.h"
#include "base/error.h"
#include "wire/csv.h"
#include "wire/header_value.h"
#include "wire/kept_text.h"

namespace tt::gateway::xively {
namespace {

constexpr wire::CsvOptions options{.space = wire::CsvSpace::trim, .fields_max = 4};

constexpr const char* wrong_fields = "CSV is invalid. Incorrect number of fields";
constexpr const char* needs_times =
    "CSV is invalid. If multiple values given they must include a timestamp for all values";

// Reads the next row; false at the end.  Its fields are copied when they were quoted.
bool next_row(wire::CsvReader& reader) {
  auto more = reader.next();
  if (!more) throw Error(Code::invalid, fmt::format("CSV is invalid. {}", more.error().message));
  return *more;
}

Time time_of(std::string_view text, std::size_t line) {
  auto time = parse_time(text);
  if (!time) {
    throw Error(Code::invalid,
                fmt::format("CSV is invalid. '{}' in line {} is not a timestamp", text, line));
  }
  return *time;
}

void require_content(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == body.npos)
    throw Error(Code::invalid, "Submitted CSV is empty.");
}

}  // namespace

Parsed<std::vector<DatastreamInput>> read_csv_datastreams(std::string_view body) {
  require_content(body);
  Parsed<std::vector<DatastreamInput>> parsed;
  std::unordered_map<std::string_view, std::size_t> places;
  wire::CsvReader reader(body, options);
  while (next_row(reader)) {
    auto row = reader.row();
    if (row.size() != 2 && row.size() != 3) throw Error(Code::invalid, wrong_fields);
    auto id = wire::kept_text(row[0], body, parsed.kept);
    auto [place, is_new] = places.emplace(id, parsed.value.size());
    if (is_new) parsed.value.emplace_back().id = id;
    DatapointInput point;
    if (row.size() == 3) point.at = time_of(row[1], reader.line());
    point.value = wire::kept_text(row.back(), body, parsed.kept);
    parsed.value[place->second].datapoints.push_back(point);
  }
  for (auto& stream : parsed.value) {
    if (stream.datapoints.size() == 1) {
      stream.current_value = stream.datapoints[0].value;
      stream.at = stream.datapoints[0].at;
      stream.datapoints.clear();
      continue;
    }
    for (const auto& point : stream.datapoints) {
      if (!point.at) throw Error(Code::invalid, needs_times);
    }
  }
  return parsed;
}

Parsed<std::vector<DatapointInput>> read_csv_datapoints(std::string_view body) {
  require_content(body);
  Parsed<std::vector<DatapointInput>> parsed;
  wire::CsvReader reader(body, options);
  while (next_row(reader)) {
    auto row = reader.row();
    if (row.size() > 2) throw Error(Code::invalid, wrong_fields);
    DatapointInput point;
    if (row.size() == 2) point.at = time_of(row[0], reader.line());
    point.value = wire::kept_text(row.back(), body, parsed.kept);
    parsed.value.push_back(point);
  }
  if (parsed.value.size() > 1) {
    for (const auto& point : parsed.value) {
      if (!point.at) throw Error(Code::invalid, needs_times);
    }
  }
  return parsed;
}

Parsed<DatastreamInput> read_csv_datastream(std::string_view body, std::string_view id) {
  Parsed<DatastreamInput> parsed;
  parsed.value.id = id;
  auto points = read_csv_datapoints(body);
  parsed.kept = std::move(points.kept);
  if (points.value.size() == 1) {
    parsed.value.current_value = points.value[0].value;
    parsed.value.at = points.value[0].at;
  } else {
    parsed.value.datapoints = std::move(points.value);
  }
  return parsed;
}

}  // namespace tt::gateway::xively
