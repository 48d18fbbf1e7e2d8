// The archive on its own: coding of blocks, appends and queries on the memory engine.
//
// Reference data: 1000 series of 2000 points, 10 s apart, each a random walk with normal steps of
// sigma 0.15, printed with two decimals.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cmath>
#include <random>

#include "archive/archive.h"
#include "archive/block.h"
#include "rt/loop.h"
#include "store/engine/memory/memory_kv.h"

using namespace tt;
using namespace tt::archive;

namespace {

constexpr std::int64_t start_us = 1'700'000'000'000'000;
constexpr std::int64_t step_us = 10'000'000;

Points walk(std::size_t count, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<double> step(0, 0.15);
  double value = 20 + static_cast<double>(engine() % 1000) / 100;
  Points points;
  for (std::size_t i = 0; i < count; ++i) {
    value += step(engine);
    points.add(start_us + static_cast<std::int64_t>(i) * step_us, fmt::format("{:.2f}", value));
  }
  return points;
}

struct World {
  std::unique_ptr<store::Kv> kv = store::make_memory_kv();
  rt::OffloadPool pool{2};
  SystemClock clock;
  Metrics metrics;
  std::unique_ptr<Archive> archive = rt::run_alone(open(*kv, pool, clock, metrics, {}));
};

void encode(benchmark::State& state) {
  auto points = walk(2000, 7);
  std::size_t bytes = 0;
  for (auto _ : state) bytes = encode_block(points).size();
  state.SetItemsProcessed(state.iterations() * 2000);
  state.counters["bytes_per_point"] = static_cast<double>(bytes) / 2000;
}
BENCHMARK(encode);

void decode(benchmark::State& state) {
  auto block = encode_block(walk(2000, 7));
  for (auto _ : state) benchmark::DoNotOptimize(decode_block(block));
  state.SetItemsProcessed(state.iterations() * 2000);
}
BENCHMARK(decode);

// Batches of 10 points for each of 1000 series, as a bulk import brings them.
void append_bulk(benchmark::State& state) {
  constexpr std::size_t series_count = 1000;
  std::vector<std::vector<std::string>> texts(series_count);
  for (std::size_t s = 0; s < series_count; ++s) {
    auto points = walk(10, static_cast<unsigned>(s));
    for (std::size_t i = 0; i < 10; ++i) texts[s].push_back(points.value(i));
  }
  World world;
  std::int64_t at = start_us;
  auto batches = [&]() -> Task<> {
    std::vector<std::vector<SampleView>> samples(series_count);
    std::vector<Run> runs(series_count);
    for (auto _ : state) {
      state.PauseTiming();
      for (std::size_t s = 0; s < series_count; ++s) {
        samples[s].clear();
        for (std::int64_t i = 0; i < 10; ++i) {
          samples[s].push_back({from_us(at + i * step_us), texts[s][static_cast<std::size_t>(i)]});
        }
        runs[s] = {static_cast<SeriesId>(s + 1), samples[s]};
      }
      at += 10 * step_us;
      state.ResumeTiming();
      co_await world.archive->append(runs);
    }
  };
  rt::run_alone(batches());
  state.SetItemsProcessed(state.iterations() * 10'000);
}
BENCHMARK(append_bulk)->Unit(benchmark::kMicrosecond);

void append_single(benchmark::State& state) {
  World world;
  auto appends = [&]() -> Task<> {
    std::int64_t at = start_us;
    SeriesId series = 0;
    for (auto _ : state) {
      SampleView sample{from_us(at), "21.35"};
      Run run{1 + series++ % 1000, {&sample, 1}};
      at += 1000;
      co_await world.archive->append({&run, 1});
    }
  };
  rt::run_alone(appends());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(append_single);

// One year of one series at a sample a minute (argument: seconds between samples).
struct Year {
  explicit Year(std::int64_t seconds) {
    auto points = walk(static_cast<std::size_t>(365 * 86'400 / seconds), 3);
    std::vector<std::string> texts;
    std::vector<SampleView> samples;
    for (std::size_t i = 0; i < points.size(); ++i) texts.push_back(points.value(i));
    for (std::size_t i = 0; i < points.size(); ++i) {
      samples.push_back(
          {from_us(start_us + static_cast<std::int64_t>(i) * seconds * 1'000'000), texts[i]});
    }
    Run run{1, samples};
    rt::run_alone(world.archive->append({&run, 1}));
    rt::run_alone(world.archive->flush());
  }
  World world;
};

void summarize_year_by_hour(benchmark::State& state) {
  Year year(state.range(0));
  std::size_t buckets = 0;
  auto queries = [&]() -> Task<> {
    for (auto _ : state) {
      Intervals hours{Time::min(), Time::max(), std::chrono::hours(1), 100'000};
      auto found = co_await year.world.archive->summarize(1, hours);
      buckets = found.size();
    }
  };
  rt::run_alone(queries());
  state.counters["buckets"] = static_cast<double>(buckets);
}
BENCHMARK(summarize_year_by_hour)
    ->MeasureProcessCPUTime()
    ->Arg(10)
    ->Arg(60)
    ->Arg(3600)
    ->Unit(benchmark::kMillisecond);

void range_2000(benchmark::State& state) {
  Year year(60);
  Query query{.start = from_us(start_us + 86'400'000'000),
              .end = Time::max(),
              .limit = 2000,
              .find_previous = false};
  auto queries = [&]() -> Task<> {
    for (auto _ : state) {
      auto found = co_await year.world.archive->range(1, query);
      benchmark::DoNotOptimize(found);
    }
  };
  rt::run_alone(queries());
}
BENCHMARK(range_2000)->Unit(benchmark::kMicrosecond);

// A million series with a sample in memory each; then as they rest in blocks.
void memory_per_series(benchmark::State& state) {
  constexpr std::size_t count = 1'000'000;
  for (auto _ : state) {
    World world;
    auto in_use = [] { return static_cast<double>(mallinfo2().uordblks + mallinfo2().hblkhd); };
    auto before = in_use();
    SampleView sample{from_us(start_us), "21.35"};
    std::vector<Run> runs;
    for (std::size_t i = 1; i <= count; ++i) {
      runs.push_back({static_cast<SeriesId>(i), {&sample, 1}});
    }
    rt::run_alone(world.archive->append(runs));
    auto runs_bytes = static_cast<double>(runs.capacity() * sizeof(Run));
    state.counters["bytes_in_memory"] = (in_use() - before - runs_bytes) / count;
    runs = {};
    rt::run_alone(world.archive->flush());
    store::Batch all;
    all.erase(store::Range{});
    rt::run_alone(world.kv->commit(std::move(all)));
    state.counters["bytes_at_rest"] = (in_use() - before) / count;
  }
}
BENCHMARK(memory_per_series)->Iterations(1)->Unit(benchmark::kSecond);

// What a start takes of a million series that rest, and of a log of about 64 MB after a crash.
void open_with_million_series(benchmark::State& state) {
  World world;
  SampleView sample{from_us(start_us), "21.35"};
  std::vector<Run> runs;
  for (SeriesId i = 1; i <= 1'000'000; ++i) runs.push_back({i, {&sample, 1}});
  rt::run_alone(world.archive->append(runs));
  rt::run_alone(world.archive->flush());
  for (auto _ : state) {
    Metrics metrics;
    auto again = rt::run_alone(open(*world.kv, world.pool, world.clock, metrics, {}));
    benchmark::DoNotOptimize(again);
  }
}
BENCHMARK(open_with_million_series)->Iterations(3)->Unit(benchmark::kMillisecond);

void open_with_full_log(benchmark::State& state) {
  constexpr std::size_t series_count = 1000, batch_points = 10;
  World world;
  std::int64_t at = start_us;
  auto points = walk(batch_points, 5);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < batch_points; ++i) texts.push_back(points.value(i));
  for (int batch = 0; batch < 2000; ++batch) {
    std::vector<SampleView> samples;
    for (const auto& text : texts) samples.push_back({from_us(at += step_us), text});
    std::vector<Run> runs;
    for (std::size_t s = 1; s <= series_count; ++s) {
      runs.push_back({static_cast<SeriesId>(s), samples});
    }
    rt::run_alone(world.archive->append(runs));
  }
  std::size_t bytes = 0;
  for (const auto& entry :
       rt::run_alone(world.kv->scan(store::prefix_range("archive/l"), 1'000'000))) {
    bytes += entry.value.bytes.size();
  }
  state.counters["log_MB"] = static_cast<double>(bytes) / 1e6;
  for (auto _ : state) {
    Metrics metrics;
    auto again = rt::run_alone(open(*world.kv, world.pool, world.clock, metrics, {}));
    benchmark::DoNotOptimize(again);
  }
}
BENCHMARK(open_with_full_log)->Iterations(3)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
