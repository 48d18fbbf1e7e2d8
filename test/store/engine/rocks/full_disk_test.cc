// A disk that takes no more: clear errors, nothing lost, nothing by halves, and on it goes.
//
// As root on a small tmpfs of its own (no space left); in any case with a limit on the size of
// files, which fails the same writes for another reason.

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <thread>

#include "base/random.h"
#include "store/engine/rocks/folder_fixture.h"
#include "store/kv_contract.h"

using namespace tt;
using namespace tt::store;
using namespace tt::store::contract;
namespace fs = std::filesystem;

namespace {

// A disk of 12 MiB that can be filled up and emptied.
class SmallDisk {
 public:
  SmallDisk() {
    is_mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=12m") == 0;
  }
  ~SmallDisk() {
    if (is_mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  bool is_mounted() const { return is_mounted_; }
  std::string path() const { return folder_.path() + "/kv"; }
  void fill() {
    std::ofstream ballast(folder_.path() + "/ballast", std::ios::app);
    std::string page(4096, 'b');
    while (ballast.write(page.data(), 4096).flush()) {
    }
  }
  void give_back() { fs::remove(folder_.path() + "/ballast"); }

 private:
  TemporaryFolder folder_;
  bool is_mounted_ = false;
};

// No file of this process grows beyond a size; a write that tries gets EFBIG.
class FileSizeLimit {
 public:
  FileSizeLimit() {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
  }
  ~FileSizeLimit() { lift(); }
  void set(std::size_t size_bytes) {
    rlimit limit = before_;
    limit.rlim_cur = size_bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  void lift() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

std::string key_of(int number, char half) { return std::to_string(100'000 + number) + half; }

// Commits a pair of keys; the message of the error if that fails.
std::string put_pair(Kv& kv, int number) {
  Batch batch;
  batch.put(key_of(number, 'a'), random_bytes(10'000));
  batch.put(key_of(number, 'b'), "");
  try {
    commit(kv, std::move(batch));
    return "";
  } catch (const Error& e) {
    CHECK(e.code() == Code::unavailable);
    return e.what();
  }
}

// Commits pairs until one fails, which is returned.
int put_pairs_until_failure(Kv& kv, int first, const std::string& path, std::string_view reason) {
  for (int number = first; number < first + 10'000; ++number) {
    std::string message = put_pair(kv, number);
    if (message.empty()) continue;
    CAPTURE(message);
    CHECK(message.starts_with(path + " cannot be written: "));
    CHECK(message.find(reason) != std::string::npos);
    return number;
  }
  FAIL("the disk is never full");
  return 0;
}

// Commits the pair `number` as soon as that works again.
void put_pair_soon(Kv& kv, int number) {
  std::string message = put_pair(kv, number);
  for (int i = 0; i < 100 && !message.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    message = put_pair(kv, number);
  }
  CHECK(message == "");
}

// Exactly the pairs 0 to `count` - 1, whole, are there.
void check_pairs(Kv& kv, int count) {
  auto entries = scan(kv, {}, 1'000'000);
  REQUIRE(entries.size() == static_cast<std::size_t>(2 * count));
  for (int i = 0; i < count; ++i) {
    REQUIRE(entries[2 * i].key == key_of(i, 'a'));
    REQUIRE(entries[2 * i + 1].key == key_of(i, 'b'));
  }
}

// What a crash at this moment would leave.
void check_copy(Engine& engine, const std::string& path, int count) {
  TemporaryFolder copy;
  fs::copy(path, copy.path() + "/kv", fs::copy_options::recursive);
  auto kv = engine.open(copy.path() + "/kv");
  check_pairs(*kv, count);
}

// Commits end while there is still space for the store's own work.
const RocksOptions small_disk{.write_buffer_bytes = 256 * 1024,
                              .disk_reserve_bytes = 2 * 1024 * 1024};

constexpr std::string_view no_space = "No space left on device";

}  // namespace

TEST_CASE("a disk that is full for a while") {
  SmallDisk disk;
  if (!disk.is_mounted()) {
    MESSAGE("skipped: mounting a tmpfs needs root");
    return;
  }
  Engine engine;
  auto kv = engine.open(disk.path(), small_disk);
  int next = 0;
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    for (int i = 0; i < 10 * round; ++i) put_pair_soon(*kv, next++);
    disk.fill();
    next = put_pairs_until_failure(*kv, next, disk.path(), no_space);
    // A flush fails, and with it what RocksDB does in the background.
    if (round > 0) CHECK_THROWS_AS(rt::run_alone(kv->compact({})), Error);
    for (int i = 0; i < 3; ++i) CHECK(put_pair(*kv, next) != "");
    check_pairs(*kv, next);
    check_copy(engine, disk.path(), next);
    disk.give_back();
    put_pair_soon(*kv, next++);
    check_pairs(*kv, next);
    check_copy(engine, disk.path(), next);
  }
  kv.reset();
  kv = engine.open(disk.path(), small_disk);
  check_pairs(*kv, next);
}

TEST_CASE("a disk that the store fills itself") {
  SmallDisk disk;
  if (!disk.is_mounted()) {
    MESSAGE("skipped: mounting a tmpfs needs root");
    return;
  }
  Engine engine;
  auto kv = engine.open(disk.path(), small_disk);
  int failed = put_pairs_until_failure(*kv, 0, disk.path(), no_space);
  CHECK(failed > 100);
  check_pairs(*kv, failed);
  kv.reset();

  // The reserve is enough to open it, and to make room.
  kv = engine.open(disk.path(), small_disk);
  check_pairs(*kv, failed);
}

TEST_CASE("a log that the disk refused") {
  TemporaryFolder folder;
  Engine engine;
  int next = 0;
  for (std::size_t size_bytes : {50'000, 300'000}) {
    CAPTURE(size_bytes);
    auto kv = engine.open(folder.path());
    FileSizeLimit limit;
    limit.set(size_bytes);
    next = put_pairs_until_failure(*kv, next, folder.path(), "File too large");
    std::string message = put_pair(*kv, next);
    CHECK(message == folder.path() +
                         " cannot be written: IO error: an earlier write failed: "
                         "repair the disk, then restart the program");
    limit.lift();
    CHECK(put_pair(*kv, next) != "");
    check_pairs(*kv, next);
    check_copy(engine, folder.path(), next);
    kv.reset();

    kv = engine.open(folder.path());
    check_pairs(*kv, next);
    CHECK(put_pair(*kv, next++) == "");
    check_pairs(*kv, next);
  }
}
