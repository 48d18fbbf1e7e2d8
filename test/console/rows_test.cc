#include "console/rows.h"

#include <stdlib.h>

#include <doctest/doctest.h>

#include <filesystem>

#include "base/error.h"
#include "console/journal.h"
#include "console/read_only_database.h"
#include "identity/rows.h"
#include "orm/engine/sqlite/sqlite.h"

using namespace tt;
using namespace tt::console;
using web::admin::JournalEntry;

namespace {

struct Folder {
  Folder() {
    char name[] = "/tmp/thingtank-test-XXXXXX";
    path = ::mkdtemp(name);
    database = orm::engine::open_sqlite(path + "/test.db");
    identity::migrate(*database);
    migrate(*database);
  }
  ~Folder() {
    database.reset();
    std::filesystem::remove_all(path);
  }
  std::string path;
  std::unique_ptr<orm::Database> database;
};

JournalEntry entry_about(std::int64_t object, std::string text) {
  JournalEntry entry;
  entry.at = *parse_time("2026-01-02T03:04:05Z");
  entry.user_id = 7;
  entry.user = "ann";
  entry.app_label = "registry";
  entry.model = "feedrow";
  entry.object_id = std::to_string(object);
  entry.object_text = std::move(text);
  entry.message = "Changed.";
  return entry;
}

}  // namespace

TEST_CASE("the secret key is made once and kept") {
  Folder folder;
  auto made = secret_key(*folder.database);
  CHECK(made.size() == 64);
  CHECK(secret_key(*folder.database) == made);
  migrate(*folder.database);
  CHECK(secret_key(*folder.database) == made);
}

TEST_CASE("the journal tells of a person and of an object") {
  Folder folder;
  TableJournal journal(*folder.database);
  journal.add(entry_about(1, "Roof"));
  journal.add(entry_about(2, "Cellar"));
  journal.add(entry_about(1, "Attic"));
  auto recent = journal.recent(7, 2);
  REQUIRE(recent.size() == 2);
  CHECK(recent[0].object_text == "Attic");
  CHECK(recent[1].object_text == "Cellar");
  CHECK(journal.recent(8, 10).empty());
  auto history = journal.history("registry", "feedrow", "1");
  REQUIRE(history.size() == 2);
  CHECK(history[0].object_text == "Roof");
  CHECK(history[0].user == "ann");
  CHECK(history[1].object_text == "Attic");
}

TEST_CASE("long titles are cut between characters") {
  Folder folder;
  TableJournal journal(*folder.database);
  std::string title;
  for (int i = 0; i < 255; ++i) title += "ü";
  journal.add(entry_about(1, title));
  CHECK(journal.recent(7, 1)[0].object_text == title.substr(0, 400));
}

TEST_CASE("pages cannot write tables") {
  Folder folder;
  ReadOnlyDatabase pages(*folder.database);
  auto rows = orm::objects<SettingRow>(pages);
  auto code_of = [](auto call) {
    try {
      call();
    } catch (const Error& e) {
      return e.code();
    }
    FAIL("nothing was thrown");
    return Code::not_found;
  };
  secret_key(*folder.database);
  CHECK(rows.count() == 1);
  CHECK(code_of([&] { rows.erase(); }) == Code::internal);
  CHECK(code_of([&] { rows.create({.name = "a"}); }) == Code::internal);
  CHECK(code_of([&] { pages.execute("DELETE FROM console_setting", {}); }) == Code::internal);
  CHECK(rows.count() == 1);
}
