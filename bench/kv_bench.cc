// Durable commits per second of the RocksDB engine: many coroutines, each commits one small value
// after the other and waits until it is on the disk.
//
//   kv_bench [FOLDER] [COROUTINES] [LOOPS] [SECONDS]      default: a new folder in /tmp, 32, 2, 5

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "base/metrics.h"
#include "rt/loop.h"
#include "rt/offload.h"
#include "store/engine/rocks/rocks_kv.h"

namespace {

using namespace tt;
using SteadyClock = std::chrono::steady_clock;

struct Run {
  store::Kv& kv;
  SteadyClock::time_point end;
  std::atomic<std::uint64_t> commits = 0;
};

Task<> commit_values(Run& run, int number) {
  std::uint64_t count = 0;
  while (SteadyClock::now() < run.end) {
    store::Batch batch;
    batch.put(fmt::format("bench/{:04}/{:012}", number, count), std::string(40, 'v'));
    co_await run.kv.commit(std::move(batch));
    ++count;
  }
  run.commits += count;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](timeval time) { return time.tv_sec + time.tv_usec / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int argument(int argc, char** argv, int index, int otherwise) {
  return argc > index ? std::atoi(argv[index]) : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  std::string folder = argc > 1 ? argv[1] : fmt::format("/tmp/kv_bench.{}", getpid());
  int coroutines = argument(argc, argv, 2, 32);
  int loop_count = argument(argc, argv, 3, 2);
  int seconds = argument(argc, argv, 4, 5);

  rt::OffloadPool pool(2);
  Metrics metrics;
  auto before = SteadyClock::now();
  auto kv = store::open_rocks_kv(folder, pool, metrics);
  std::chrono::duration<double> opening = SteadyClock::now() - before;
  fmt::print("opened in {:.1f} ms\n", opening.count() * 1000);

  rt::Loops loops(static_cast<unsigned>(loop_count));
  auto start = SteadyClock::now();
  double cpu_start = cpu_seconds();
  Run run{.kv = *kv, .end = start + std::chrono::seconds(seconds)};
  std::atomic<int> left = coroutines;
  auto done = [&](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
    if (--left == 0) loops.stop();
  };
  for (int i = 0; i < coroutines; ++i) {
    auto& loop = loops.at(static_cast<unsigned>(i % loop_count));
    boost::asio::co_spawn(loop.executor(), commit_values(run, i), done);
  }
  loops.run();

  std::chrono::duration<double> spent = SteadyClock::now() - start;
  double commits = static_cast<double>(run.commits.load());
  auto& groups = metrics.counter("thingtank_store_groups_total", "");
  fmt::print("{:.0f} durable commits/s, {:.1f} commits a group, {:.1f} us CPU a commit\n",
             commits / spent.count(), commits / groups.Value(),
             (cpu_seconds() - cpu_start) / commits * 1e6);
  kv.reset();
  if (argc <= 1) std::filesystem::remove_all(folder);
}
