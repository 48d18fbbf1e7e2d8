#include "base/error.h"
#include "store/engine/rocks/folder_fixture.h"
#include "store/engine/rocks/rocks_kv.h"
#include "store/kv_contract.h"

using namespace tt;
using namespace tt::store;
using namespace tt::store::contract;

TEST_CASE("a checkpoint is a database of its own") {
  TemporaryFolder folder;
  Engine engine;
  auto kv = engine.open(folder.path() + "/kv");
  put(*kv, "in a table", "1");
  rt::run_alone(kv->compact({}));
  put(*kv, "in the log", "2");
  rt::run_alone(kv->checkpoint(folder.path() + "/copy"));
  put(*kv, "later", "3");
  for (int round = 0; round < 2; ++round) {
    auto copy = engine.open(folder.path() + "/copy");
    CHECK(text_of(*copy, "in a table") == "1");
    CHECK(text_of(*copy, "in the log") == "2");
    CHECK(!find(*copy, "later"));
    put(*copy, "own", std::to_string(round));
  }
  CHECK(!find(*kv, "own"));
  // The copy took none of the files of the first one.
  kv.reset();
  kv = engine.open(folder.path() + "/kv");
  CHECK(text_of(*kv, "in a table") == "1");
  CHECK(text_of(*kv, "later") == "3");
  std::filesystem::remove_all(folder.path() + "/kv");
  CHECK(text_of(*engine.open(folder.path() + "/copy"), "in a table") == "1");
}

TEST_CASE("a checkpoint of an empty database, and many of one that is written to") {
  TemporaryFolder folder;
  Engine engine;
  auto kv = engine.open(folder.path() + "/kv");
  for (int round = 0; round < 5; ++round) {
    auto path = folder.path() + "/copy" + std::to_string(round);
    rt::run_alone(kv->checkpoint(path));
    CHECK(scan(*engine.open(path), {}).size() == static_cast<std::size_t>(round));
    put(*kv, "k" + std::to_string(round), std::string(100'000, 'x'));
  }
}

TEST_CASE("a checkpoint does not write over a folder") {
  TemporaryFolder folder;
  Engine engine;
  auto kv = engine.open(folder.path() + "/kv");
  std::filesystem::create_directory(folder.path() + "/there");
  CHECK_THROWS_AS(rt::run_alone(kv->checkpoint(folder.path() + "/there")), Error);
  CHECK_THROWS_AS(rt::run_alone(kv->checkpoint(folder.path() + "/no/such/folder")), Error);
  put(*kv, "a", "1");
  CHECK(text_of(*kv, "a") == "1");
}
