#pragma once

// Drawing a channel's readings as a picture: pure, from points to the bytes of a PNG file.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/xively/time_zone.h"

namespace tt::gateway::xively {

struct GraphPoint {
  Time at;
  double value;  // finite
};

enum class AxisLabels { ends, all };  // of the value axis; `all` also labels the times
enum class Grid { plain, detailed };

struct Graph {
  int width = 600;  // pixels, see the bounds below
  int height = 400;
  std::uint32_t colour = 0xff0066;  // 0xRRGGBB
  double stroke = 3;                // pixels
  std::string title, legend;        // UTF-8; empty: none
  AxisLabels labels = AxisLabels::ends;
  Grid grid = Grid::plain;
  Time start, end;  // of the time axis, start < end
  // Of the value axis, min < max; nullopt: round numbers around the points.
  std::optional<double> min, max;
  TimeZone zone;  // of what is written at the time axis
  // What is drawn, ascending by time; a line ends where readings are missing.  A line of one point
  // is a dot.
  std::vector<std::vector<GraphPoint>> lines;
};

inline constexpr int graph_width_min = 50, graph_width_max = 2000;
inline constexpr int graph_height_min = 50, graph_height_max = 2000;

// "no data" stands in a graph without points.  Takes some milliseconds: run it through rt::offload.
std::string draw_graph(const Graph& graph);

}  // namespace tt::gateway::xively
