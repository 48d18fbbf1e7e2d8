#include "gateway/xively/import.h"

#include "base/error.h"
#include "base/text.h"
#include "gateway/xively/kept_text.h"
#include "wire/csv.h"

namespace tt::gateway::xively {
namespace {

class Importer {
 public:
  Importer(std::string_view body, const Limits& limits) : body_(body), limits_(limits) {}

  ImportRows run() {
    wire::CsvOptions options;
    options.fields_max = 4;
    wire::CsvReader reader(body_, options);
    while (true) {
      auto more = reader.next();
      if (!more)
        throw Error(Code::invalid, fmt::format("CSV is invalid. {}", more.error().message));
      if (!*more) break;
      auto row = reader.row();
      if (row.size() != 4)
        refuse(reader.line(), "has not the four fields feed_id,stream_id,at,value");
      if (reader.line() == 1 && row[0] == "feed_id") continue;  // a heading
      add(row, reader.line());
    }
    if (rows_.count == 0) throw Error(Code::invalid, "Submitted CSV is empty.");
    return std::move(rows_);
  }

 private:
  [[noreturn]] static void refuse(std::size_t line, std::string_view what) {
    throw Error(Code::invalid, fmt::format("line {} {}", line, what));
  }

  void add(std::span<const std::string_view> row, std::size_t line) {
    if (++rows_.count > limits_.datapoints_per_import_max) {
      throw Error(Code::unprocessable,
                  fmt::format("You can only import {} datapoints in one request",
                              limits_.datapoints_per_import_max));
    }
    auto feed = parse_number<registry::FeedId>(row[0]);
    if (!feed || *feed <= 0) {
      refuse(line, fmt::format("names the feed '{}', which is no number", row[0]));
    }
    auto at = parse_time(row[2]);
    if (!at) refuse(line, fmt::format("has '{}' where an ISO 8601 timestamp is expected", row[2]));
    readings_of(*feed, row[1], line).samples.push_back({*at, keep(row[3])});
  }

  telemetry::ChannelReadings& readings_of(registry::FeedId feed, std::string_view channel,
                                          std::size_t line) {
    auto [place, is_new] = places_.try_emplace(feed, rows_.feeds.size());
    if (is_new) rows_.feeds.push_back({feed, {}});
    auto& channels = rows_.feeds[place->second].channels;
    for (auto& known : channels) {
      if (known.channel == channel) return known;
    }
    if (!registry::is_channel_name(channel))
      refuse(line, fmt::format("has the invalid stream id '{}'", channel));
    if (channels.size() >= channels_per_feed_max)
      refuse(line, "is of too many different streams of one feed");
    return channels.emplace_back(telemetry::ChannelReadings{keep(channel), {}});
  }

  std::string_view keep(std::string_view field) { return kept_text(field, body_, rows_.kept); }

  static constexpr std::size_t channels_per_feed_max = 1000;  // looked up one after the other

  std::string_view body_;
  const Limits& limits_;
  ImportRows rows_;
  std::unordered_map<registry::FeedId, std::size_t> places_;
};

}  // namespace

ImportRows parse_import(std::string_view body, const Limits& limits) {
  return Importer(body, limits).run();
}

}  // namespace tt::gateway::xively
