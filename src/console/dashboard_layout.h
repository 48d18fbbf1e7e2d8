#pragma once

// DashboardLayout: what a dashboard shows, as JSON that was checked member by member.
//
//   {"window": {"live_s": 300} | {"from": TIME, "to": TIME},
//    "widgets": [{"id": "w1", "type": "line", "x": 0, "y": 0, "w": 6, "h": 4, "title": "Roof",
//                 "channels": [{"feed": 504, "channel": "temperature"}],
//                 "options": {"min": 0, "max": 40, "decimals": 1, …}}]}
//
// The grid has 12 columns; x, y, w and h count cells.  What is not in this grammar is refused, so a
// file that somebody was given can hold nothing but a dashboard.

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "registry/registry.h"
#include "wire/json.h"

namespace tt::console {

struct ChannelName {
  registry::FeedId feed = 0;
  std::string channel;
  auto operator<=>(const ChannelName&) const = default;
};

struct WidgetBox {
  std::string type;
  int x = 0, y = 0, w = 1, h = 1;
};

struct DashboardLayout {
  std::string json;                       // compact, ready to be kept
  std::vector<ChannelName> channels;      // of all widgets; ascending, each once
  std::vector<registry::FeedId> on_maps;  // whose place a map shows; ascending, each once
  std::vector<WidgetBox> boxes;
};

// Throws unprocessable, naming the member, for what is no layout; too_large over
// limits.dashboard_bytes_max.
DashboardLayout check_layout(wire::JsonValue layout, const Limits& limits);

// One that was checked before it was stored.  Throws corrupt if it is damaged.
DashboardLayout read_stored_layout(std::string_view json, const Limits& limits);

}  // namespace tt::console
