// The codecs on the way of every request.  Run: ninja wire_bench && bin/wire_bench
#include <benchmark/benchmark.h>

#include <boost/json.hpp>

#include "base/error.h"
#include "base/random.h"
#include "wire/csv.h"
#include "wire/gzip.h"
#include "wire/json.h"
#include "wire/json_writer.h"
#include "wire/msgpack.h"
#include "wire/websocket.h"

namespace {

using namespace tt;
using namespace tt::wire;

constexpr std::size_t depth_max = 64;

std::string feed_json(int points) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("version", "1.0.0").key("datapoints").begin_array();
  for (int i = 0; i < points; ++i) {
    json.begin_object().member("at", "2013-05-05T07:37:54.582681Z").member("value", "21.50");
    json.end_object();
  }
  json.end_array().end_object();
  return text;
}

std::string feed_csv(int rows) {
  SeededRandom random(1);
  std::string text;
  CsvWriter csv(text);
  for (int i = 0; i < rows; ++i) {
    csv.field("temperature").field("2013-05-05T07:37:54.582681Z");
    csv.field(std::to_string(random.below(100)) + "." + std::to_string(random.below(100)));
    csv.end_row();
  }
  return text;
}

void count_bytes(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void json_read_value(benchmark::State& state) {
  std::string_view body = R"({"current_value":"21.5"})";
  for (auto _ : state) {
    auto document = read_json(body, depth_max);
    benchmark::DoNotOptimize(document->root().find("current_value")->text());
  }
  count_bytes(state, body.size());
}
BENCHMARK(json_read_value);

void json_read_feed(benchmark::State& state) {
  auto body = feed_json(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(read_json(body, depth_max));
  count_bytes(state, body.size());
}
BENCHMARK(json_read_feed)->Arg(2)->Arg(500)->Arg(20'000);

void json_parse_tree(benchmark::State& state) {
  auto body = feed_json(500);
  for (auto _ : state) benchmark::DoNotOptimize(parse_json(body, depth_max));
  count_bytes(state, body.size());
}
BENCHMARK(json_parse_tree);

void json_parse_boost(benchmark::State& state) {
  auto body = feed_json(500);
  for (auto _ : state) benchmark::DoNotOptimize(boost::json::parse(body));
  count_bytes(state, body.size());
}
BENCHMARK(json_parse_boost);

void json_write_feed(benchmark::State& state) {
  std::size_t bytes = 0;
  for (auto _ : state) bytes = feed_json(500).size();
  count_bytes(state, bytes);
}
BENCHMARK(json_write_feed);

void csv_read(benchmark::State& state) {
  auto text = feed_csv(10'000);
  for (auto _ : state) {
    CsvReader reader(text, {.space = state.range(0) ? CsvSpace::trim : CsvSpace::keep});
    std::size_t fields = 0;
    while (reader.next().value()) fields += reader.row().size();
    benchmark::DoNotOptimize(fields);
  }
  count_bytes(state, text.size());
}
BENCHMARK(csv_read)->Arg(0)->Arg(1);

void csv_write(benchmark::State& state) {
  std::size_t bytes = 0;
  for (auto _ : state) bytes = feed_csv(10'000).size();
  count_bytes(state, bytes);
}
BENCHMARK(csv_write);

void msgpack_read(benchmark::State& state) {
  auto bytes = to_msgpack(parse_json(feed_json(500), depth_max).value());
  for (auto _ : state) benchmark::DoNotOptimize(parse_msgpack(bytes));
  count_bytes(state, bytes.size());
}
BENCHMARK(msgpack_read);

void websocket_decode(benchmark::State& state) {
  std::string payload(static_cast<std::size_t>(state.range(0)), 'x');
  auto frame = encode_masked_frame(WebSocketOpcode::text, payload, 0x12345678);
  WebSocketDecoder decoder({});
  for (auto _ : state) {
    std::string_view bytes = frame;
    auto event = decoder.next(bytes);
    benchmark::DoNotOptimize(event);
  }
  count_bytes(state, frame.size());
}
BENCHMARK(websocket_decode)->Arg(20)->Arg(1'000)->Arg(100'000);

void websocket_deflate(benchmark::State& state) {
  auto message = feed_json(5);
  WebSocketDeflater deflater;
  for (auto _ : state) benchmark::DoNotOptimize(deflater.compress(message));
  count_bytes(state, message.size());
}
BENCHMARK(websocket_deflate);

void gunzip_feed(benchmark::State& state) {
  auto text = feed_csv(10'000);
  auto packed = gzip(text);
  for (auto _ : state) benchmark::DoNotOptimize(gunzip(packed));
  count_bytes(state, text.size());
}
BENCHMARK(gunzip_feed);

}  // namespace

BENCHMARK_MAIN();
