// Several loops write, erase and read the same series at once, over a Kv whose commits take their
// time and end in any order.

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <mutex>
#include <thread>

#include "base/random.h"
#include "rt/scope.h"
#include "world.h"

using namespace tt;
using namespace tt::archive;

namespace {

class SlowKv final : public store::Kv {
 public:
  SlowKv(store::Kv& inner, rt::OffloadPool& pool) : inner_(inner), pool_(pool) {}

  Task<std::optional<store::Value>> find(std::string_view key) override { return inner_.find(key); }
  Task<store::Outcome> commit(store::Batch batch,
                              std::vector<store::Expectation> expectations) override {
    auto pause = [this] { std::this_thread::sleep_for(random_pause()); };
    co_await rt::offload(pool_, pause);
    auto outcome = co_await inner_.commit(std::move(batch), std::move(expectations));
    co_await rt::offload(pool_, pause);
    co_return outcome;
  }
  Task<std::vector<store::Entry>> scan(store::Range range, std::size_t limit, store::Order order,
                                       const store::Snapshot* snapshot) override {
    return inner_.scan(std::move(range), limit, order, snapshot);
  }
  std::unique_ptr<store::Snapshot> snapshot() override { return inner_.snapshot(); }
  Task<> compact(store::Range range) override { return inner_.compact(std::move(range)); }

 private:
  std::chrono::microseconds random_pause() {
    std::lock_guard lock(mutex_);
    return std::chrono::microseconds(random_.below(100));
  }
  store::Kv& inner_;
  rt::OffloadPool& pool_;
  std::mutex mutex_;
  SeededRandom random_{1};
};

Task<> work(Archive& archive, std::uint64_t seed) {
  SeededRandom random(seed);
  for (int step = 0; step < 60; ++step) {
    auto series = static_cast<SeriesId>(1 + random.below(3));
    auto value = std::to_string(seed * 1000 + static_cast<std::uint64_t>(step));
    std::vector<SampleView> samples;
    for (int i = 0; i < 4; ++i) {
      samples.push_back({from_us(static_cast<std::int64_t>(random.below(40))), value});
    }
    Run run{series, samples};
    switch (random.below(12)) {
      case 0: {
        auto start = from_us(static_cast<std::int64_t>(random.below(40)));
        co_await archive.erase(series, start, start + Microseconds(5));
        break;
      }
      case 1: co_await archive.erase(series); break;
      case 2: co_await archive.set_extremes(series, static_cast<double>(step), std::nullopt); break;
      case 3: co_await archive.flush(); break;
      case 4: {
        Intervals tens{Time::min(), Time::max(), Microseconds(10), 100};
        auto buckets = co_await archive.summarize(series, tens);
        for (const auto& bucket : buckets) REQUIRE(bucket.count <= 10);
        break;
      }
      default: {
        co_await archive.append({&run, 1});
        Query all{.start = Time::min(), .end = Time::max(), .limit = 1000, .find_previous = false};
        auto found = co_await archive.range(series, all);
        for (std::size_t i = 1; i < found.size(); ++i) REQUIRE(found[i - 1].at < found[i].at);
      }
    }
  }
}

std::string state_of(Archive& archive) {
  std::string state;
  for (SeriesId series = 1; series <= 3; ++series) {
    Query all{.start = Time::min(), .end = Time::max(), .limit = 1000, .find_previous = false};
    for (const auto& sample : rt::run_alone(archive.range(series, all))) {
      state += fmt::format("{}={} ", to_us(sample.at), sample.value);
    }
    auto current = rt::run_alone(archive.current(series));
    if (!current) continue;
    state += fmt::format("last {}={} received {} min {} max {}\n", to_us(current->last.at),
                         current->last.value, to_us(current->received), current->min.value_or(-1),
                         current->max.value_or(-1));
  }
  return state;
}

}  // namespace

TEST_CASE("archive: concurrent changes leave memory as a replay makes it") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    // The loops first: a thread of the pool may still be busy waking one when all is done.
    rt::Loops loops(3);
    auto memory = store::make_memory_kv();
    rt::OffloadPool pool(4);
    SlowKv kv(*memory, pool);
    VirtualClock clock(from_us(1'700'000'000'000'000));
    Metrics metrics;
    Options options{.retention = {}, .log_bytes_max = 2000, .block_samples_max = 16};
    auto archive = rt::run_alone(open(kv, pool, clock, metrics, options));
    std::atomic<int> left = 12;
    std::atomic<bool> failed = false;
    auto ended = [&](std::exception_ptr failure) {
      if (failure) failed = true;
      if (--left == 0) loops.stop();
    };
    for (unsigned i = 0; i < 12; ++i) {
      boost::asio::co_spawn(loops.at(i % 3).executor(), work(*archive, seed * 100 + i), ended);
    }
    loops.run();
    REQUIRE(!failed);
    auto before = state_of(*archive);
    archive = rt::run_alone(open(kv, pool, clock, metrics, options));
    CHECK(state_of(*archive) == before);
    rt::run_alone(archive->flush());
    CHECK(state_of(*archive) == before);
    archive = rt::run_alone(open(kv, pool, clock, metrics, options));
    CHECK(state_of(*archive) == before);
  }
}

TEST_CASE("archive: an append that was cancelled half-way is there as a whole") {
  rt::Loop loop(0);
  auto memory = store::make_memory_kv();
  rt::OffloadPool pool(2);
  SlowKv kv(*memory, pool);
  VirtualClock clock(from_us(1'700'000'000'000'000));
  Metrics metrics;
  auto archive = rt::run_alone(open(kv, pool, clock, metrics, {}));
  SampleView sample{from_us(5), "5"};
  Run run{1, {&sample, 1}};
  std::exception_ptr failure;
  auto cancelled = [&]() -> Task<> {
    rt::Scope scope(loop);
    scope.spawn(archive->append({&run, 1}));
    scope.cancel();
    co_await scope.join();
  };
  auto ended = [&](std::exception_ptr thrown) {
    failure = thrown;
    loop.stop();
  };
  boost::asio::co_spawn(loop.executor(), cancelled(), ended);
  loop.run();
  REQUIRE(!failure);
  auto in_memory = state_of(*archive);
  archive = rt::run_alone(open(kv, pool, clock, metrics, {}));
  CHECK(state_of(*archive) == in_memory);
}
