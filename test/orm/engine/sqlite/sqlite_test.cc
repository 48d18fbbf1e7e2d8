#include "orm/engine/sqlite/sqlite.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/random.h"
#include "orm/engine/sqlite/dialect.h"
#include "orm/orm_contract.h"

using namespace tt;
using namespace tt::orm;
using namespace tt::orm::contract;

namespace {

// A folder that is gone after the test.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("orm-" + random_token(12))) {
    std::filesystem::create_directory(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name = "test.db") const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Opens the file and makes the tables.
std::unique_ptr<Database> open_ready(const std::string& path) {
  auto database = engine::open_sqlite(path);
  migrate(*database, schema());
  return database;
}

void overwrite(const std::string& path, std::streamoff at, std::string_view bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::int64_t number(Session& session, std::string_view sql) {
  return as_integer(session.query(sql)[0][0]);
}

}  // namespace

TEST_CASE("SQLite keeps the contract of Database") {
  Folder folder;
  int next = 0;
  check_orm_contract(
      [&] { return engine::open_sqlite(folder.file(std::to_string(next++) + ".db")); });
}

TEST_CASE("the file is durable, private and foreign keys are on") {
  Folder folder;
  auto database = open_ready(folder.file());
  database->transact([](Session& session) {  // on the connection that writes
    CHECK(as_text(session.query("PRAGMA journal_mode")[0][0]) == "wal");
    CHECK(number(session, "PRAGMA synchronous") == 2);
    CHECK(number(session, "PRAGMA foreign_keys") == 1);
    CHECK(number(session, "PRAGMA cache_size") == -1024);
  });
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat found{};
    REQUIRE(stat((folder.file() + suffix).c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
  }
}

TEST_CASE("rows are there after the file was opened again") {
  Folder folder;
  Station made;
  {
    made = objects<Station>(*open_ready(folder.file())).create({.name = "kept"});
  }
  auto database = open_ready(folder.file());
  CHECK(objects<Station>(*database).get("name"_k = "kept") == made);
  CHECK(migrate(*database, schema()).empty());
}

TEST_CASE("tables are strict") {
  Folder folder;
  auto database = open_ready(folder.file());
  CHECK(code_of([&] {
          database->execute("INSERT INTO contract_owner (name, is_active) VALUES ('x', 'yes')");
        }) == "invalid");
  CHECK(code_of([&] { database->execute("INSERT INTO contract_owner (name) VALUES (NULL)"); }) ==
        "invalid");
}

TEST_CASE("a damaged or foreign file is refused") {
  Folder folder;
  auto open = [](const std::string& path) {
    return code_of([&] { engine::open_sqlite(path)->has_table("x"); });
  };
  SUBCASE("text") {
    std::ofstream(folder.file()) << std::string(5000, 'x');
    CHECK(open(folder.file()) == "corrupt");
  }
  SUBCASE("cut off") {
    {
      open_ready(folder.file());
    }
    REQUIRE(std::filesystem::file_size(folder.file()) > 8192);
    std::filesystem::resize_file(folder.file(), 8192);
    CHECK(open(folder.file()) == "corrupt");
  }
  SUBCASE("header") {
    {
      open_ready(folder.file());
    }
    overwrite(folder.file(), 0, "not a database..");
    CHECK(open(folder.file()) == "corrupt");
  }
  SUBCASE("schema") {
    {
      open_ready(folder.file());
    }
    overwrite(folder.file(), 100, std::string(3000, '\xee'));
    CHECK(open(folder.file()) == "corrupt");
  }
  SUBCASE("a page of rows") {
    {
      auto database = engine::open_sqlite(folder.file());
      migrate(*database, {.name = "small", .models = models_of<Owner>()});  // schema on page 1
      std::vector<Owner> owners(500);
      for (std::size_t i = 0; i < owners.size(); ++i) owners[i].name = std::to_string(i);
      objects<Owner>(*database).bulk_create(owners);
    }
    auto size = std::filesystem::file_size(folder.file());
    overwrite(folder.file(), 4096, std::string(size - 4096, '\xee'));
    auto database = engine::open_sqlite(folder.file());
    CHECK(code_of([&] { objects<Owner>(*database).rows(); }) == "corrupt");
  }
  SUBCASE("nothing is lost by the refusal") {
    std::ofstream(folder.file()) << std::string(5000, 'x');
    open(folder.file());
    CHECK(std::filesystem::file_size(folder.file()) == 5000);
  }
}

TEST_CASE("a place that cannot be written is refused") {
  Folder folder;
  CHECK(code_of([&] { engine::open_sqlite(folder.file("none/test.db")); }) == "unavailable");
  CHECK(code_of([&] { engine::open_sqlite(folder.path().string()); }) == "unavailable");
}

TEST_CASE("a full disk: the write fails, nothing is lost, and it goes on when there is room") {
  Folder folder;
  auto database = open_ready(folder.file());
  auto owners = objects<Owner>(*database);
  owners.create({.name = "before"});
  database->transact([](Session& session) { session.query("PRAGMA max_page_count = 40"); });
  auto fill = [&] {
    database->transact([](Session& session) {
      for (int i = 0; i < 10'000; ++i) {
        objects<Station>(session).create({.note = std::string(500, 'x')});
      }
    });
  };
  CHECK(code_of(fill) == "unavailable");
  // The failure rolled the transaction back: what follows must not be kept on its own.
  auto go_on = [&] {
    database->transact([](Session& session) {
      auto stations = objects<Station>(session);
      CHECK(code_of([&] {
              for (int i = 0; i < 10'000; ++i) stations.create({.note = std::string(500, 'x')});
            }) == "unavailable");
      stations.create({.name = "alone"});
    });
  };
  CHECK(code_of(go_on) == "unavailable");
  CHECK(objects<Station>(*database).count() == 0);
  CHECK(owners.get("name"_k = "before").id == 1);
  database->transact([](Session& session) { session.query("PRAGMA max_page_count = 100000"); });
  CHECK(owners.create({.name = "after"}).id == 2);
}

TEST_CASE("reads never write") {
  Folder folder;
  auto database = open_ready(folder.file());
  CHECK(code_of([&] { database->query("DELETE FROM contract_owner"); }) != "ok");
  CHECK(code_of([&] { database->query("SELECT"); }) == "internal");
  CHECK(code_of([&] { database->query("SELECT ?", {}); }) == "internal");
}

TEST_CASE("another process that writes is waited for, but not for ever") {
  Folder folder;
  auto one = open_ready(folder.file());
  auto two = engine::open_sqlite(folder.file(), {.busy_timeout = std::chrono::milliseconds(30)});
  one->transact([&](Session& session) {
    objects<Owner>(session).create({.name = "one"});
    CHECK(code_of([&] { objects<Owner>(*two).create({.name = "two"}); }) == "unavailable");
  });
  objects<Owner>(*two).create({.name = "two"});
  CHECK(objects<Owner>(*one).count() == 2);
}

TEST_CASE("more readers than connections take turns; few statements are kept") {
  Folder folder;
  auto database = engine::open_sqlite(folder.file(), {.readers_max = 1, .statements_max = 2});
  migrate(*database, schema());
  objects<Owner>(*database).create({.name = "a"});
  std::atomic<int> found = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < 50; ++round) {
          found += static_cast<int>(objects<Owner>(*database).filter("name"_k = "a").count());
          found += static_cast<int>(objects<Owner>(*database).rows().size());
          found += static_cast<int>(objects<Owner>(*database).filter("id"_k = 1).count());
        }
      });
    }
  }
  CHECK(found == 4 * 50 * 3);
}

// --- commits that threads share ----------------------------------------------------------------

namespace {

// While it holds the turn to write, others come into line.
template <class Work>
void with_writers_waiting(Database& database, std::size_t count, Work work) {
  std::atomic<std::size_t> started = 0;
  std::vector<std::jthread> threads;
  database.transact([&](Session&) {
    for (std::size_t i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        ++started;
        work(i);
      });
    }
    while (started < count) std::this_thread::yield();
    // What is left of their way to the queue cannot be observed from here.
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
  });
}

}  // namespace

TEST_CASE("writers that wait together commit together, each with its own outcome") {
  Folder folder;
  engine::SqliteOptions options;
  options.commit_delay_max = std::chrono::hours(1);
  auto database = engine::open_sqlite(folder.file(), options);
  migrate(*database, schema());
  auto owners = objects<Owner>(*database);
  std::atomic<int> made = 0, refused = 0;
  with_writers_waiting(*database, 12, [&](std::size_t i) {
    auto code = code_of([&] {
      database->transact([&](Session& session) {
        auto inside = objects<Owner>(session);
        inside.create({.name = "owner " + std::to_string(i)});
        if (i % 3 == 0) inside.create({.name = "owner " + std::to_string(i)});  // conflict
      });
    });
    ++(code == "ok" ? made : refused);
    // Acknowledged: others see it.
    CHECK(owners.filter("name"_k = "owner " + std::to_string(i)).count() == (code == "ok" ? 1 : 0));
  });
  CHECK(made == 8);
  CHECK(refused == 4);
  CHECK(owners.count() == 8);
}

TEST_CASE("a commit that fails, fails for all who share it, and nothing of it stays") {
  Folder folder;
  engine::SqliteOptions options;
  options.commit_delay_max = std::chrono::hours(1);
  auto database = engine::open_sqlite(folder.file(), options);
  migrate(*database, schema());
  auto owners = objects<Owner>(*database);
  std::atomic<int> acknowledged = 0, failed = 0;
  auto write = [&](const std::string& name) {
    return code_of([&] { owners.create({.name = name}); });
  };
  // A foreign key that is checked only when the transaction commits.
  auto break_commit = [&](Session& session) {
    session.execute("PRAGMA defer_foreign_keys = ON");
    objects<Visit>(session).create({.owner = 999});
  };
  std::vector<std::jthread> threads;
  std::atomic<int> started = 0;
  CHECK(code_of([&] {
          database->transact([&](Session& session) {
            break_commit(session);
            for (int i = 0; i < 4; ++i) {
              threads.emplace_back([&, i] {
                ++started;
                ++(write(std::to_string(i)) == "ok" ? acknowledged : failed);
              });
            }
            while (started < 4) std::this_thread::yield();
            for (int i = 0; i < 1000; ++i) std::this_thread::yield();
          });
        }) == "conflict");
  threads.clear();
  CHECK(acknowledged + failed == 4);
  CHECK(owners.count() == acknowledged);  // exactly what was acknowledged is there
  CHECK(objects<Visit>(*database).count() == 0);
  CHECK(write("after") == "ok");
}

TEST_CASE("what was acknowledged is there after a crash, and nothing else is needed for it") {
  Folder folder;
  open_ready(folder.file());
  int pipe_ends[2];
  REQUIRE(pipe(pipe_ends) == 0);
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto database = engine::open_sqlite(folder.file());
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (std::int32_t i = 0;; ++i) {
          std::int32_t number = thread * 1'000'000 + i;
          objects<Station>(*database).create({.readings = number});
          if (write(pipe_ends[1], &number, sizeof number) != sizeof number) _exit(1);
        }
      });
    }
    pause();
  }
  close(pipe_ends[1]);
  std::vector<std::int32_t> acknowledged;
  std::int32_t number = 0;
  while (acknowledged.size() < 200 && read(pipe_ends[0], &number, sizeof number) == sizeof number) {
    acknowledged.push_back(number);
  }
  kill(child, SIGKILL);
  while (read(pipe_ends[0], &number, sizeof number) == sizeof number)
    acknowledged.push_back(number);
  waitpid(child, nullptr, 0);
  close(pipe_ends[0]);
  REQUIRE(acknowledged.size() >= 200);
  auto kept = objects<Station>(*engine::open_sqlite(folder.file())).values<&Station::readings>();
  std::ranges::sort(kept);
  for (std::int32_t each : acknowledged) CHECK(std::ranges::binary_search(kept, each));
}

TEST_CASE("rows of a statement of one's own") {
  Folder folder;
  auto database = open_ready(folder.file());
  auto owners = objects<Owner>(*database);
  for (const char* name : {"Ann", "Bob", "Eve"}) owners.create({.name = name});
  auto found = raw<Owner>(*database,
                          "SELECT upper(name) AS name, id, is_active FROM contract_owner "
                          "WHERE name <> ?",
                          "Bob");
  CHECK(found.order_by("-id").values<&Owner::name>() == std::vector<std::string>{"EVE", "ANN"});
  CHECK(found.filter("name"_k = "ANN").get().id == 1);
  CHECK(found.count() == 2);
  UseSession use(*database);
  CHECK(Owner::objects.raw("SELECT * FROM contract_owner WHERE id > ?", 1).count() == 2);
}

TEST_CASE("full text search by raw SQL") {
  Folder folder;
  auto database = engine::open_sqlite(folder.file());
  Schema searching = schema();
  searching.extra = {{"search", "CREATE VIRTUAL TABLE search USING fts5(text)"}};
  migrate(*database, searching);
  auto stations = objects<Station>(*database);
  for (const char* name : {"north roof", "south roof", "cellar"}) {
    auto made = stations.create({.name = name});
    database->execute("INSERT INTO search (rowid, text) VALUES (?, ?)",
                      {*made.id, std::string(name)});
  }
  auto matching = [&](const char* words) {
    return stations.filter(
        sql<Station>("id IN (SELECT rowid FROM search WHERE search MATCH ?)", words));
  };
  CHECK(matching("roof").count() == 2);
  CHECK(matching("roof").exclude("name__startswith"_k = "north").get().name == "south roof");
  CHECK(matching("attic").count() == 0);
}

TEST_CASE("a prefix is looked up in the index") {
  Folder folder;
  auto database = open_ready(folder.file());
  auto query = objects<Owner>(*database).filter("name__startswith"_k = "A").query();
  auto statement = render_select(engine::SqliteDialect(), query);
  auto plan = database->query("EXPLAIN QUERY PLAN " + statement.text, statement.values);
  CHECK(as_text(plan[0][3]).contains("contract_owner_name_unique (name>? AND name<?)"));
}
