// GET and POST /feeds/ID/history.csv: all that a feed has measured, as a file.
//
// Rows stream_id,at,value, one datastream after the other, each in the order of time.  The file
// goes out while it is read, so its length does not matter.  The same file may come back: what is
// there already at the same time is replaced.

#include <algorithm>

#include "base/error.h"
#include "gateway/api/operations.h"
#include "gateway/api/readings_csv.h"
#include "host/feed_audit.h"
#include "wire/csv.h"
#include "wire/json_writer.h"

namespace tt::gateway::api {
namespace {

constexpr std::size_t samples_at_once = 2'000;
constexpr std::string_view header_row = "stream_id,at,value\n";

struct Wanted {
  registry::FeedPtr feed;  // keeps the channels
  std::vector<const registry::Channel*> channels;
  Time start, end;
};

class HistoryWriter final : public http::BodyWriter {
 public:
  HistoryWriter(archive::Archive& archive, Wanted wanted)
      : archive_(archive), wanted_(std::move(wanted)), next_(wanted_.start) {}

  Task<std::optional<std::string>> next() override {
    if (!std::exchange(begun_, true)) co_return std::string(header_row);
    if (channel_ == wanted_.channels.size()) co_return std::nullopt;
    const auto& channel = *wanted_.channels[channel_];
    archive::Query query{.start = next_, .end = wanted_.end, .limit = samples_at_once};
    auto samples = co_await archive_.range(channel.id, std::move(query));
    if (samples.size() < samples_at_once) {
      ++channel_;
      next_ = wanted_.start;
    } else {
      next_ = samples.back().at + Microseconds(1);
    }
    std::string rows;
    wire::CsvWriter csv(rows);
    for (const auto& sample : samples) {
      csv.field(channel.name).field(format_time(sample.at)).field(sample.value).end_row();
    }
    co_return rows;
  }

 private:
  archive::Archive& archive_;
  Wanted wanted_;
  bool begun_ = false;
  std::size_t channel_ = 0;
  Time next_;
};

Time time_parameter(const Call& call, std::string_view name, Time fallback) {
  auto text = call.request.query_value(name);
  if (!text || text->empty()) return fallback;
  auto time = parse_time(*text);
  if (time) return *time;
  throw Error(Code::invalid,
              fmt::format("{} must be an ISO 8601 timestamp, not '{}'", name, *text));
}

// A permission for coarse intervals only is none for every single reading.
identity::Caller without_coarse_permissions(identity::Caller caller) {
  auto is_coarse = [](const identity::Permission& permission) {
    return permission.minimum_interval_s > 0;
  };
  std::erase_if(caller.permissions, is_coarse);
  return caller;
}

// Those that are named, each of which the caller must be allowed to read; else those that it may.
std::vector<const registry::Channel*> wanted_channels(const Call& call,
                                                      const registry::Feed& feed) {
  auto now = call.services.clock.now();
  auto caller = without_coarse_permissions(*call.caller);
  auto resource_of = [&](std::string_view name) { return telemetry::resource_of(feed, name); };
  std::vector<const registry::Channel*> wanted;
  auto list = call.request.query_value("datastreams").value_or("");
  if (list.empty()) {
    for (const auto& channel : feed.channels) {
      bool is_allowed =
          identity::allow(caller, identity::Action::read, resource_of(channel.name), now);
      if (is_allowed) wanted.push_back(&channel);
    }
    if (wanted.empty()) identity::require(caller, identity::Action::read, resource_of({}), now);
    return wanted;
  }
  std::string_view rest = list;
  while (!rest.empty()) {
    auto name = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    identity::require(caller, identity::Action::read, resource_of(name), now);
    const auto* channel = feed.find(name);
    if (!channel) {
      throw Error(Code::not_found, fmt::format("feed {} has no datastream '{}'", feed.id, name));
    }
    wanted.push_back(channel);
  }
  return wanted;
}

Task<registry::FeedPtr> find_feed(Call& call) {
  auto id = call.request.int_parameter("id");
  auto feed = co_await call.services.registry.find(id);
  if (!feed) throw Error(Code::not_found, fmt::format("there is no feed {}", id));
  co_return feed;
}

}  // namespace

Task<http::Response> export_history(Call& call) {
  auto feed = co_await find_feed(call);
  Wanted wanted{.feed = feed,
                .channels = wanted_channels(call, *feed),
                .start = time_parameter(call, "start", *parse_time("0001-01-01")),
                .end = time_parameter(call, "end", *parse_time("9999-12-31T23:59:59.999999Z"))};
  http::Response response;
  response.writer = std::make_unique<HistoryWriter>(call.services.archive, std::move(wanted));
  response.set("Content-Type", "text/csv; charset=utf-8");
  response.set("Content-Disposition",
               fmt::format("attachment; filename=\"feed-{}-history.csv\"", feed->id));
  co_return response;
}

Task<http::Response> import_history(Call& call) {
  require_csv(call, "stream_id,at,value");
  auto feed = co_await find_feed(call);
  auto body = co_await call.request.body();
  auto rows = parse_readings(body, {.feed = feed->id});
  auto count = rows.count;
  co_await call.services.telemetry.import(*call.caller, std::move(rows.feeds));
  auto detail = fmt::format("{} readings", count);
  co_await record_import(call.services, *call.caller, feed, std::move(detail));
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().member("datapoints", count).end_object();
  co_return http::Response::json(200, std::move(text));
}

}  // namespace tt::gateway::api
