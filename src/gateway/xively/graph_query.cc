#include "gateway/xively/graph_query.h"

#include <algorithm>
#include <cmath>

#include "archive/decimal.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/text.h"
#include "gateway/xively/history.h"

namespace tt::gateway::xively {
namespace {

constexpr std::chrono::hours usual_range{24};
constexpr std::size_t text_bytes_max = 255;
constexpr double stroke_max = 50;
// A distance is a gap if it is longer than so many usual ones and than this part of the picture.
constexpr int usual_distances = 8;
constexpr int parts_of_range = 20;

Error bad(std::string message) { return Error(Code::invalid, std::move(message)); }

// The two names of a parameter: of the later documentation and of the graph builder.
struct Names {
  std::string_view brief, full;
};

std::string_view value_of(const ApiRequest& request, Names names) {
  auto text = request.parameter(names.full);
  return text.empty() ? request.parameter(names.brief) : text;
}

struct PixelBounds {
  int usual, least, most;
};

int pixels(const ApiRequest& request, Names names, PixelBounds bounds) {
  auto text = value_of(request, names);
  if (text.empty()) return bounds.usual;
  auto number = parse_number<int>(text);
  if (!number || *number < bounds.least || *number > bounds.most) {
    throw bad(fmt::format("{} must be a number of pixels from {} to {}, not '{}'", names.full,
                          bounds.least, bounds.most, text));
  }
  return *number;
}

bool truth(const ApiRequest& request, Names names) {
  auto text = value_of(request, names);
  if (text.empty() || text == "false" || text == "0") return false;
  if (text == "true" || text == "1") return true;
  throw bad(fmt::format("{} must be true or false, not '{}'", names.full, text));
}

std::optional<double> number(const ApiRequest& request, Names names) {
  auto text = value_of(request, names);
  if (text.empty()) return std::nullopt;
  auto value = parse_number<double>(text);
  if (!value || !std::isfinite(*value))
    throw bad(fmt::format("{} must be a number, not '{}'", names.full, text));
  return value;
}

// "ff0066", "#ff0066", "f06"
std::uint32_t colour(const ApiRequest& request, std::uint32_t fallback) {
  auto text = value_of(request, {"c", "colour"});
  if (text.empty()) text = request.parameter("color");
  if (text.empty()) return fallback;
  std::string digits(text.starts_with('#') ? text.substr(1) : text);
  if (digits.size() == 3) {
    digits = {digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]};
  }
  std::uint32_t rgb = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), rgb, 16);
  if (digits.size() != 6 || error != std::errc() || end != digits.data() + digits.size()) {
    throw bad(fmt::format("colour must be six hexadecimal digits, e.g. ff0066, not '{}'", text));
  }
  return rgb;
}

// A line of text that can be drawn.
std::string words(const ApiRequest& request, Names names) {
  std::string text(value_of(request, names));
  if (text.size() > text_bytes_max || !is_utf8(text)) {
    throw bad(fmt::format("{} must be UTF-8 text of at most {} bytes", names.full, text_bytes_max));
  }
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = ' ';
  }
  return text;
}

void set_manual_scale(const ApiRequest& request, Graph& graph) {
  graph.min = number(request, {"min", "min"});
  graph.max = number(request, {"max", "max"});
  if (!graph.min || !graph.max || *graph.min >= *graph.max) {
    throw bad("scale=manual needs min and max, min less than max");
  }
}

std::optional<double> numeric(const archive::Sample& sample) {
  return archive::parse_number(sample.value);
}

// The points of one column, at most four.
std::vector<GraphPoint> points_of(const archive::Bucket& bucket) {
  std::vector<GraphPoint> points;
  if (auto first = numeric(bucket.first)) points.push_back({bucket.first.at, *first});
  if (bucket.count > 2 && bucket.numeric > 0) {
    auto middle = bucket.first.at + (bucket.last.at - bucket.first.at) / 2;
    for (double extreme : {bucket.min, bucket.max}) {
      points.push_back({middle, extreme});
    }
  }
  if (bucket.count > 1) {
    if (auto last = numeric(bucket.last)) points.push_back({bucket.last.at, *last});
  }
  return points;
}

Microseconds usual_distance(const std::vector<archive::Bucket>& buckets) {
  std::vector<Microseconds> distances;
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    distances.push_back(buckets[i].start - buckets[i - 1].start);
  }
  if (distances.empty()) return Microseconds(0);
  auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::nth_element(distances.begin(), middle, distances.end());
  return *middle;
}

Microseconds column_of(const Graph& graph) {
  return (graph.end - graph.start) / graph.width + Microseconds(1);
}

// With an interval that was asked for: one reading for each, as history shows it.
Task<std::vector<archive::Bucket>> read_history_buckets(Services& services, HistoryQuery query,
                                                        archive::SeriesId series) {
  query.skip = 0;
  query.limit = graph_width_max;
  auto points = co_await read_history(services.archive, series, query);
  std::vector<archive::Bucket> buckets;
  for (auto& point : points) {
    archive::Bucket bucket;
    bucket.start = point.at;
    bucket.count = 1;
    bucket.first = bucket.last = std::move(point);
    buckets.push_back(std::move(bucket));
  }
  co_return buckets;
}

}  // namespace

std::vector<std::vector<GraphPoint>> lines_of(const std::vector<archive::Bucket>& buckets,
                                              Microseconds range) {
  auto gap = std::max(usual_distance(buckets) * usual_distances, range / parts_of_range);
  std::vector<std::vector<GraphPoint>> lines;
  bool is_broken = true;
  for (const auto& bucket : buckets) {
    auto points = points_of(bucket);
    if (points.empty()) {
      is_broken = true;
      continue;
    }
    if (is_broken || points.front().at - lines.back().back().at > gap) lines.emplace_back();
    lines.back().insert(lines.back().end(), points.begin(), points.end());
    is_broken = false;
  }
  return lines;
}

Graph parse_graph(const ApiRequest& request, Time now) {
  Graph graph;
  graph.width = pixels(request, {"w", "width"}, {600, graph_width_min, graph_width_max});
  graph.height = pixels(request, {"h", "height"}, {400, graph_height_min, graph_height_max});
  graph.colour = colour(request, graph.colour);
  graph.stroke = number(request, {"s", "stroke_size"}).value_or(graph.stroke);
  if (!(graph.stroke > 0 && graph.stroke <= stroke_max)) {
    throw bad(fmt::format("stroke_size must be more than 0 and at most {} pixels", stroke_max));
  }
  graph.title = words(request, {"t", "title"});
  graph.legend = words(request, {"l", "legend"});
  if (truth(request, {"b", "show_axis_labels"})) graph.labels = AxisLabels::all;
  if (truth(request, {"g", "detailed_grid"})) graph.grid = Grid::detailed;
  auto scale = request.parameter("scale");
  if (scale == "manual") {
    set_manual_scale(request, graph);
  } else if (!scale.empty() && scale != "auto" && scale != "datastream") {
    throw bad(fmt::format("scale '{}' is unknown; use auto, datastream or manual", scale));
  }
  auto range = parse_range(request, now, usual_range);
  if (range.start >= range.end) throw bad("there is no time between start and end");
  graph.start = range.start;
  graph.end = range.end;
  graph.zone = request.zone;
  return graph;
}

Microseconds picture_interval(const ApiRequest& request, Time now) {
  auto graph = parse_graph(request, now);
  if (request.parameter("interval").empty()) return column_of(graph);
  return parse_history(request, now)->interval;
}

Task<std::string> channel_picture(Services& services, const ApiRequest& request,
                                  const registry::Channel& channel) {
  auto graph = parse_graph(request, services.clock.now());
  if (request.parameter("scale") == "datastream") {
    auto current = co_await services.archive.current(channel.id);
    if (current && current->min && current->max) {
      graph.min = current->min;
      graph.max = current->max;
    }
  }
  std::vector<archive::Bucket> buckets;
  if (request.parameter("interval").empty()) {
    auto columns_max = static_cast<std::size_t>(graph.width) + 2;
    archive::Intervals columns{graph.start, graph.end, column_of(graph), columns_max};
    buckets = co_await services.archive.summarize(channel.id, columns);
  } else {
    auto history = parse_history(request, services.clock.now());
    history->start = graph.start;
    history->end = graph.end;
    buckets = co_await read_history_buckets(services, *history, channel.id);
  }
  graph.lines = lines_of(buckets, graph.end - graph.start);
  auto draw = [&] { return draw_graph(graph); };
  co_return co_await rt::offload(services.pool, draw);
}

}  // namespace tt::gateway::xively
