// A folder that is damaged, too new or in use is refused with the reason.

#include <doctest/doctest.h>

#include "store/engine/rocks/child_process.h"
#include "store/engine/rocks/folder_fixture.h"
#include "store/kv_contract.h"

using namespace tt;
using namespace tt::store;
using namespace tt::store::contract;
namespace fs = std::filesystem;

namespace {

// "opened with N entries" or "code: message".
std::string result_of_opening(Engine& engine, const std::string& path) {
  try {
    auto kv = engine.open(path);
    return "opened with " + std::to_string(scan(*kv, {}, 100'000).size()) + " entries";
  } catch (const Error& e) {
    return std::string(name_of(e.code())) + ": " + e.what();
  }
}

constexpr int entries_on_disk = 300;
constexpr int entries_in_log = 200;
const std::string everything = "opened with 500 entries";

// The folder as a crash leaves it: one table, a log with entries.
void make_crashed_folder(Engine& engine, const std::string& path) {
  TemporaryFolder live;
  auto kv = engine.open(live.path() + "/kv");
  auto put_many = [&](int first, int count) {
    Batch batch;
    for (int i = first; i < first + count; ++i) batch.put(std::to_string(i), std::string(500, 'v'));
    commit(*kv, std::move(batch));
  };
  put_many(0, entries_on_disk);
  rt::run_alone(kv->compact({}));
  for (int i = 0; i < entries_in_log; ++i) put_many(entries_on_disk + i, 1);
  fs::copy(live.path() + "/kv", path, fs::copy_options::recursive);
}

std::string only_file(const std::string& folder, std::string_view part_of_name) {
  std::string found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::string name = entry.path().filename();
    if (name.find(part_of_name) == std::string::npos || entry.file_size() == 0) continue;
    REQUIRE(found.empty());
    found = entry.path();
  }
  REQUIRE(!found.empty());
  return found;
}

void cut_half(const std::string& file) { fs::resize_file(file, fs::file_size(file) / 2); }
void cut_end(const std::string& file) { fs::resize_file(file, fs::file_size(file) - 10); }
void empty(const std::string& file) { fs::resize_file(file, 0); }
void remove_it(const std::string& file) { fs::remove(file); }
void garble(const std::string& file) {
  std::string bytes = read_file(file);
  for (std::size_t i = 0; i < 8; ++i) bytes[bytes.size() / 2 + i] ^= 0x55;
  write_file(file, bytes);
}

}  // namespace

TEST_CASE("a damaged folder is refused with file and reason") {
  struct Damage {
    const char* file;
    void (*make)(const std::string&);
    const char* reason;
  };
  const Damage damages[] = {
      {"CURRENT", cut_half, "CURRENT"},
      {"CURRENT", empty, "CURRENT"},
      {"CURRENT", remove_it, "there is no CURRENT"},
      {"MANIFEST", cut_half, "MANIFEST"},
      {"MANIFEST", cut_end, "corrupt: "},
      {"MANIFEST", empty, "MANIFEST"},
      {"MANIFEST", remove_it, "MANIFEST"},
      {"MANIFEST", garble, "checksum mismatch in file "},
      {".sst", cut_half, ".sst"},
      {".sst", cut_end, ".sst"},
      {".sst", empty, ".sst"},
      {".sst", remove_it, ".sst"},
      {".sst", garble, "block checksum mismatch"},
      {".log", remove_it, "there is no write-ahead log"},
      {"FORMAT", cut_half, "FORMAT is damaged"},
      {"FORMAT", empty, "FORMAT is damaged"},
      {"FORMAT", garble, "FORMAT is damaged"},
      {"FORMAT", remove_it, "there is no FORMAT"},
  };
  Engine engine;
  TemporaryFolder folder;
  std::string intact = folder.path() + "/intact";
  make_crashed_folder(engine, intact);
  for (const Damage& damage : damages) {
    CAPTURE(damage.file);
    CAPTURE(damage.reason);
    std::string path = folder.path() + "/kv";
    fs::remove_all(path);
    fs::copy(intact, path, fs::copy_options::recursive);
    if (damage.file == std::string_view(".log")) {
      for (const auto& entry : fs::directory_iterator(path)) {
        if (entry.path().extension() == ".log") fs::remove(entry.path());
      }
    } else {
      std::string name = damage.file == std::string_view(".sst") ? ".sst" : damage.file;
      damage.make(only_file(path, name));
    }
    std::string result = result_of_opening(engine, path);
    CAPTURE(result);
    CHECK(result.starts_with("corrupt: "));
    CHECK(result.find(path) != std::string::npos);
    CHECK(result.find(damage.reason) != std::string::npos);
  }
  CHECK(result_of_opening(engine, intact) == everything);
}

TEST_CASE("a MANIFEST that lost its end is refused wherever it was cut, or loses nothing") {
  Engine engine;
  TemporaryFolder folder;
  std::string intact = folder.path() + "/intact";
  make_crashed_folder(engine, intact);
  std::string manifest = only_file(intact, "MANIFEST");
  std::string bytes = read_file(manifest);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    CAPTURE(size);
    write_file(manifest, bytes.substr(0, size));
    std::string path = folder.path() + "/kv";
    fs::remove_all(path);
    fs::copy(intact, path, fs::copy_options::recursive);
    std::string result = result_of_opening(engine, path);
    CAPTURE(result);
    CHECK((result == everything || result.starts_with("corrupt: ")));
    if (size == bytes.size()) CHECK(result == everything);
  }
}

TEST_CASE("a log whose end a crash has torn is no damage") {
  Engine engine;
  TemporaryFolder folder;
  make_crashed_folder(engine, folder.path() + "/kv");
  std::string log = only_file(folder.path() + "/kv", ".log");
  fs::resize_file(log, fs::file_size(log) - 100);
  CHECK(result_of_opening(engine, folder.path() + "/kv") == "opened with 499 entries");
  // And it can be written and opened on.
  {
    auto kv = engine.open(folder.path() + "/kv");
    put(*kv, "after", "");
  }
  CHECK(result_of_opening(engine, folder.path() + "/kv") == everything);
}

TEST_CASE("a damaged block of a large database is found when it is read") {
  Engine engine;
  TemporaryFolder folder;
  std::string path = folder.path() + "/kv";
  make_crashed_folder(engine, path);
  garble(only_file(path, ".sst"));
  RocksOptions options{.verify_bytes_max = 0};
  auto kv = engine.open(path, options);
  try {
    scan(*kv, {}, 100'000);
    FAIL("the damage was not found");
  } catch (const Error& e) {
    CHECK(e.code() == Code::corrupt);
    CHECK(std::string(e.what()).find(".sst") != std::string::npos);
  }
}

TEST_CASE("a folder of a newer format is refused") {
  Engine engine;
  TemporaryFolder folder;
  CHECK(result_of_opening(engine, folder.path()) == "opened with 0 entries");
  CHECK(read_file(folder.path() + "/FORMAT") == "thingtank kv 1\n");
  write_file(folder.path() + "/FORMAT", "thingtank kv 2\n");
  CHECK(result_of_opening(engine, folder.path()) ==
        "unsupported: " + folder.path() +
            " has format 2, this program reads up to format 1: use the newer version that wrote "
            "it");
  write_file(folder.path() + "/FORMAT", "thingtank kv 1\n");
  CHECK(result_of_opening(engine, folder.path()) == "opened with 0 entries");
}

TEST_CASE("a folder that a crash left before the database was complete is completed") {
  Engine engine;
  TemporaryFolder folder;
  CHECK(result_of_opening(engine, folder.path()) == "opened with 0 entries");
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    if (entry.path().extension() == ".log") empty(entry.path());
  }
  fs::remove(folder.path() + "/FORMAT");
  CHECK(result_of_opening(engine, folder.path()) == "opened with 0 entries");
  CHECK(fs::exists(folder.path() + "/FORMAT"));
}

TEST_CASE("the child that holds a folder" * doctest::skip()) {
  auto self = ChildSelf::find();
  if (!self) return;
  Engine engine;
  auto kv = engine.open(self->path);
  self->tell('o');
  ::pause();
}

TEST_CASE("a folder is used by one process at a time") {
  TemporaryFolder folder;
  Engine engine;
  {
    ChildProcess child("the child that holds a folder", folder.path());
    REQUIRE(child.read<char>());
    CHECK(result_of_opening(engine, folder.path()) ==
          "conflict: " + folder.path() + " is in use by process " + std::to_string(child.pid()) +
              " (LOCK held)");
  }
  auto kv = engine.open(folder.path());
  CHECK(result_of_opening(engine, folder.path()) ==
        "conflict: " + folder.path() + " is in use by this process (LOCK held)");
  put(*kv, "a", "1");
}

TEST_CASE("a folder that cannot be made is named") {
  Engine engine;
  TemporaryFolder folder;
  write_file(folder.path() + "/file", "");
  std::string path = folder.path() + "/file/kv";
  CHECK(result_of_opening(engine, path) ==
        "unavailable: cannot make the folder " + path + ": Not a directory");
}
