#include "gateway/api/readings_csv.h"

#include <unordered_map>

#include <fmt/ranges.h>

#include "base/error.h"
#include "base/text.h"
#include "wire/csv.h"
#include "wire/kept_text.h"

namespace tt::gateway::api {
namespace {

class RowReader {
 public:
  RowReader(std::string_view body, ReadingsFormat format) : body_(body), format_(format) {}

  ReadingRows run() {
    wire::CsvOptions options;
    options.fields_max = fields();
    wire::CsvReader reader(body_, options);
    while (true) {
      auto more = reader.next();
      if (!more) {
        throw Error(Code::invalid, fmt::format("CSV is invalid. {}", more.error().message));
      }
      if (!*more) break;
      line_ = reader.line();
      auto row = reader.row();
      if (row.size() != fields()) refuse(fmt::format("has not the fields {}", header()));
      bool is_header = line_ == 1 && fmt::format("{}", fmt::join(row, ",")) == header();
      if (!is_header) add(row);
    }
    if (rows_.count == 0) throw Error(Code::invalid, "Submitted CSV is empty.");
    return std::move(rows_);
  }

 private:
  // Of one feed: its place in rows_, and where its streams are there.
  struct Place {
    std::size_t index = 0;
    std::unordered_map<std::string_view, std::size_t> streams;
  };

  std::size_t fields() const { return format_.feed ? 3 : 4; }
  std::string_view header() const {
    return format_.feed ? "stream_id,at,value" : "feed_id,stream_id,at,value";
  }

  [[noreturn]] void refuse(std::string_view what) const {
    throw Error(Code::invalid, fmt::format("line {} {}", line_, what));
  }

  void add(std::span<const std::string_view> row) {
    if (++rows_.count > format_.readings_max) {
      throw Error(
          Code::unprocessable,
          fmt::format("You can only import {} datapoints in one request", format_.readings_max));
    }
    auto feed = format_.feed ? *format_.feed : feed_in(row[0]);
    auto rest = row.last(3);
    auto at = parse_time(rest[1]);
    if (!at) refuse(fmt::format("has '{}' where an ISO 8601 timestamp is expected", rest[1]));
    readings_of(feed, rest[0]).samples.push_back({*at, keep(rest[2])});
  }

  registry::FeedId feed_in(std::string_view field) const {
    auto feed = parse_number<registry::FeedId>(field);
    if (feed && *feed > 0) return *feed;
    refuse(fmt::format("names the feed '{}', which is no number", field));
  }

  telemetry::ChannelReadings& readings_of(registry::FeedId feed, std::string_view stream) {
    auto [found, is_new_feed] = places_.try_emplace(feed, Place{rows_.feeds.size(), {}});
    auto& place = found->second;
    if (is_new_feed) rows_.feeds.push_back({feed, {}});
    auto& channels = rows_.feeds[place.index].channels;
    if (auto known = place.streams.find(stream); known != place.streams.end()) {
      return channels[known->second];
    }
    if (!registry::is_channel_name(stream)) {
      refuse(fmt::format("has the invalid stream id '{}'", stream));
    }
    auto name = keep(stream);
    place.streams.emplace(name, channels.size());
    return channels.emplace_back(telemetry::ChannelReadings{name, {}});
  }

  std::string_view keep(std::string_view field) {
    return wire::kept_text(field, body_, rows_.kept);
  }

  std::string_view body_;
  ReadingsFormat format_;
  ReadingRows rows_;
  std::unordered_map<registry::FeedId, Place> places_;
  std::size_t line_ = 0;
};

}  // namespace

ReadingRows parse_readings(std::string_view body, ReadingsFormat format) {
  return RowReader(body, format).run();
}

}  // namespace tt::gateway::api
