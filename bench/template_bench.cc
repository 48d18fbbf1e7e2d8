// template_bench: rendering of a small home page and of a table with 100 rows; template.py runs the
// same templates and values through Django.
#include <benchmark/benchmark.h>

#include "web/template/engine.h"

using namespace tt;
using namespace tt::web;

namespace {

Engine make_engine() {
  std::vector<std::filesystem::path> folders{TT_BENCH_TEMPLATES};
  return Engine(std::make_unique<FolderLoader>(std::move(folders)));
}

void home(benchmark::State& state) {
  auto engine = make_engine();
  Context context{{"title", "Weather station"},
                  {"name", "Chandigarh & around"},
                  {"temperature", 28},
                  {"position", Map{{"lat", "30.733315"}, {"lng", "76.779418"}}}};
  for (auto _ : state) benchmark::DoNotOptimize(engine.render("home.html", context));
}
BENCHMARK(home);

void table(benchmark::State& state) {
  auto engine = make_engine();
  List stations;
  for (int i = 0; i < 100; ++i) {
    stations.push_back(Map{{"name", "Station <" + std::to_string(i) + ">"},
                           {"temperature", 20 + i / 7.0},
                           {"lat", i},
                           {"active", i % 3 == 0}});
  }
  Context context{{"stations", std::move(stations)}};
  for (auto _ : state) benchmark::DoNotOptimize(engine.render("table.html", context));
}
BENCHMARK(table);

}  // namespace

BENCHMARK_MAIN();
