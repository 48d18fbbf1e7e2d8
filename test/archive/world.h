#pragma once

// World: an archive on a memory Kv that a test can stop, damage and open again.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "archive/archive.h"
#include "base/clock.h"
#include "base/error.h"
#include "rt/loop.h"
#include "store/engine/memory/memory_kv.h"

namespace tt::archive {

// Forwards to another Kv until it has seen as many commits as it is told; later ones fail.
class StoppingKv final : public store::Kv {
 public:
  static constexpr std::size_t never = ~std::size_t{0};

  explicit StoppingKv(store::Kv& inner) : inner_(inner) {}
  // The next `commits` succeed.
  void stop_after(std::size_t commits) { left_ = commits; }
  std::size_t commits() const { return commits_; }

  Task<std::optional<store::Value>> find(std::string_view key) override { return inner_.find(key); }
  Task<store::Outcome> commit(store::Batch batch,
                              std::vector<store::Expectation> expectations) override {
    if (left_ == 0) throw Error(Code::unavailable, "the disk is full");
    if (left_ != never) --left_;
    ++commits_;
    co_return co_await inner_.commit(std::move(batch), std::move(expectations));
  }
  Task<std::vector<store::Entry>> scan(store::Range range, std::size_t limit, store::Order order,
                                       const store::Snapshot* snapshot) override {
    return inner_.scan(std::move(range), limit, order, snapshot);
  }
  std::unique_ptr<store::Snapshot> snapshot() override { return inner_.snapshot(); }
  Task<> compact(store::Range range) override { return inner_.compact(std::move(range)); }

 private:
  store::Kv& inner_;
  std::size_t left_ = never;
  std::size_t commits_ = 0;
};

struct World {
  explicit World(Options options = {}) : options(options) { reopen(); }

  void reopen() {
    archive.reset();
    metrics = std::make_unique<Metrics>();
    archive = rt::run_alone(open(kv, pool, clock, *metrics, options));
  }

  // Tasks run to their end, one after the other.
  template <class T>
  static T run(Task<T> task) {
    return rt::run_alone(std::move(task));
  }

  void append(SeriesId series, std::vector<std::pair<std::int64_t, std::string>> samples) {
    std::vector<SampleView> views;
    for (const auto& [at, value] : samples) views.push_back({from_us(at), value});
    Run single{series, views};
    run(archive->append({&single, 1}));
  }

  std::vector<std::pair<std::int64_t, std::string>> range(SeriesId series, Query query) {
    std::vector<std::pair<std::int64_t, std::string>> found;
    for (auto& sample : run(archive->range(series, query))) {
      found.emplace_back(to_us(sample.at), std::move(sample.value));
    }
    return found;
  }
  // Everything.
  std::vector<std::pair<std::int64_t, std::string>> all(SeriesId series) {
    return range(
        series,
        {.start = Time::min(), .end = Time::max(), .limit = 1'000'000, .find_previous = false});
  }
  std::size_t count_keys(std::string_view prefix) {
    return run(memory->scan(store::prefix_range(prefix), 1'000'000)).size();
  }

  std::unique_ptr<store::Kv> memory = store::make_memory_kv();
  StoppingKv kv{*memory};
  rt::OffloadPool pool{2};
  VirtualClock clock{from_us(1'700'000'000'000'000)};
  Options options;
  std::unique_ptr<Metrics> metrics;
  std::unique_ptr<Archive> archive;
};

}  // namespace tt::archive
