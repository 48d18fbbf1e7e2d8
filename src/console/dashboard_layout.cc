#include "console/dashboard_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "base/time.h"
#include "wire/json_writer.h"

namespace tt::console {
namespace {

using wire::JsonKind;
using wire::JsonValue;

constexpr std::size_t depth_max = 8;
constexpr std::int64_t columns = 12, rows_max = 10'000, height_max = 60;
constexpr std::size_t channels_max = 50, thresholds_max = 8;
constexpr std::size_t title_characters_max = 100, text_characters_max = 4'000;
constexpr std::size_t unit_characters_max = 20, id_characters_max = 32, value_bytes_max = 255;
constexpr std::int64_t live_s_min = 60, live_s_max = 400LL * 24 * 3600;
constexpr std::int64_t decimals_max = 9, colours = 6;

[[noreturn]] void refuse(std::string_view where, std::string_view what) {
  throw Error(Code::unprocessable, fmt::format("{} {}", where, what));
}

// --- single values ---------------------------------------------------------------------------

struct Bounds {
  std::int64_t min, max;
};

std::int64_t integer(JsonValue value, std::string_view where, Bounds bounds) {
  auto number = value.as_integer();
  if (!number || *number < bounds.min || *number > bounds.max) {
    refuse(where, fmt::format("must be a whole number from {} to {}", bounds.min, bounds.max));
  }
  return *number;
}

double number(JsonValue value, std::string_view where) {
  auto found = value.as_double();
  if (!found || !std::isfinite(*found)) refuse(where, "must be a number");
  return *found;
}

std::string_view text(JsonValue value, std::string_view where, std::size_t characters_max) {
  if (!value.is(JsonKind::string)) refuse(where, "must be a text");
  if (count_characters(value.text()) > characters_max) {
    refuse(where, fmt::format("is too long (maximum is {} characters)", characters_max));
  }
  return value.text();
}

void require_object(JsonValue value, std::string_view where) {
  if (!value.is(JsonKind::object)) refuse(where, "must be an object");
}

void require_list(JsonValue value, std::string_view where, std::size_t size_max) {
  if (!value.is(JsonKind::array)) refuse(where, "must be a list");
  if (value.size() > size_max) {
    refuse(where, fmt::format("has too many entries (maximum is {})", size_max));
  }
}

// Members with other names, or twice.
void require_known(JsonValue object, std::string_view where,
                   std::span<const std::string_view> names) {
  require_object(object, where);
  std::set<std::string_view> seen;
  for (auto [key, value] : object.members()) {
    if (std::ranges::find(names, key) == names.end()) {
      refuse(where, fmt::format("has a member “{}” that no dashboard has", key));
    }
    if (!seen.insert(key).second) refuse(where, fmt::format("has “{}” twice", key));
  }
}

JsonValue member(JsonValue object, std::string_view where, std::string_view name) {
  auto found = object.find(name);
  if (!found) refuse(where, fmt::format("has no “{}”", name));
  return *found;
}

// --- the window of time ----------------------------------------------------------------------

Time time_of(JsonValue value, std::string_view where) {
  auto time = value.is(JsonKind::string) ? parse_time(value.text()) : std::nullopt;
  if (!time) refuse(where, "must be a time like 2026-01-31T12:00:00Z");
  return *time;
}

void check_window(JsonValue window) {
  static constexpr std::array<std::string_view, 3> names{"live_s", "from", "to"};
  require_known(window, "window", names);
  if (auto live = window.find("live_s")) {
    integer(*live, "window.live_s", {live_s_min, live_s_max});
    if (window.size() > 1) refuse("window", "has either live_s, or from and to");
    return;
  }
  auto from = time_of(member(window, "window", "from"), "window.from");
  auto to = time_of(member(window, "window", "to"), "window.to");
  if (from >= to) refuse("window.to", "must be after window.from");
}

// --- widgets ---------------------------------------------------------------------------------

struct Kind {
  std::string_view type;
  std::size_t channels_min, channels_max;
};
constexpr std::array kinds{
    Kind{"line", 1, 16},  Kind{"value", 1, 1},  Kind{"gauge", 1, 1},
    Kind{"map", 1, 50},   Kind{"table", 1, 50}, Kind{"switch", 1, 1},
    Kind{"slider", 1, 1}, Kind{"log", 1, 16},   Kind{"text", 0, 0},
};

const Kind& kind_of(JsonValue type, std::string_view where) {
  auto found = std::ranges::find(kinds, type.text(), &Kind::type);
  if (!type.is(JsonKind::string) || found == kinds.end()) {
    refuse(where, "must be line, value, gauge, map, table, switch, slider, log or text");
  }
  return *found;
}

bool is_identifier(std::string_view text) {
  auto is_fit = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; };
  return !text.empty() && text.size() <= id_characters_max && std::ranges::all_of(text, is_fit);
}

ChannelName check_channel(JsonValue channel, const std::string& where) {
  static constexpr std::array<std::string_view, 2> names{"feed", "channel"};
  require_known(channel, where, names);
  constexpr Bounds ids{1, std::numeric_limits<std::int64_t>::max()};
  auto feed = integer(member(channel, where, "feed"), where + ".feed", ids);
  auto name = member(channel, where, "channel");
  if (!name.is(JsonKind::string) || !registry::is_channel_name(name.text())) {
    refuse(where + ".channel", "is no name of a channel");
  }
  return {feed, std::string(name.text())};
}

void check_thresholds(JsonValue thresholds, const std::string& where) {
  static constexpr std::array<std::string_view, 2> names{"at", "level"};
  static constexpr std::array<std::string_view, 3> levels{"good", "warn", "bad"};
  require_list(thresholds, where, thresholds_max);
  std::size_t index = 0;
  for (auto threshold : thresholds.elements()) {
    auto here = fmt::format("{}[{}]", where, index++);
    require_known(threshold, here, names);
    number(member(threshold, here, "at"), here + ".at");
    auto level = member(threshold, here, "level");
    if (!level.is(JsonKind::string) || std::ranges::find(levels, level.text()) == levels.end()) {
      refuse(here + ".level", "must be good, warn or bad");
    }
  }
}

void check_option(std::string_view name, JsonValue value, const std::string& where) {
  if (name == "min" || name == "max") {
    number(value, where);
  } else if (name == "step") {
    if (number(value, where) <= 0) refuse(where, "must be more than 0");
  } else if (name == "decimals") {
    integer(value, where, {0, decimals_max});
  } else if (name == "colour") {
    integer(value, where, {0, colours - 1});
  } else if (name == "unit") {
    text(value, where, unit_characters_max);
  } else if (name == "on" || name == "off") {
    text(value, where, value_bytes_max);
  } else if (name == "fill") {
    if (!value.is(JsonKind::boolean)) refuse(where, "must be true or false");
  } else if (name == "text") {
    text(value, where, text_characters_max);
  } else {
    check_thresholds(value, where);
  }
}

void check_options(JsonValue options, const std::string& where) {
  static constexpr std::array<std::string_view, 10> names{
      "min", "max", "step", "decimals", "colour", "unit", "on", "off", "fill", "text"};
  std::vector<std::string_view> known(names.begin(), names.end());
  known.push_back("thresholds");
  require_known(options, where, known);
  for (auto [name, value] : options.members()) {
    check_option(name, value, fmt::format("{}.{}", where, name));
  }
  auto min = options.find("min"), max = options.find("max");
  if (min && max && *min->as_double() >= *max->as_double()) {
    refuse(where + ".max", "must be more than min");
  }
}

WidgetBox check_box(JsonValue widget, const std::string& where) {
  auto side = [&](std::string_view name, Bounds bounds) {
    return static_cast<int>(
        integer(member(widget, where, name), fmt::format("{}.{}", where, name), bounds));
  };
  WidgetBox box;
  box.type = kind_of(member(widget, where, "type"), where + ".type").type;
  box.x = side("x", {0, columns - 1});
  box.y = side("y", {0, rows_max});
  box.w = side("w", {1, columns});
  box.h = side("h", {1, height_max});
  if (box.x + box.w > columns) refuse(where, fmt::format("ends beyond column {}", columns));
  return box;
}

std::vector<ChannelName> check_channels(JsonValue channels, const Kind& kind,
                                        const std::string& where) {
  require_list(channels, where, channels_max);
  if (channels.size() < kind.channels_min || channels.size() > kind.channels_max) {
    refuse(where, fmt::format("must be {} to {} channels for a widget of the type {}",
                              kind.channels_min, kind.channels_max, kind.type));
  }
  std::vector<ChannelName> found;
  for (auto channel : channels.elements()) {
    found.push_back(check_channel(channel, fmt::format("{}[{}]", where, found.size())));
  }
  return found;
}

void check_widget(JsonValue widget, const std::string& where, DashboardLayout& layout) {
  static constexpr std::array<std::string_view, 9> names{"id", "type",  "x",        "y",      "w",
                                                         "h",  "title", "channels", "options"};
  require_known(widget, where, names);
  auto id = member(widget, where, "id");
  if (!id.is(JsonKind::string) || !is_identifier(id.text())) {
    refuse(where + ".id", "must be 1 to 32 letters, digits, - or _");
  }
  text(member(widget, where, "title"), where + ".title", title_characters_max);
  auto box = check_box(widget, where);
  const auto& kind = kind_of(member(widget, where, "type"), where);
  auto channels = check_channels(member(widget, where, "channels"), kind, where + ".channels");
  check_options(member(widget, where, "options"), where + ".options");
  if (box.type == "map") {
    for (const auto& channel : channels) layout.on_maps.push_back(channel.feed);
  }
  std::ranges::move(channels, std::back_inserter(layout.channels));
  layout.boxes.push_back(std::move(box));
}

void check_widgets(JsonValue widgets, const Limits& limits, DashboardLayout& layout) {
  require_list(widgets, "widgets", limits.dashboard_widgets_max);
  std::set<std::string_view> ids;
  for (auto widget : widgets.elements()) {
    auto where = fmt::format("widgets[{}]", ids.size());
    check_widget(widget, where, layout);
    if (!ids.insert(widget.find("id")->text()).second) {
      refuse(where + ".id", "is the id of another widget, too");
    }
  }
}

// --- the text --------------------------------------------------------------------------------

void append(wire::JsonWriter& json, JsonValue value) {
  switch (value.kind()) {
    case JsonKind::object:
      json.begin_object();
      for (auto [key, content] : value.members()) {
        json.key(key);
        append(json, content);
      }
      json.end_object();
      break;
    case JsonKind::array:
      json.begin_array();
      for (auto element : value.elements()) append(json, element);
      json.end_array();
      break;
    case JsonKind::string: json.value(value.text()); break;
    default: json.raw(value.text());
  }
}

template <class T>
void sort_each_once(std::vector<T>& values) {
  std::ranges::sort(values);
  auto surplus = std::ranges::unique(values);
  values.erase(surplus.begin(), surplus.end());
}

}  // namespace

DashboardLayout check_layout(JsonValue value, const Limits& limits) {
  static constexpr std::array<std::string_view, 2> names{"window", "widgets"};
  require_known(value, "the layout", names);
  DashboardLayout layout;
  check_window(member(value, "the layout", "window"));
  check_widgets(member(value, "the layout", "widgets"), limits, layout);
  sort_each_once(layout.channels);
  sort_each_once(layout.on_maps);
  wire::JsonWriter json(layout.json);
  append(json, value);
  if (layout.json.size() > limits.dashboard_bytes_max) {
    throw Error(Code::too_large, fmt::format("the dashboard is too large (maximum is {} bytes)",
                                             limits.dashboard_bytes_max));
  }
  return layout;
}

DashboardLayout read_stored_layout(std::string_view json, const Limits& limits) {
  auto document = wire::read_json(json, depth_max);
  if (!document) throw Error(Code::corrupt, "a stored dashboard is no JSON");
  try {
    return check_layout(document->root(), limits);
  } catch (const Error& e) {
    throw Error(Code::corrupt, fmt::format("a stored dashboard is damaged: {}", e.what()));
  }
}

}  // namespace tt::console
