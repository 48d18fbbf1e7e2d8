// What was acknowledged survives SIGKILL.

#include <doctest/doctest.h>

#include "base/random.h"
#include "store/engine/rocks/child_process.h"
#include "store/engine/rocks/folder_fixture.h"
#include "store/kv_contract.h"

using namespace tt;
using namespace tt::store;
using namespace tt::store::contract;

namespace {

constexpr unsigned loops = 2;
constexpr int writers_per_loop = 8;

// Small buffers, so that logs are recycled and tables written and merged while it runs.
const RocksOptions small_buffers{.write_buffer_bytes = 64 * 1024};

struct Acknowledged {
  std::int32_t writer;
  std::int32_t number;
};

std::string key_of(std::int32_t writer, std::int32_t number, char half) {
  return "w" + std::to_string(writer) + "/" + std::to_string(1'000'000 + number) + half;
}

// Commits pairs of keys, numbered on from that of the child, and tells of each when it was
// acknowledged.
Task<> write_forever(Kv& kv, std::int32_t writer, const ChildSelf& self) {
  for (std::int32_t number = self.number;; ++number) {
    Batch batch;
    batch.put(key_of(writer, number, 'a'), std::string(100, 'a'));
    batch.put(key_of(writer, number, 'b'), std::to_string(number));
    co_await kv.commit(std::move(batch));
    self.tell(Acknowledged{.writer = writer, .number = number});
  }
}

// Lets a child write, kills it after `lifetime`, and returns what it had acknowledged.
std::vector<Acknowledged> write_until_killed(const std::string& path, std::int32_t first,
                                             std::chrono::milliseconds lifetime) {
  ChildProcess child("the child that writes", path, first);
  std::vector<Acknowledged> all;
  std::chrono::steady_clock::time_point end;
  while (auto told = child.read<Acknowledged>()) {
    if (all.empty()) end = std::chrono::steady_clock::now() + lifetime;
    all.push_back(*told);
    if (std::chrono::steady_clock::now() > end) child.kill();
  }
  return all;
}

}  // namespace

TEST_CASE("the child that writes" * doctest::skip()) {
  auto self = ChildSelf::find();
  if (!self) return;
  Engine engine;
  auto kv = engine.open(self->path, small_buffers);
  run_on_loops(loops, writers_per_loop,
               [&](int writer) { return write_forever(*kv, writer, *self); });
}

TEST_CASE("what was acknowledged is there after SIGKILL, and nothing by halves") {
  TemporaryFolder folder;
  SeededRandom random(20261122);
  std::vector<Acknowledged> all;
  for (std::int32_t round = 0; round < 8; ++round) {
    auto lifetime = std::chrono::milliseconds(20 + random.below(80));
    auto told = write_until_killed(folder.path(), round * 100'000, lifetime);
    CHECK(!told.empty());
    all.insert(all.end(), told.begin(), told.end());

    Engine engine;
    auto kv = engine.open(folder.path(), small_buffers);
    std::set<std::string> found;
    for (auto& entry : scan(*kv, {}, 10'000'000)) found.insert(std::move(entry.key));
    std::size_t missing = 0;
    for (const auto& each : all) missing += !found.contains(key_of(each.writer, each.number, 'a'));
    CHECK(missing == 0);
    std::size_t halves = 0;
    for (const auto& key : found) {
      std::string other = key;
      other.back() = key.back() == 'a' ? 'b' : 'a';
      halves += !found.contains(other);
    }
    CHECK(halves == 0);
  }
  MESSAGE(all.size() << " acknowledged commits survived");
}
