// The parts of the contract suite that are about rows.

#include "orm/orm_contract.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>

namespace tt::orm::contract {
namespace {

Station saved(Database& database, Station station) {
  return objects<Station>(database).create(std::move(station));
}

// Names of the rows, sorted, each followed by a space.
std::string names(const QuerySet<Station>& stations) {
  std::string text;
  for (const std::string& name : stations.order_by("name", "id").values<&Station::name>()) {
    text += name + ' ';
  }
  return text;
}

}  // namespace

void check_round_trips(Database& database) {
  using namespace std::string_literals;
  auto stations = objects<Station>(database);
  auto returns = [&](Station station) {
    Station made = stations.create(std::move(station));
    CHECK(made.id > 0);
    CHECK(stations.get("id"_k = made.id) == made);
  };
  returns({});
  for (const char* text : {"", " ", "plain", "Füße", "日本語", "\U0001F327️ rain", "a\nb\tc\x01",
                           "0000017", "1e5", "NULL", "null", "'", "\"", "\\", "%", "_"}) {
    returns({.name = text, .note = text});
  }
  for (const char* json : {"{}", "[]", "null", "[1, 2.5, \"€\", null]", "{\"a\": {\"b\": true}}"}) {
    returns({.settings = json});
  }
  for (double real : {0.0, 1.5, -2.25, 0.1, 1e300, 5e-324, 21.0}) returns({.temperature = real});
  // Not every engine has them; none changes them.
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::string code = code_of([&] { returns({.temperature = infinity}); });
  CHECK((code == "ok" || code == "invalid"));
  for (std::int32_t integer : {0, 1, -1, INT32_MAX, INT32_MIN}) returns({.readings = integer});
  for (std::int64_t integer : {std::int64_t{0}, INT64_MAX, INT64_MIN}) {
    returns({.serial = integer});
  }
  for (const char* time : {"0001-01-01", "1969-12-31T23:59:59.999999Z", "1970-01-01",
                           "2013-05-05T07:37:54.582681Z", "9999-12-31T23:59:59.999999Z"}) {
    returns({.seen = parse_time(time).value()});
  }
  returns({.image = "\0\xff\x80 bytes\0"s});
  returns({.image = ""});
  returns({.note = std::string(100'000, 'x')});
}

void check_lookups(Database& database) {
  auto stations = objects<Station>(database);
  auto time = [](int second) { return from_us(second * 1'000'000LL); };
  saved(database, {.name = "St1", .temperature = 10, .readings = 1, .seen = time(-5)});
  saved(database, {.name = "st2", .temperature = 11.5, .readings = 2, .seen = time(0)});
  saved(database, {.name = "a%b_", .temperature = -3, .readings = 3, .seen = time(7)});
  saved(database, {.name = "st2x", .readings = 4, .note = "St"});
  auto found = [&](auto... condition) { return names(stations.filter(condition...)); };

  CHECK(found("name"_k = "st2") == "st2 ");
  CHECK(found("name__exact"_k = "ST2") == "");
  CHECK(found("name__iexact"_k = "sT2") == "st2 ");
  CHECK(found("name__contains"_k = "t2") == "st2 st2x ");
  CHECK(found("name__contains"_k = "T2") == "");
  CHECK(found("name__icontains"_k = "T2") == "st2 st2x ");
  CHECK(found("name__startswith"_k = "st") == "st2 st2x ");
  CHECK(found("name__startswith"_k = "") == "St1 a%b_ st2 st2x ");
  CHECK(found("name__contains"_k = "%") == "a%b_ ");
  CHECK(found("name__contains"_k = "_") == "a%b_ ");
  CHECK(found("name__icontains"_k = "%B") == "a%b_ ");
  CHECK(found("name__startswith"_k = "a%") == "a%b_ ");
  CHECK(found("name__startswith"_k = "a_") == "");
  CHECK(found("name__in"_k = {"st2", "St1", "no", "St1"}) == "St1 st2 ");
  CHECK(found("name__gt"_k = "st2") == "st2x ");
  CHECK(found("temperature__gt"_k = 10) == "st2 ");
  CHECK(found("temperature__gte"_k = 10) == "St1 st2 ");
  CHECK(found("temperature__lt"_k = 10.0) == "a%b_ ");
  CHECK(found("temperature__lte"_k = 10) == "St1 a%b_ ");
  CHECK(found("temperature"_k = 11.5) == "st2 ");
  CHECK(found("readings__in"_k = std::vector<int>{1, 4}) == "St1 st2x ");
  CHECK(found("seen__lt"_k = time(0)) == "St1 ");
  CHECK(found("seen__gte"_k = time(0)) == "a%b_ st2 ");
  CHECK(found(f<&Station::seen>.in({time(7), time(8)})) == "a%b_ ");
  CHECK(found(f<&Station::readings> != 3) == "St1 st2 st2x ");
  CHECK(found((f<&Station::readings> == 1 || f<&Station::name> == "st2") &&
              !(f<&Station::temperature> > 11)) == "St1 ");
  CHECK(found(Q<Station>()) == "St1 a%b_ st2 st2x ");
  CHECK(found(!Q<Station>()) == "");

  std::vector<std::int64_t> many(in_values_max, 1);
  CHECK(stations.filter("id__in"_k = many).count() == 1);
  many.push_back(2);
  CHECK(code_of([&] { stations.filter("id__in"_k = many).count(); }) == "invalid");
}

void check_null(Database& database) {
  auto stations = objects<Station>(database);
  saved(database, {.name = "cold", .temperature = 1});
  saved(database, {.name = "hot", .temperature = 30});
  saved(database, {.name = "none"});
  CHECK(names(stations.filter("temperature__isnull"_k = true)) == "none ");
  CHECK(names(stations.filter("temperature__isnull"_k = false)) == "cold hot ");
  CHECK(names(stations.filter("temperature"_k = std::nullopt)) == "none ");
  CHECK(names(stations.filter("temperature"_k = std::optional<double>())) == "none ");
  CHECK(names(stations.exclude("temperature"_k = std::nullopt)) == "cold hot ");
  CHECK(names(stations.exclude("temperature__gt"_k = 11)) == "cold none ");
  CHECK(names(stations.exclude("temperature__in"_k = {1.0})) == "hot none ");
  CHECK(names(stations.exclude("temperature__in"_k = std::vector<double>())) == "cold hot none ");
  CHECK(names(stations.filter("temperature__in"_k = std::vector<double>())) == "");
  CHECK(names(stations.filter(f<&Station::temperature>.in(
            std::vector<std::optional<double>>{1.0, std::nullopt}))) == "cold ");
  CHECK(code_of([&] { stations.filter("temperature__gt"_k = std::nullopt).count(); }) == "invalid");
  CHECK(stations.filter("name"_k = "hot").update("temperature"_k = std::nullopt) == 1);
  CHECK(names(stations.filter("temperature__isnull"_k = true)) == "hot none ");
  CHECK(stations.values<&Station::temperature>() ==
        std::vector<std::optional<double>>{1.0, std::nullopt, std::nullopt});
  CHECK(code_of([&] { stations.update(f<&Station::name>.set(std::nullopt)); }) == "invalid");
}

void check_relations(Database& database) {
  auto owners = objects<Owner>(database);
  auto stations = objects<Station>(database);
  auto visits = objects<Visit>(database);
  Owner ann = owners.create({.name = "Ann"});
  Owner bob = owners.create({.name = "Bob", .is_active = false});
  Station a = stations.create({.name = "a", .owner = ann});
  stations.create({.name = "b", .owner = bob, .twin = a});
  stations.create({.name = "c"});

  CHECK(names(stations.filter("owner"_k = ann)) == "a ");
  CHECK(names(stations.filter(f<&Station::owner> == *bob.id)) == "b ");
  CHECK(names(stations.filter("owner__name__startswith"_k = "B")) == "b ");
  CHECK(names(stations.filter(f<&Station::owner, &Owner::is_active> == true)) == "a ");
  CHECK(names(stations.filter("twin__owner__name"_k = "Ann")) == "b ");
  CHECK(names(stations.exclude("owner__name"_k = "Ann")) == "b c ");
  CHECK(names(stations.exclude("owner"_k = ann)) == "b c ");
  CHECK(names(stations.filter("twin__owner__isnull"_k = true)) == "a c ");
  CHECK(names(stations.exclude("twin__owner__isnull"_k = true)) == "b ");
  CHECK(names(stations.filter("twin__owner__isnull"_k = false)) == "b ");

  visits.create({.owner = ann});
  CHECK(code_of([&] { owners.filter("name"_k = "Ann").erase(); }) == "conflict");
  CHECK(code_of([&] { visits.create({.owner = 999}); }) == "conflict");
  CHECK(code_of([&] { visits.create({}); }) == "conflict");
  CHECK(code_of([&] { visits.update("owner"_k = 999); }) == "conflict");
  CHECK(visits.erase() == 1);
  CHECK(owners.filter("name"_k = "Ann").erase() == 1);
  CHECK(names(stations) == "b c ");                          // cascade
  CHECK(stations.get("name"_k = "b").twin == std::nullopt);  // set_null
}

void check_querysets(Database& database) {
  auto stations = objects<Station>(database);
  CHECK(stations.count() == 0);
  CHECK_FALSE(stations.exists());
  CHECK_FALSE(stations.first());
  CHECK(stations.rows().empty());
  CHECK(code_of([&] { stations.get("name"_k = "c"); }) == "not_found");

  for (const char* name : {"c", "a", "b", "b"}) saved(database, {.name = name});
  auto ids = [](const QuerySet<Station>& wanted) {
    std::string text;
    for (const Station& station : wanted.rows()) text += std::to_string(*station.id) + ' ';
    return text;
  };
  CHECK(ids(stations.order_by("id")) == "1 2 3 4 ");
  CHECK(ids(stations.order_by("-id")) == "4 3 2 1 ");
  CHECK(ids(stations.order_by("name", "-id")) == "2 4 3 1 ");
  CHECK(ids(stations.order_by("name").order_by("id")) == "1 2 3 4 ");
  CHECK(ids(stations.order_by("id").limit(2)) == "1 2 ");
  CHECK(ids(stations.order_by("id").limit(2).offset(1)) == "2 3 ");
  CHECK(ids(stations.order_by("id").offset(3)) == "4 ");
  CHECK(ids(stations.order_by("id").limit(0)) == "");
  CHECK(stations.first()->id == 1);
  CHECK(stations.order_by("-name").first()->id == 1);
  CHECK(stations.count() == 4);
  CHECK(stations.limit(3).count() == 3);
  CHECK(stations.offset(3).count() == 1);
  CHECK(stations.offset(9).count() == 0);
  CHECK(stations.filter("name"_k = "b").count() == 2);
  CHECK(stations.filter("name"_k = "b").exists());
  CHECK_FALSE(stations.filter("name"_k = "z").exists());
  CHECK(stations.get("name"_k = "a").id == 2);
  CHECK(code_of([&] { stations.get("name"_k = "b"); }) == "internal");
  auto narrowed = stations.filter("name"_k = "b");
  CHECK(ids(narrowed.filter("id__gt"_k = 3)) == "4 ");
  CHECK(narrowed.count() == 2);  // the one it came from is as before
  CHECK(stations.values<&Station::id>().size() == 4);
}

void check_writes(Database& database) {
  auto stations = objects<Station>(database);
  auto owners = objects<Owner>(database);
  Station station{.name = "x"};
  stations.save(station);
  CHECK(station.id == 1);
  station.name = "y";
  station.temperature = 4;
  stations.save(station);
  CHECK(stations.count() == 1);
  CHECK(stations.get("id"_k = 1) == station);

  Station gone{.name = "z"};
  gone.id = 77;
  CHECK(code_of([&] { stations.save(gone); }) == "not_found");
  CHECK(stations.create(gone).id == 77);  // create takes a given id
  CHECK(code_of([&] { stations.create(gone); }) == "conflict");

  CHECK(stations.update("readings"_k = 5, f<&Station::note>.set("n")) == 2);
  CHECK(stations.filter("name"_k = "y").update("readings"_k = 6) == 1);
  CHECK(stations.filter("name"_k = "none").update("readings"_k = 7) == 0);
  CHECK(stations.get("id"_k = 77).readings == 5);
  CHECK(stations.filter("readings"_k = 6).erase() == 1);
  CHECK(stations.filter("readings"_k = 6).erase() == 0);
  CHECK(stations.count() == 1);

  Owner ann = owners.create({.name = "Ann"});
  CHECK(code_of([&] { owners.create({.name = "Ann"}); }) == "conflict");
  std::vector<Owner> several(3);
  several[0].name = "B";
  several[1].name = "C";
  several[2].name = "Ann";
  CHECK(code_of([&] { owners.bulk_create(several); }) == "conflict");
  CHECK(owners.count() == 1);  // all or nothing
  several[2].name = "D";
  for (Owner& owner : several) owner.id = 0;
  owners.bulk_create(several);
  CHECK(owners.count() == 4);
  CHECK(owners.get("name"_k = "D").id == several[2].id);
  CHECK(code_of([&] { owners.filter("name"_k = "D").update("name"_k = "B"); }) == "conflict");
  CHECK(code_of([&] { owners.create({.name = std::string(41, 'x')}); }) == "invalid");
  CHECK(code_of([&] { owners.update("name"_k = std::string(41, 'x')); }) == "invalid");
  CHECK(code_of([&] { stations.create({.temperature = std::nan("")}); }) == "invalid");

  stations.create({.serial = 1, .owner = ann});
  stations.create({.serial = 2, .owner = ann});
  stations.create({.serial = 1, .owner = several[0]});
  CHECK(code_of([&] { stations.create({.serial = 1, .owner = ann}); }) == "conflict");
}

void check_ids(Database& database) {
  auto stations = objects<Station>(database);
  CHECK(stations.create({}).id == 1);
  CHECK(stations.create({}).id == 2);
  CHECK(stations.erase() == 2);
  CHECK(stations.create({}).id == 3);  // not 1, not 2
  stations.erase();
  CHECK(code_of([&] {
          database.transact([&](Session& session) {
            objects<Station>(session).create({});
            throw Error(Code::cancelled, "on purpose");
          });
        }) == "cancelled");
  CHECK(stations.create({}).id >= 4);
}

void check_hostile_text(Database& database) {
  using namespace std::string_literals;
  auto stations = objects<Station>(database);
  saved(database, {.name = "innocent"});
  for (const std::string& hostile :
       {"' OR '1'='1"s, "'; DROP TABLE contract_station; --"s, "\" OR 1=1 --"s, "?"s, "?1"s, ":a"s,
        "\\' OR 1=1"s, "x') OR ('1'='1"s, "%"s, "_%"s, "[a-z]*"s, "/*"s, "--"s, "a;b"s}) {
    INFO(hostile);
    auto found = [&](auto condition) { return stations.filter(condition).count(); };
    CHECK(found("name"_k = hostile) == 0);
    CHECK(found("name__contains"_k = hostile) == 0);
    CHECK(found("name__icontains"_k = hostile) == 0);
    CHECK(found("name__startswith"_k = hostile) == 0);
    CHECK(found("name__iexact"_k = hostile) == 0);
    CHECK(found(f<&Station::name>.in({hostile})) == 0);
    Station made = saved(database, {.name = hostile, .note = hostile});
    CHECK(stations.get("name"_k = hostile) == made);
    CHECK(found("name__contains"_k = hostile) == 1);
    CHECK(found("note__startswith"_k = hostile) == 1);
    CHECK(stations.filter("id"_k = made.id).update("note"_k = hostile + "!") == 1);
    CHECK(stations.filter("name"_k = hostile).erase() == 1);
    CHECK(stations.count() == 1);
  }
  // What not every engine can keep is kept by none, and finds nothing.
  for (const std::string& text : {"a\0b"s, "\xff"s, "\xc0\x80"s, "\xed\xa0\x80"s}) {
    CHECK(code_of([&] { saved(database, {.name = text}); }) == "invalid");
    CHECK(code_of([&] { saved(database, {.note = text}); }) == "invalid");
  }
  CHECK(stations.filter("name__startswith"_k = "innocent\0x"s).count() == 0);
  CHECK(stations.filter("name__contains"_k = "\0"s).count() == 0);
  CHECK(stations.filter("name__startswith"_k = "\xff\xff"s).count() == 0);
}

void check_transactions(Database& database) {
  auto stations = objects<Station>(database);
  auto made = database.transact([](Session& session) {
    auto inside = objects<Station>(session);
    inside.create({.name = "a"});
    return inside.create({.name = "b"});
  });
  CHECK(stations.get("name"_k = "b") == made);

  CHECK(code_of([&] {
          database.transact([&](Session& session) {
            auto inside = objects<Station>(session);
            inside.create({.name = "c"});
            inside.filter("name"_k = "a").erase();
            CHECK(names(inside) == "b c ");                                  // sees its own writes
            if (database.has_isolation()) CHECK(names(stations) == "a b ");  // nobody else does
            throw Error(Code::denied, "on purpose");
          });
        }) == "denied");
  CHECK(names(stations) == "a b ");

  database.transact([&](Session& session) {
    auto inside = objects<Station>(session);
    inside.create({.name = "d"});
    CHECK(code_of([&] {
            session.transact([](Session& nested) {
              objects<Station>(nested).create({.name = "e"});
              throw Error(Code::denied, "on purpose");
            });
          }) == "denied");
    session.transact([](Session& nested) { objects<Station>(nested).create({.name = "f"}); });
    CHECK(code_of([&] { inside.create({.owner = 999}); }) == "conflict");
    inside.create({.name = "g"});
  });
  CHECK(names(stations) == "a b d f g ");

  database.transact([&](Session&) {  // would wait for itself
    CHECK(code_of([&] { stations.create({.name = "h"}); }) == "internal");
  });
  CHECK(names(stations) == "a b d f g ");
}

// Two owners exchange readings in transactions: nobody ever sees their sum differ.
void check_concurrency(Database& database) {
  constexpr int writers = 3, readers = 3, rounds = 40;
  auto stations = objects<Station>(database);
  stations.create({.name = "a", .readings = 1000});
  stations.create({.name = "b", .readings = 1000});
  std::atomic<int> failures = 0;
  std::atomic<bool> is_done = false;
  auto move = [&] {
    for (int i = 0; i < rounds; ++i) {
      database.transact([&](Session& session) {
        auto inside = objects<Station>(session);
        // A row that was written is this transaction's until it ends.
        inside.filter("name"_k = "a").update("note"_k = "taken");
        auto rows = inside.order_by("id").rows();
        rows[0].readings = rows[0].readings - 1;
        rows[1].readings = rows[1].readings + 1;
        inside.save(rows[0]);
        inside.save(rows[1]);
      });
    }
  };
  auto watch = [&] {
    while (!is_done) {
      auto values = stations.values<&Station::readings>();
      if (values.size() != 2 || values[0] + values[1] != 2000) ++failures;
    }
  };
  {
    std::vector<std::jthread> watching, moving;
    for (int i = 0; i < readers; ++i) watching.emplace_back(watch);
    for (int i = 0; i < writers; ++i) moving.emplace_back(move);
    for (auto& thread : moving) thread.join();
    is_done = true;
  }
  if (database.has_isolation()) CHECK(failures == 0);
  CHECK(stations.get("name"_k = "a").readings == 1000 - writers * rounds);
  CHECK(stations.get("name"_k = "b").readings == 1000 + writers * rounds);
}

}  // namespace tt::orm::contract
