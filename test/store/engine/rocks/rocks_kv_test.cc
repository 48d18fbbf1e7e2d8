#include "store/engine/rocks/rocks_kv.h"

#include "store/engine/rocks/folder_fixture.h"
#include "store/kv_contract.h"

using namespace tt;
using namespace tt::store;
using namespace tt::store::contract;

TEST_CASE("the RocksDB engine keeps the contract of Kv") {
  std::vector<std::unique_ptr<TemporaryFolder>> folders;
  Engine engine;
  check_kv_contract([&] {
    folders.push_back(std::make_unique<TemporaryFolder>());
    return engine.open(folders.back()->path() + "/kv");
  });
}

TEST_CASE("what was committed is there when the folder is opened again") {
  TemporaryFolder folder;
  std::string path = folder.path() + "/deep/er/kv";
  Version latest = 0;
  for (int round = 0; round < 4; ++round) {
    Engine engine;
    auto kv = engine.open(path);
    CHECK(scan(*kv, {}).size() == static_cast<std::size_t>(round));
    put(*kv, "k" + std::to_string(round), std::to_string(round));
    if (round == 1) rt::run_alone(kv->compact({}));
    // Versions go on where they were.
    CHECK(find(*kv, "k" + std::to_string(round))->version > latest);
    latest = find(*kv, "k" + std::to_string(round))->version;
    put(*kv, "gone", "");
    erase(*kv, "gone");
  }
}

TEST_CASE("versions do not go back when everything was erased") {
  TemporaryFolder folder;
  Engine engine;
  Version before = 0;
  {
    auto kv = engine.open(folder.path());
    for (int i = 0; i < 10; ++i) put(*kv, "a", "");
    before = find(*kv, "a")->version;
    erase(*kv, Range{});
    rt::run_alone(kv->compact({}));
  }
  auto kv = engine.open(folder.path());
  put(*kv, "a", "");
  CHECK(find(*kv, "a")->version > before);
}

TEST_CASE("a value that is not in memory is read off the loop") {
  TemporaryFolder folder;
  Engine engine;
  {
    auto kv = engine.open(folder.path());
    put(*kv, "a", "1");
    rt::run_alone(kv->compact({}));
  }
  RocksOptions options{.verify_bytes_max = 0};
  auto kv = engine.open(folder.path(), options);
  auto& slow_finds = engine.metrics.counter("thingtank_store_slow_finds_total", "");
  CHECK(slow_finds.Value() == 0);
  CHECK(text_of(*kv, "a") == "1");
  CHECK(slow_finds.Value() == 1);
  CHECK(text_of(*kv, "a") == "1");
  CHECK(slow_finds.Value() == 1);
}

TEST_CASE("commits that wait together share a write") {
  TemporaryFolder folder;
  Engine engine;
  auto kv = engine.open(folder.path());
  run_on_loops(2, 16, [&](int number) -> Task<> {
    return [](Kv& kv, int number) -> Task<> {
      for (int i = 0; i < 20; ++i) {
        Batch batch;
        batch.put(std::to_string(number * 100 + i), "v");
        co_await kv.commit(std::move(batch));
      }
    }(*kv, number);
  });
  CHECK(engine.metrics.counter("thingtank_store_commits_total", "").Value() == 32 * 20);
  CHECK(engine.metrics.counter("thingtank_store_groups_total", "").Value() < 32 * 20 / 2);
  CHECK(scan(*kv, {}).size() == 32 * 20);
}
