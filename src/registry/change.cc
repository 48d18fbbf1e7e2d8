#include "registry/change.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <unordered_set>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/text.h"
#include "registry/tags.h"
#include "registry/text.h"

namespace tt::registry {
namespace {

constexpr std::size_t short_chars_max = 255;

constexpr std::array<std::string_view, 5> unit_types = {
    "basicSI", "derivedSI", "conversionBasedUnits", "derivedUnits", "contextDependentUnits"};
constexpr std::string_view unit_type_message =
    "is not a valid unit_type (pick one from basicSI, derivedSI, conversionBasedUnits, "
    "derivedUnits, contextDependentUnits or leave blank)";

bool is_storable(std::string_view text) {
  return is_utf8(text) && text.find('\0') == std::string_view::npos;
}

// "attribute message" lines, each once.
class Complaints {
 public:
  void add(std::string_view attribute, std::string_view message) {
    auto line = fmt::format("{} {}", attribute, message);
    if (!seen_.insert(line).second) return;
    if (!lines_.empty()) lines_ += '\n';
    lines_ += line;
  }

  void check_text(std::string_view attribute, std::string_view text, std::size_t chars_max) {
    if (!is_storable(text)) return add(attribute, "is invalid");
    if (count_characters(text) <= chars_max) return;
    add(attribute, fmt::format("is too long (maximum is {} characters)", chars_max));
  }

  void check_choice(std::string_view attribute, std::string_view text,
                    std::initializer_list<std::string_view> choices) {
    if (!text.empty() && std::ranges::find(choices, text) == choices.end()) {
      add(attribute, "is invalid");
    }
  }

  void check_degrees(std::string_view attribute, std::optional<double> degrees, double max) {
    if (degrees && !(std::abs(*degrees) <= max)) add(attribute, "is invalid");
  }

  void check_tags(std::string_view attribute, const std::vector<std::string>& tags) {
    if (!std::ranges::all_of(tags, is_storable)) return add(attribute, "is invalid");
    if (tags_length(tags) > short_chars_max) {
      add(attribute, "is too long (maximum is 255 characters)");
    }
  }

  void throw_if_any() const {
    if (!lines_.empty()) throw Error(Code::unprocessable, lines_);
  }

 private:
  std::set<std::string> seen_;
  std::string lines_;
};

void check_location(const Location& location, Complaints& complaints) {
  complaints.check_text("location_name", location.name, short_chars_max);
  complaints.check_text("location_ele", location.ele, short_chars_max);
  complaints.check_choice("location_domain", location.domain, {"physical", "virtual"});
  complaints.check_choice("location_exposure", location.exposure, {"indoor", "outdoor"});
  complaints.check_choice("location_disposition", location.disposition, {"fixed", "mobile"});
  complaints.check_degrees("location_lat", location.lat, 90);
  complaints.check_degrees("location_lon", location.lon, 180);
}

void check_feed(const Feed& feed, const Limits& limits, Complaints& complaints) {
  if (is_blank(feed.title)) complaints.add("title", "can't be blank");
  complaints.check_text("title", feed.title, short_chars_max);
  complaints.check_text("description", feed.description, limits.description_chars_max);
  complaints.check_text("website", feed.website, short_chars_max);
  complaints.check_text("email", feed.email, short_chars_max);
  complaints.check_text("icon", feed.icon, short_chars_max);
  complaints.check_tags("tags", feed.tags);
  if (feed.retention_days < 0 || feed.retention_days > retention_days_max) {
    auto message = fmt::format("must be a number of days from 0 to {}", retention_days_max);
    complaints.add("retention_days", message);
  }
  check_location(feed.location, complaints);
}

void check_channel(const Channel& channel, Complaints& complaints) {
  if (channel.name.empty()) {
    complaints.add("datastreams_id", "can't be blank");
  } else if (channel.name.size() > short_chars_max) {
    complaints.add("datastreams_id", "is too long (maximum is 255 characters)");
  } else if (!is_channel_name(channel.name)) {
    complaints.add("datastreams_id", "is invalid");
  }
  const auto& type = channel.unit.type;
  if (!type.empty() && std::ranges::find(unit_types, type) == unit_types.end()) {
    complaints.add("datastreams_unit_type", unit_type_message);
  }
  complaints.check_text("datastreams_unit_label", channel.unit.label, short_chars_max);
  complaints.check_text("datastreams_unit_symbol", channel.unit.symbol, short_chars_max);
  complaints.check_tags("datastreams_tags", channel.tags);
}

void check_duplicates(std::span<const ChannelChange> channels, Complaints& complaints) {
  std::unordered_set<std::string_view> seen;
  std::vector<std::string_view> repeated;
  for (const auto& channel : channels) {
    if (seen.insert(channel.name).second) continue;
    if (std::ranges::find(repeated, channel.name) == repeated.end()) {
      repeated.push_back(channel.name);
    }
  }
  if (repeated.empty()) return;
  auto names = fmt::format("can't have duplicate IDs: {}", fmt::join(repeated, ","));
  complaints.add("datastreams", names);
}

template <class T>
void overwrite(T& member, const std::optional<T>& given) {
  if (given) member = *given;
}

void overwrite_tags(std::vector<std::string>& tags,
                    const std::optional<std::vector<std::string>>& given) {
  if (given) tags = clean_tags(*given);
}

void move_to(Location& location, const LocationChange& change, Time at, std::size_t waypoints_max) {
  Location before = location;
  overwrite(location.name, change.name);
  overwrite(location.domain, change.domain);
  overwrite(location.exposure, change.exposure);
  overwrite(location.disposition, change.disposition);
  overwrite(location.ele, change.ele);
  overwrite(location.lat, change.lat);
  overwrite(location.lon, change.lon);
  bool moved =
      location.lat != before.lat || location.lon != before.lon || location.ele != before.ele;
  if (!moved || location.disposition != "mobile" || !before.lat || !before.lon) return;
  auto& waypoints = location.waypoints;
  waypoints.push_back({at, *before.lat, *before.lon});
  if (waypoints.size() > waypoints_max) {
    waypoints.erase(waypoints.begin());
  }
}

void change_metadata(Feed& feed, const FeedChange& change) {
  overwrite(feed.title, change.title);
  overwrite(feed.description, change.description);
  overwrite(feed.website, change.website);
  overwrite(feed.email, change.email);
  overwrite(feed.icon, change.icon);
  overwrite(feed.is_private, change.is_private);
  overwrite(feed.product_id, change.product_id);
  overwrite(feed.device_serial, change.device_serial);
  overwrite(feed.retention_days, change.retention_days);
  overwrite_tags(feed.tags, change.tags);
}

// The first `sorted` channels are ascending by name; one that is not among them is appended.
Channel& upsert(std::vector<Channel>& channels, std::size_t sorted, const std::string& name) {
  auto known = std::span(channels).first(sorted);
  auto place = std::ranges::lower_bound(known, name, {}, &Channel::name);
  if (place != known.end() && place->name == name) return *place;
  return channels.emplace_back(Channel{.id = 0, .name = name, .tags = {}, .unit = {}});
}

void change_channels(std::vector<Channel>& channels, std::span<const ChannelChange> changes,
                     Complaints& complaints) {
  auto sorted = channels.size();
  for (const auto& given : changes) {
    Channel& channel = upsert(channels, sorted, given.name);
    overwrite_tags(channel.tags, given.tags);
    overwrite(channel.unit, given.unit);
    check_channel(channel, complaints);
  }
  std::ranges::sort(channels, {}, &Channel::name);
}

bool is_nothing(const FeedChange& change) {
  const auto& c = change;
  const auto& place = c.location;
  bool metadata = c.title || c.description || c.website || c.email || c.icon || c.is_private ||
                  c.tags || c.product_id || c.device_serial || c.retention_days;
  bool location = place.name || place.domain || place.exposure || place.disposition || place.ele ||
                  place.lat || place.lon;
  return !metadata && !location;
}

}  // namespace

bool changes_nothing(const Feed& before, const Edit& edit) {
  if (!is_nothing(edit.feed)) return false;
  std::vector<const Channel*> known;
  known.reserve(edit.channels.size());
  for (const auto& given : edit.channels) {
    if (given.tags || given.unit) return false;
    known.push_back(before.find(given.name));
    if (!known.back()) return false;
  }
  std::ranges::sort(known);
  return std::ranges::adjacent_find(known) == known.end();  // two of one name: apply() complains
}

Feed apply(const Feed& before, const Edit& edit, const Limits& limits) {
  Complaints complaints;
  check_duplicates(edit.channels, complaints);
  Feed feed = before;
  change_metadata(feed, edit.feed);
  move_to(feed.location, edit.feed.location, edit.at, limits.waypoints_per_feed_max);
  check_feed(feed, limits, complaints);
  change_channels(feed.channels, edit.channels, complaints);
  if (feed.channels.size() > limits.channels_per_feed_max) {
    auto most = limits.channels_per_feed_max;
    complaints.add("datastreams", fmt::format("is too long (maximum is {} datastreams)", most));
  }
  complaints.throw_if_any();
  return feed;
}

}  // namespace tt::registry
