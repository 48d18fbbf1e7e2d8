#include <algorithm>
#include <functional>
#include <limits>

#include "archive/archive.h"
#include "archive/block.h"
#include "archive/buckets.h"
#include "archive/flusher.h"
#include "archive/journal.h"
#include "archive/keys.h"
#include "archive/series_reader.h"
#include "archive/series_table.h"
#include "archive/stored_blocks.h"
#include "archive/uncancelled.h"

namespace tt::archive {
namespace {

// A series with more bytes of texts in memory is written to blocks.
constexpr std::size_t head_text_bytes_max = 1 << 20;
// What one entry of the log may have.
constexpr std::size_t append_bytes_max = 64 << 20;
constexpr std::size_t page_blocks_max = 64;
// Fewer bytes of blocks than this are unpacked where they are, more on the pool.
constexpr std::size_t offload_bytes_min = 32 * 1024;
// Unpacking a block takes some twelve times as long as reading its totals by the hour.
constexpr std::size_t samples_cost_over_hours = 8;

Sample sample_at(const Points& points, std::size_t index) {
  return {from_us(points.at(index)), points.value(index)};
}

// Checks and reads what a caller wants to append.
Append parsed(std::span<const Run> runs, Time received) {
  Append append{.received = to_us(received), .slices = {}, .points = {}};
  append.slices.reserve(runs.size());
  std::size_t count = 0;
  for (const auto& run : runs) count += run.samples.size();
  append.points.reserve(count);
  for (const auto& run : runs) {
    TT_ASSERT(run.series > 0);
    if (run.samples.empty()) continue;
    auto begin = append.points.size();
    bool ascending = true;
    for (const auto& sample : run.samples) {
      if (sample.value.size() > value_bytes_max) {
        throw Error(Code::too_large, "a value is longer than 1 MiB");
      }
      auto at = to_us(sample.at);
      ascending &= append.points.size() == begin || append.points.last() < at;
      append.points.add(at, sample.value);
    }
    if (!ascending) append.points.normalize(begin);
    append.slices.push_back({run.series, begin, append.points.size()});
  }
  return append;
}

// The series whose record a change needs; 0: none.
std::int64_t series_to_load(const Append&) { return 0; }
std::int64_t series_to_load(const auto& change) { return change.series; }

class Engine final : public Archive {
 public:
  struct Services {
    store::Kv& kv;
    rt::OffloadPool& pool;
    const Clock& clock;
    Metrics& metrics;
  };

  Engine(Services services, Options options)
      : kv_(services.kv),
        pool_(services.pool),
        clock_(services.clock),
        options_(options),
        points_appended_(services.metrics.counter("thingtank_archive_points_appended_total",
                                                  "Samples appended to series.")),
        table_({.points_max = options.block_samples_max,
                .text_bytes_max = head_text_bytes_max,
                .idle_max = options.idle_series_max}),
        reader_(kv_, table_),
        journal_(kv_, services.metrics.gauge("thingtank_archive_log_bytes",
                                             "Size of the log of samples not yet in blocks.")),
        flusher_({kv_, pool_, clock_, table_, reader_, journal_}, services.metrics, options) {
    TT_ASSERT(options.block_samples_max > 0 && options.block_samples_max <= block_points_max);
  }

  // Reads the log; before anything else.
  Task<> load();

  Task<> append(std::span<const Run> runs) override { co_await uncancelled(append_runs(runs)); }
  Task<std::optional<Current>> current(SeriesId series) override;
  Task<std::vector<Sample>> range(SeriesId series, Query query) override;
  Task<std::vector<Bucket>> summarize(SeriesId series, Intervals intervals) override;
  Task<std::optional<Sample>> find(SeriesId series, Time at) override;
  Task<bool> erase(SeriesId series, Time at) override {
    co_return co_await uncancelled(erase_at(series, at));
  }
  Task<> erase(SeriesId series, Time start, Time end) override {
    co_await uncancelled(erase_between(series, start, end));
  }
  Task<> erase(SeriesId series) override { co_await uncancelled(forget(series)); }
  Task<> set_extremes(SeriesId series, std::optional<double> min,
                      std::optional<double> max) override {
    SetExtremes extremes{series, min, max};
    co_await uncancelled(write_extremes(extremes));
  }
  Task<> expire() override { co_await uncancelled(expire_partitions()); }
  Task<> flush() override { co_await uncancelled(flusher_.flush()); }

 private:
  Task<> append_runs(std::span<const Run> runs);
  Task<bool> erase_at(SeriesId series, Time at);
  Task<> erase_between(SeriesId series, Time start, Time end);
  Task<> erase_with_turn(Erase erase);
  Task<> forget(SeriesId series);
  Task<> write_extremes(SetExtremes extremes);
  Task<> expire_partitions();
  Task<> replay(std::string_view bytes);

  // The samples in blocks with start <= at <= end, about `limit` at least if there are so many.
  Task<Points> stored(SeriesId series, const Partitions& partitions, Query query);
  Task<> add_partition(SeriesId series, Partition partition, Query query, Points& found);
  Task<> add_partition(SeriesId series, Partition partition, Query query, Buckets& buckets);
  // The newest sample before `at` that is still kept; one or none.
  Task<Points> newest_before(SeriesId series, std::int64_t at);

  std::int64_t first_kept_us() const { return partition_start(first_kept(clock_, options_)); }

  store::Kv& kv_;
  rt::OffloadPool& pool_;
  const Clock& clock_;
  Options options_;
  Counter& points_appended_;
  SeriesTable table_;
  SeriesReader reader_;
  Journal journal_;
  Flusher flusher_;
};

// ---- opening ----

Task<> Engine::load() { co_await journal_.open(std::bind_front(&Engine::replay, this)); }

Task<> Engine::replay(std::string_view bytes) {
  auto change = decode_change(bytes);
  if (!change) {
    throw Error(Code::corrupt, "the archive's log is damaged: " + change.error().message);
  }
  auto series_of = [](const auto& other) { return series_to_load(other); };
  auto series = std::visit(series_of, *change);
  if (series > 0) co_await reader_.load(series);
  auto apply = [this](const auto& any) { table_.apply(any); };
  std::visit(apply, *change);
}

// ---- writing ----

Task<> Engine::append_runs(std::span<const Run> runs) {
  auto append = parsed(runs, clock_.now());
  if (append.slices.empty()) co_return;
  co_await flusher_.relieve();
  Journal::Write write{.change = encode_change(append), .batch = {}, .apply = {}};
  if (write.change.size() > append_bytes_max) {
    throw Error(Code::too_large, "one append has more than 64 MiB of samples");
  }
  write.apply = [&] { table_.apply(append); };
  co_await journal_.write(std::move(write));
  points_appended_.Increment(static_cast<double>(append.points.size()));
  if (flusher_.is_needed()) co_await flusher_.assist();
}

Task<bool> Engine::erase_at(SeriesId series, Time at) {
  auto turn = co_await flusher_.turns().take();
  auto found = co_await find(series, at);
  if (!found) co_return false;
  Erase erase{.series = series, .start = to_us(at), .end = to_us(at), .remaining = {}};
  co_await erase_with_turn(std::move(erase));
  co_return true;
}

Task<> Engine::erase_between(SeriesId series, Time start, Time end) {
  if (start > end) co_return;
  auto turn = co_await flusher_.turns().take();
  Erase erase{.series = series, .start = to_us(start), .end = to_us(end), .remaining = {}};
  co_await erase_with_turn(std::move(erase));
}

Task<> Engine::erase_with_turn(Erase erase) {
  co_await reader_.load(erase.series);
  auto record = co_await reader_.record(erase.series);
  StoredBlocks stored(kv_, erase.series, record.partitions);
  Journal::Write write;
  co_await stored.erase(erase.start, erase.end, write.batch);
  erase.remaining = co_await stored.newest();
  if (!erase.remaining.empty() && erase.remaining.last() <= erase.end) {
    bool is_within = erase.remaining.last() >= erase.start;
    if (is_within) erase.remaining = co_await stored.newest_before(erase.start);
  }
  write.change = encode_change(erase);
  write.apply = [&] { table_.apply(erase); };
  co_await journal_.write(std::move(write));
}

Task<> Engine::forget(SeriesId series) {
  auto turn = co_await flusher_.turns().take();
  co_await reader_.load(series);
  auto record = co_await reader_.record(series);
  if (record.is_blank()) co_return;
  StoredBlocks stored(kv_, series, record.partitions);
  Forget forget{series};
  Journal::Write write{.change = encode_change(forget), .batch = {}, .apply = {}};
  stored.erase_all(write.batch);
  write.batch.erase(series_key(series));
  write.apply = [&] {
    table_.apply(forget);
    table_.forget_blocks(series);
  };
  co_await journal_.write(std::move(write));
}

Task<> Engine::write_extremes(SetExtremes extremes) {
  auto turn = co_await flusher_.turns().take();
  co_await reader_.load(extremes.series);
  Journal::Write write{.change = encode_change(extremes), .batch = {}, .apply = {}};
  write.apply = [&] { table_.apply(extremes); };
  co_await journal_.write(std::move(write));
}

Task<> Engine::expire_partitions() {
  if (options_.retention.count() == 0) co_return;
  auto turn = co_await flusher_.turns().take();
  store::Batch batch;
  batch.erase(partitions_before(first_kept(clock_, options_)));
  co_await kv_.commit(std::move(batch));
}

// ---- reading ----

Task<std::optional<Current>> Engine::current(SeriesId series) {
  auto record = co_await reader_.record(series);
  if (!record.has_last) co_return std::nullopt;
  Sample last{from_us(record.last_at), record.last_as_text()};
  Current current{std::move(last), from_us(record.received), std::nullopt, std::nullopt};
  if (record.has_min()) current.min = record.min;
  if (record.has_max()) current.max = record.max;
  co_return current;
}

Task<std::vector<Sample>> Engine::range(SeriesId series, Query query) {
  query.start = std::max(query.start, from_us(first_kept_us()));
  auto start = to_us(query.start);
  SeriesTable::Span span{start, to_us(query.end), query.limit};
  auto view = co_await reader_.view(series, span);
  std::vector<Sample> samples;
  if (query.find_previous) {
    auto previous = co_await newest_before(series, start);
    if (!previous.empty()) samples.push_back(sample_at(previous, 0));
  }
  auto found = co_await stored(series, view.partitions, query);
  found.merge(view.points);
  auto count = std::min(found.size(), query.limit);
  for (std::size_t i = 0; i < count; ++i) samples.push_back(sample_at(found, i));
  co_return samples;
}

Task<Points> Engine::stored(SeriesId series, const Partitions& partitions, Query query) {
  Points found;
  if (query.start > query.end || query.limit == 0) co_return found;
  auto first = partition_of(to_us(query.start));
  for (const auto& run : partitions.between(first, partition_of(to_us(query.end)))) {
    for (auto partition = run.first; partition <= run.last; ++partition) {
      co_await add_partition(series, partition, query, found);
      if (found.size() >= query.limit) co_return found;
    }
  }
  co_return found;
}

Task<> Engine::add_partition(SeriesId series, Partition partition, Query query, Points& found) {
  auto page = std::min(query.limit / options_.block_samples_max + 2, page_blocks_max);
  auto start = to_us(query.start);
  auto end = to_us(query.end);
  auto range = blocks_from(partition, series, start);
  while (true) {
    auto entries = co_await kv_.scan(range, page);
    for (const auto& entry : entries) {
      auto block = points_of(entry);
      if (block.first() > end) co_return;
      auto first = block.lower_bound(start);
      found.add(block, first, std::max(first, block.upper_bound(end)));
      if (found.size() >= query.limit) co_return;
      // A flush between two pages may join blocks: go on behind what was seen.
      if (block.last() >= end) co_return;
      start = block.last() + 1;
    }
    if (entries.size() < page) co_return;
    range.begin = entries.back().key + '\0';
  }
}

Task<Points> Engine::newest_before(SeriesId series, std::int64_t at) {
  auto in_memory = table_.newest_before(series, at);
  auto record = co_await reader_.record(series);
  StoredBlocks stored(kv_, series, record.partitions);
  auto newest = co_await stored.newest_before(at);
  // Memory is the newer where both have the same time.
  bool is_in_memory = !in_memory.empty() && (newest.empty() || in_memory.last() >= newest.last());
  if (is_in_memory) newest = std::move(in_memory);
  if (!newest.empty() && newest.last() < first_kept_us()) newest = Points();
  co_return newest;
}

Task<std::vector<Bucket>> Engine::summarize(SeriesId series, Intervals intervals) {
  TT_ASSERT(intervals.length.count() > 0);
  auto start = std::max(intervals.start, from_us(first_kept_us()));
  auto end = intervals.end;
  auto limit = intervals.limit;
  constexpr auto all = std::numeric_limits<std::size_t>::max();
  if (start > end || limit == 0) co_return std::vector<Bucket>();
  SeriesTable::Span span{to_us(start), to_us(end), all};
  auto view = co_await reader_.view(series, span);
  Buckets::Query query{to_us(start), to_us(end), intervals.length.count(), limit};
  Buckets buckets(query, std::move(view.points));
  Query blocks{.start = start, .end = end, .limit = limit, .find_previous = false};
  for (const auto& run :
       view.partitions.between(partition_of(query.start), partition_of(query.end))) {
    for (auto partition = run.first; partition <= run.last && !buckets.is_done(); ++partition) {
      co_await add_partition(series, partition, blocks, buckets);
    }
  }
  co_return buckets.finish();
}

Task<> Engine::add_partition(SeriesId series, Partition partition, Query query, Buckets& buckets) {
  auto range = blocks_from(partition, series, to_us(query.start));
  while (true) {
    auto entries = co_await kv_.scan(range, page_blocks_max);
    std::size_t bytes = 0;
    for (const auto& entry : entries) bytes += entry.value.bytes.size();
    auto add = [&] {
      for (const auto& entry : entries) buckets.add_block(entry.value.bytes);
    };
    auto work = buckets.takes_hours() ? bytes / samples_cost_over_hours : bytes;
    if (work < offload_bytes_min) {
      add();
    } else {
      co_await rt::offload(pool_, add);
    }
    if (entries.size() < page_blocks_max || buckets.is_done()) co_return;
    range.begin = entries.back().key + '\0';
  }
}

Task<std::optional<Sample>> Engine::find(SeriesId series, Time at) {
  if (to_us(at) < first_kept_us()) co_return std::nullopt;
  SeriesTable::Span span{to_us(at), to_us(at), 1};
  auto view = co_await reader_.view(series, span);
  if (!view.points.empty()) co_return sample_at(view.points, 0);
  StoredBlocks stored(kv_, series, view.partitions);
  auto block = co_await stored.first_from(to_us(at));
  if (!block) co_return std::nullopt;
  auto index = block->points.lower_bound(to_us(at));
  if (index == block->points.size() || block->points.at(index) != to_us(at)) co_return std::nullopt;
  co_return sample_at(block->points, index);
}

}  // namespace

Task<std::unique_ptr<Archive>> open(store::Kv& kv, rt::OffloadPool& pool, const Clock& clock,
                                    Metrics& metrics, Options options) {
  Engine::Services services{kv, pool, clock, metrics};
  auto engine = std::make_unique<Engine>(services, options);
  co_await engine->load();
  co_return engine;
}

}  // namespace tt::archive
