#include "app/demo/station.h"

#include <fmt/format.h>

#include <charconv>

#include "base/error.h"
#include "wire/json.h"
#include "wire/json_writer.h"

namespace tt::app {
namespace {

constexpr std::string_view feed_title = "Demo weather station";
constexpr std::size_t json_depth_max = 32;
constexpr Microseconds history_length = std::chrono::hours(24);
constexpr Microseconds history_step = std::chrono::minutes(1);

struct ChannelInfo {
  const char* name;
  const char* label;
  const char* symbol;
  const char* type;
  std::string Reading::* value;
};

constexpr ChannelInfo channels[] = {
    {"temperature", "degree Celsius", "°C", "derivedSI", &Reading::temperature},
    {"humidity", "percent relative humidity", "%", "contextDependentUnits", &Reading::humidity},
    {"pressure", "hectopascal", "hPa", "derivedUnits", &Reading::pressure},
};

std::string feed_json() {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().member("title", feed_title);
  json.member("description", "Made-up weather with real readings, sent by “thingtank demo”.");
  json.member("private", "false");
  json.key("tags").begin_array().value("demo").value("weather").end_array();
  json.key("location").begin_object();
  json.member("name", "Chandigarh").member("domain", "physical").member("exposure", "outdoor");
  json.member("disposition", "fixed").member("lat", station_lat).member("lon", station_lon);
  json.end_object().key("datastreams").begin_array();
  for (const auto& channel : channels) {
    json.begin_object().member("id", channel.name).key("unit").begin_object();
    json.member("label", channel.label).member("symbol", channel.symbol);
    json.member("type", channel.type).end_object().end_object();
  }
  json.end_array().end_object();
  return text;
}

std::string readings_json(const std::deque<Reading>& readings, std::size_t count) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().key("datastreams").begin_array();
  for (const auto& channel : channels) {
    json.begin_object().member("id", channel.name).key("datapoints").begin_array();
    for (std::size_t i = 0; i < count; ++i) {
      json.begin_object().member("at", format_time(readings[i].at));
      json.member("value", readings[i].*channel.value).end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return text;
}

wire::JsonDocument read_answer(const HttpAnswer& answer) {
  auto document = wire::read_json(answer.body, json_depth_max);
  if (!document) {
    throw Error(Code::unavailable, "the server's answer is no JSON: " + document.error().message);
  }
  return std::move(*document);
}

// The id at the end of a Location header: "http://127.0.0.1:8080/v2/feeds/504".
std::int64_t id_from(std::string_view location) {
  std::int64_t id = 0;
  auto digits = location.substr(location.rfind('/') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (id <= 0) throw Error(Code::unavailable, "the server did not say where the new feed is");
  return id;
}

}  // namespace

HttpAnswer Station::call(std::string_view method, const std::string& path,
                         const std::string& body) {
  auto answer = transport_.call(method, path, body);
  if (answer.status < 300) return answer;
  if (answer.status == 404) feed_ = 0;
  auto code = answer.status == 401   ? Code::unauthenticated
              : answer.status == 403 ? Code::denied
                                     : Code::unavailable;
  throw Error(code, fmt::format("{} {} was answered with status {}: {}", method, path,
                                answer.status, answer.body.substr(0, 200)));
}

std::int64_t Station::find_feed() {
  auto answer = call("GET", "/v2/feeds.json?q=Demo+weather+station&content=summary&per_page=1000");
  auto document = read_answer(answer);
  auto results = document.root().find("results");
  if (!results) return 0;
  for (auto feed : results->elements()) {
    auto title = feed.find("title");
    auto id = feed.find("id");
    if (title && id && title->text() == feed_title) return id->as_integer().value_or(0);
  }
  return 0;
}

std::int64_t Station::create_feed() {
  auto answer = call("POST", "/v2/feeds.json", feed_json());
  return id_from(answer.location);
}

void Station::measure_missed() {
  auto answer = call("GET", fmt::format("/v2/feeds/{}.json", feed_));
  auto document = read_answer(answer);
  auto now = clock_.now();
  auto newest = now - history_length;
  if (auto streams = document.root().find("datastreams")) {
    for (auto stream : streams->elements()) {
      auto at = stream.find("at");
      auto time = at ? parse_time(at->text()) : std::nullopt;
      if (time) newest = std::max(newest, *time);
    }
  }
  auto kept = std::exchange(waiting_, {});
  auto end = kept.empty() ? now : kept.front().at;
  for (auto at = newest + history_step; at < end; at += history_step) measure(at);
  for (auto& reading : kept) waiting_.push_back(std::move(reading));
}

void Station::connect() {
  auto feed = find_feed();
  if (feed == 0) feed = create_feed();
  feed_ = feed;
  try {
    measure_missed();
  } catch (const Error&) {
    feed_ = 0;
    throw;
  }
}

void Station::measure(Time at) {
  waiting_.push_back(measure_weather(at));
  if (waiting_.size() > readings_max) waiting_.pop_front();
}

void Station::send() {
  auto count = std::min(waiting_.size(), readings_per_request_max);
  call("PUT", fmt::format("/v2/feeds/{}.json", feed_), readings_json(waiting_, count));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace tt::app
