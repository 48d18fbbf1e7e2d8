// A backup of the real engines, and what becomes of it.

#include "backup/backup.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "backup/restore.h"
#include "backup/tar_writer.h"
#include "base/error.h"
#include "base/metrics.h"
#include "base/random.h"
#include "orm/engine/sqlite/sqlite.h"
#include "rt/loop.h"
#include "store/engine/rocks/file_blob.h"
#include "store/engine/rocks/rocks_kv.h"

using namespace tt;
namespace fs = std::filesystem;

namespace {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    char name[] = "/tmp/tt-backup-XXXXXX";
    path_ = ::mkdtemp(name);
  }
  ~TemporaryFolder() { fs::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string operator/(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// The stores of a data folder.
struct Stores {
  explicit Stores(const std::string& folder) : folder(folder) {
    fs::create_directories(folder);
    kv = store::open_rocks_kv(folder + "/kv", pool, metrics);
    blob = store::open_file_blob(folder + "/blobs", *kv, pool);
    database = orm::engine::open_sqlite(folder + "/thingtank.db");
    backup = std::make_unique<backup::Backup>(
        backup::Backup::Parts{folder, *kv, *blob, *database, pool, clock, "1.2.3"});
  }

  void put(const std::string& key, std::string bytes) {
    store::Batch batch;
    batch.put(key, std::move(bytes));
    rt::run_alone(kv->commit(std::move(batch)));
  }
  std::string get(std::string_view key) {
    auto value = rt::run_alone(kv->find(key));
    return value ? value->bytes : "(none)";
  }
  Task<> write_blob(std::string_view name, std::string bytes) {
    auto writer = co_await blob->create(name);
    co_await writer->write(bytes);
    co_await writer->commit();
  }
  Task<std::string> read_blob(std::string_view name) {
    auto reader = co_await blob->open(name);
    if (!reader) co_return "(none)";
    co_return co_await reader->read(0, reader->size_bytes());
  }
  bool is_staging_empty() const {
    return !fs::exists(folder + "/backup") || fs::is_empty(folder + "/backup");
  }

  std::string folder;
  std::unique_ptr<rt::OffloadPool> pool_owner = std::make_unique<rt::OffloadPool>(2);
  rt::OffloadPool& pool = *pool_owner;
  VirtualClock clock{*parse_time("2026-01-02T03:04:05Z")};
  Metrics metrics;
  std::unique_ptr<store::Kv> kv;
  std::unique_ptr<store::Blob> blob;
  std::unique_ptr<orm::Database> database;
  std::unique_ptr<backup::Backup> backup;
};

std::unique_ptr<http::BodyWriter> begin(Stores& stores) {
  return rt::run_alone(stores.backup->begin());
}

std::string all_of(http::BodyWriter& stream) {
  std::string bytes;
  while (auto piece = rt::run_alone(stream.next())) bytes += *piece;
  return bytes;
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

backup::Restored restore(const std::string& bytes, const TemporaryFolder& folder) {
  write_file(folder / "file", bytes);
  int descriptor = ::open((folder / "file").c_str(), O_RDONLY);
  struct Close {
    int descriptor;
    ~Close() { ::close(descriptor); }
  } close{descriptor};
  return backup::restore(descriptor, "the file", folder / "restored", [](std::uint64_t) {});
}

// What restore() says of bytes that it refuses.
std::string refusal(const std::string& bytes, const TemporaryFolder& folder) {
  fs::create_directory(folder / "restored");
  try {
    restore(bytes, folder);
  } catch (const Error& error) {
    CHECK(fs::is_empty(folder / "restored"));
    return error.what();
  }
  return "(restored)";
}

std::string archive_of(std::initializer_list<std::pair<const char*, std::string>> files) {
  backup::TarWriter tar;
  for (const auto& [path, bytes] : files) {
    tar.begin(path, bytes.size(), 0);
    tar.add(bytes);
  }
  tar.finish();
  return tar.take();
}

std::string large_text() {
  SeededRandom random(3);
  std::string text;
  while (text.size() < 300'000) text += std::to_string(random.next());
  return text;
}

}  // namespace

TEST_CASE("backup: what was there when it began comes back, later writes do no harm") {
  TemporaryFolder folder;
  auto large = large_text();
  std::string bytes;
  {
    Stores stores(folder / "data");
    write_file(folder / "data/credentials", "[thingtank]\n");
    stores.database->execute("CREATE TABLE thing (name TEXT)", {});
    stores.database->execute("INSERT INTO thing VALUES ('lamp')", {});
    for (int i = 0; i < 500; ++i) stores.put("k" + std::to_string(i), std::to_string(i));
    rt::run_alone(stores.write_blob("small", "abc"));
    rt::run_alone(stores.write_blob("large", large));
    auto stream = begin(stores);
    stores.put("k7", "later");
    stores.database->execute("INSERT INTO thing VALUES ('later')", {});
    rt::run_alone(stores.write_blob("large", "later"));
    bytes = all_of(*stream);
    stream.reset();
    CHECK(stores.get("k7") == "later");
  }
  auto restored = restore(bytes, folder);
  CHECK(restored.version == "1.2.3");
  CHECK(restored.created == "2026-01-02T03:04:05Z");
  CHECK(fs::status(folder / "restored/credentials").permissions() ==
        (fs::perms::owner_read | fs::perms::owner_write));
  Stores stores(folder / "restored");
  for (int i = 0; i < 500; ++i) REQUIRE(stores.get("k" + std::to_string(i)) == std::to_string(i));
  CHECK(rt::run_alone(stores.read_blob("small")) == "abc");
  CHECK(rt::run_alone(stores.read_blob("large")) == large);
  auto rows = stores.database->query("SELECT count(*) FROM thing", {});
  CHECK(rows.size() == 1);
  CHECK(stores.database->query("SELECT 1 FROM thing WHERE name = 'lamp'", {}).size() == 1);
  CHECK(stores.database->query("SELECT 1 FROM thing WHERE name = 'later'", {}).empty());
  // The copy goes on as the first one did.
  stores.put("k7", "new");
  CHECK(stores.get("k7") == "new");
}

TEST_CASE("backup: one at a time, and an end that comes early leaves nothing") {
  TemporaryFolder folder;
  Stores stores(folder / "data");
  stores.put("a", large_text());
  auto first = begin(stores);
  CHECK(!stores.is_staging_empty());
  CHECK_THROWS_AS(begin(stores), Error);
  CHECK(rt::run_alone(first->next()).has_value());
  first.reset();
  // The removal is work of the pool; a new pool waits for it.
  stores.backup.reset();
  stores.blob.reset();
  stores.kv.reset();
  stores.pool_owner.reset();
  CHECK(stores.is_staging_empty());
}

TEST_CASE("backup: what a crash has left goes with the next start") {
  TemporaryFolder folder;
  fs::create_directories(folder / "data/backup/1234/kv");
  write_file(folder / "data/backup/1234/kv/CURRENT", "x");
  backup::remove_leftovers(folder / "data");
  CHECK(!fs::exists(folder / "data/backup"));
  backup::remove_leftovers(folder / "data");
}

TEST_CASE("restore: a file that is cut off or changed is refused, and nothing is put in place") {
  TemporaryFolder folder;
  std::string bytes;
  {
    Stores stores(folder / "data");
    stores.put("a", large_text());
    bytes = all_of(*begin(stores));
  }
  SeededRandom random(5);
  for (int round = 0; round < 12; ++round) {
    auto cut = bytes.substr(0, random.below(bytes.size()));
    CHECK(refusal(cut, folder) != "(restored)");
    auto changed = bytes;
    auto place = random.below(bytes.size());
    changed[place] = static_cast<char>(changed[place] ^ 0x10);
    // A bit of the frame may be of no meaning; the sums then say that nothing is lost.
    auto said = refusal(changed, folder);
    if (said == "(restored)") fs::remove_all(folder / "restored");
  }
  CHECK(refusal("hello", folder).starts_with("the file is no backup of Thingtank"));
  CHECK(refusal("", folder).starts_with("the file is no backup of Thingtank"));
}

TEST_CASE("restore: the message says what is wrong") {
  const std::string head = "thingtank backup 1\nversion 1\ncreated 2\n\n";
  const std::string wrong = std::string(64, '0') + "  thingtank.db\n";
  TemporaryFolder folder;
  auto says = [&](const std::string& bytes, const char* part) {
    auto text = refusal(bytes, folder);
    CAPTURE(text);
    CHECK(text.find(part) != std::string::npos);
  };
  says(archive_of({{"thingtank.db", "x"}}), "without a manifest");
  says(archive_of({{"thingtank.db", "x"}, {"MANIFEST", head + wrong}}),
       "thingtank.db has other bytes");
  says(archive_of({{"MANIFEST", head + wrong}}), "thingtank.db is missing");
  says(archive_of({{"MANIFEST", head}}), "thingtank.db is missing");
  says(archive_of({{"thingtank.db", "x"}, {"MANIFEST", head}}), "without a sum");
  says(archive_of({{"../evil", "x"}}), "it holds a file ../evil");
  says(archive_of({{"/tmp/evil", "x"}}), "it holds a file /tmp/evil");
  says(archive_of({{"MANIFEST", "hello"}}), "MANIFEST: it does not begin");
  says(archive_of({{"MANIFEST", "thingtank backup 2\n"}}), "has format 2");
  says(archive_of({{"MANIFEST", head}, {"kv/a", "x"}}), "kv/a is behind the manifest");
}

TEST_CASE("restore: only into an empty folder, and to the end") {
  TemporaryFolder folder;
  backup::require_empty(folder / "none");
  fs::create_directory(folder / "data");
  write_file(folder / "data/lock", "1");
  backup::require_empty(folder / "data");
  backup::require_whole(folder / "data");
  write_file(folder / "data/other", "");
  CHECK_THROWS_AS(backup::require_empty(folder / "data"), Error);
  fs::create_directory(folder / "data/restore.partial");
  CHECK_THROWS_AS(backup::require_whole(folder / "data"), Error);
}
