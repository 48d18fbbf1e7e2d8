#include "gateway/api/devices_csv.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "registry/change.h"
#include "registry/tags.h"
#include "wire/csv.h"

namespace tt::gateway::api {
namespace {

constexpr std::size_t complaints_max = 20;

// What a field of a row does to the feed; returns what is wrong with it, or nothing.
using Column = std::string (*)(std::string_view field, registry::NewFeed& feed);

constexpr std::string_view separators = " \t;";

registry::ChannelChange channel_from(std::string_view word) {
  auto equals = word.find('=');
  registry::ChannelChange channel;
  channel.name = std::string(word.substr(0, equals));
  if (equals == word.npos) return channel;
  registry::Unit unit;
  unit.symbol = std::string(word.substr(equals + 1));
  channel.unit = std::move(unit);
  return channel;
}

std::string take_channels(std::string_view field, registry::NewFeed& feed) {
  while (!field.empty()) {
    auto word = field.substr(0, field.find_first_of(separators));
    field.remove_prefix(std::min(field.size(), word.size() + 1));
    if (!word.empty()) feed.channels.push_back(channel_from(word));
  }
  return {};
}

std::string take_private(std::string_view field, registry::NewFeed& feed) {
  auto word = to_lower(field);
  if (word == "true" || word == "yes" || word == "1") return {};
  if (word != "false" && word != "no" && word != "0") {
    return fmt::format("private must be true or false, not '{}'", field);
  }
  feed.change.is_private = false;
  return {};
}

std::string take_degrees(std::string_view name, std::string_view field,
                         std::optional<std::optional<double>>& degrees) {
  auto number = parse_number<double>(field);
  if (!number) return fmt::format("{} must be a number of degrees, not '{}'", name, field);
  degrees = number;
  return {};
}

std::string take_retention(std::string_view field, registry::NewFeed& feed) {
  feed.change.retention_days = parse_number<std::int64_t>(field);
  if (feed.change.retention_days) return {};
  return fmt::format("retention_days must be a whole number, not '{}'", field);
}

template <auto member>
std::string take_text(std::string_view field, registry::NewFeed& feed) {
  (feed.change.*member) = std::string(field);
  return {};
}
template <auto member>
std::string take_place(std::string_view field, registry::NewFeed& feed) {
  (feed.change.location.*member) = std::string(field);
  return {};
}

constexpr std::pair<std::string_view, Column> columns[] = {
    {"title", take_text<&registry::FeedChange::title>},
    {"serial", take_text<&registry::FeedChange::device_serial>},
    {"description", take_text<&registry::FeedChange::description>},
    {"website", take_text<&registry::FeedChange::website>},
    {"email", take_text<&registry::FeedChange::email>},
    {"tags",
     [](std::string_view field, registry::NewFeed& feed) {
       feed.change.tags = registry::parse_tags(field);
       return std::string();
     }},
    {"private", take_private},
    {"lat",
     [](std::string_view field, registry::NewFeed& feed) {
       return take_degrees("lat", field, feed.change.location.lat);
     }},
    {"lon",
     [](std::string_view field, registry::NewFeed& feed) {
       return take_degrees("lon", field, feed.change.location.lon);
     }},
    {"ele", take_place<&registry::LocationChange::ele>},
    {"location", take_place<&registry::LocationChange::name>},
    {"domain", take_place<&registry::LocationChange::domain>},
    {"exposure", take_place<&registry::LocationChange::exposure>},
    {"disposition", take_place<&registry::LocationChange::disposition>},
    {"channels", take_channels},
    {"retention_days", take_retention},
};

class DeviceReader {
 public:
  DeviceReader(std::string_view body, const Limits& limits)
      : reader_(body, {.space = wire::CsvSpace::trim}), limits_(limits) {}

  std::vector<registry::NewFeed> run() {
    if (!next()) throw Error(Code::invalid, "the table is empty; begin with a row of column names");
    read_header();
    while (next()) {
      if (feeds_.size() == limits_.devices_per_request_max) {
        throw Error(Code::unprocessable, fmt::format("more than {} devices in one request",
                                                     limits_.devices_per_request_max));
      }
      read_row();
    }
    if (!complaints_.empty()) throw Error(Code::unprocessable, complaints_);
    if (feeds_.empty()) throw Error(Code::invalid, "there is no row below the column names");
    return std::move(feeds_);
  }

 private:
  bool next() {
    auto more = reader_.next();
    if (!more) throw Error(Code::invalid, fmt::format("CSV is invalid. {}", more.error().message));
    return *more;
  }

  void read_header() {
    bool has_title = false;
    for (auto name : reader_.row()) {
      auto known = std::ranges::find(columns, name, &std::pair<std::string_view, Column>::first);
      if (known == std::end(columns)) {
        throw Error(Code::invalid,
                    fmt::format("there is no column '{}'; there are {}", name, all()));
      }
      has_title = has_title || name == "title";
      used_.push_back(known->second);
    }
    if (!has_title) throw Error(Code::invalid, "the column 'title' is missing");
  }

  static std::string all() {
    std::string names;
    for (const auto& [name, column] : columns) {
      if (!names.empty()) names += ", ";
      names += name;
    }
    return names;
  }

  void complain(std::string_view what) {
    if (++wrong_ > complaints_max) return;
    if (!complaints_.empty()) complaints_ += '\n';
    complaints_ += fmt::format("line {}: {}", reader_.line(), what);
  }

  void read_row() {
    auto row = reader_.row();
    auto& feed = feeds_.emplace_back();
    feed.change.title = "";
    feed.change.is_private = true;
    if (row.size() != used_.size()) {
      return complain(fmt::format("has {} fields, not {}", row.size(), used_.size()));
    }
    auto before = wrong_;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i].empty()) continue;
      auto problem = used_[i](row[i], feed);
      if (!problem.empty()) complain(problem);
    }
    if (wrong_ == before) check(feed);
  }

  // What the registry would say, but with the line.
  void check(const registry::NewFeed& feed) {
    registry::Feed empty;
    registry::Edit edit{.feed = feed.change, .channels = feed.channels, .at = Time()};
    try {
      registry::apply(empty, edit, limits_);
    } catch (const Error& e) {
      std::string_view lines = e.what();
      while (!lines.empty()) {
        auto line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(lines.size(), line.size() + 1));
        complain(line);
      }
    }
  }

  wire::CsvReader reader_;
  const Limits& limits_;
  std::vector<Column> used_;
  std::vector<registry::NewFeed> feeds_;
  std::string complaints_;
  std::size_t wrong_ = 0;
};

}  // namespace

std::vector<registry::NewFeed> parse_devices(std::string_view body, const Limits& limits) {
  return DeviceReader(body, limits).run();
}

}  // namespace tt::gateway::api
