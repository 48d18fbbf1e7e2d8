#pragma once

// GET …/datastreams/ID.png: what the parameters ask for, read from the archive and drawn.
//
//   w, width     pixels                    l, legend            text beside a piece of the line
//   h, height    pixels                    s, stroke_size       of the line, pixels
//   c, colour    hex, '#' is optional      b, show_axis_labels  true: values and times at the axes
//   t, title     text above                g, detailed_grid     true
//   scale        auto, datastream (from its smallest to its greatest value), manual (min to max)
//   timezone, start, end, duration, interval: as in every document; a day if there are none
//
// Every pixel column shows the least and the greatest reading of its time, unless `interval` asks
// for less.

#include "gateway/xively/api.h"
#include "gateway/xively/graph.h"

namespace tt::gateway::xively {

// All but the points.  Throws invalid for what cannot be drawn.
Graph parse_graph(const ApiRequest& request, Time now);

// How long the time is that one point of the picture stands for.  Throws as parse_graph.
Microseconds picture_interval(const ApiRequest& request, Time now);

// The caller has been checked.  Throws as parse_graph.
Task<std::string> channel_picture(Services& services, const ApiRequest& request,
                                  const registry::Channel& channel);

// The lines of a series of buckets: broken where there are only texts, and where the distance is
// much longer than usual.
std::vector<std::vector<GraphPoint>> lines_of(const std::vector<archive::Bucket>& buckets,
                                              Microseconds range);

}  // namespace tt::gateway::xively
