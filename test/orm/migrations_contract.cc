#include "orm/migrations_contract.h"

#include "base/error.h"

namespace tt::orm::contract {

// --- models ------------------------------------------------------------------------------------

namespace {

template <class Work>
std::string message_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return std::string(name_of(error.code())) + ": " + error.what();
  }
  return "ok";
}

namespace v1 {
struct Owner : models::Model<Owner> {
  models::AutoField id;
  models::CharField<40, models::unique> name;
  static constexpr models::Meta meta{.table = "weather_owner"};
};
struct Station : models::Model<Station> {
  models::AutoField id;
  models::CharField<10, models::db_index> name;
  models::FloatField<models::null> temp;
  models::IntegerField<models::null> readings;
  models::TextField<models::null> note;
  models::IntegerField<> code = 7;
  models::ForeignKey<Owner, models::cascade> owner;
  models::ForeignKey<Station, models::null, models::set_null> twin;
  static constexpr models::Meta meta{.table = "weather_station",
                                     .unique_together = {{"owner", "temp"}}};
};
struct Visit : models::Model<Visit> {
  models::AutoField id;
  models::ForeignKey<Station, models::cascade> station;
  static constexpr models::Meta meta{.table = "weather_visit"};
};
std::vector<const ModelInfo*> all() { return models_of<Owner, Station, Visit>(); }
}  // namespace v1

// Fields added, altered, renamed and removed.
namespace v2 {
using Owner = v1::Owner;
struct Tag : models::Model<Tag> {
  models::AutoField id;
  models::SlugField<> word;
  static constexpr models::Meta meta{.table = "weather_tag"};
};
struct Station : models::Model<Station> {
  models::AutoField id;
  models::CharField<20, models::unique> name;
  models::FloatField<models::null> temperature;
  models::IntegerField<> readings;
  models::CharField<20> code = "none";
  models::ForeignKey<Owner, models::null, models::set_null> owner;
  models::ForeignKey<Station, models::null, models::set_null> twin;
  models::FloatField<> elevation = 1.5;
  models::CharField<8> serial;
  models::DecimalField<6, 2, models::null> price;
  models::ForeignKey<Owner, models::restrict> seller;
  models::ManyToManyField<Tag> tags;
  static constexpr models::Meta meta{.table = "weather_station",
                                     .ordering = {"-name"},
                                     .unique_together = {{"owner", "temperature"}},
                                     .indexes = {{"serial", "-readings"}}};
};
struct Visit : models::Model<Visit> {
  models::AutoField id;
  models::ForeignKey<Station, models::cascade> station;
  static constexpr models::Meta meta{.table = "weather_visit"};
};
std::vector<const ModelInfo*> all() { return models_of<Owner, Tag, Station, Visit>(); }
}  // namespace v2

// A model renamed and another one deleted.
namespace v3 {
using Owner = v1::Owner;
using Tag = v2::Tag;
struct Gauge : models::Model<Gauge> {
  models::AutoField id;
  models::CharField<20, models::unique> name;
  models::FloatField<models::null> temperature;
  models::IntegerField<> readings;
  models::CharField<20> code = "none";
  models::ForeignKey<Owner, models::null, models::set_null> owner;
  models::ForeignKey<Gauge, models::null, models::set_null> twin;
  models::FloatField<> elevation = 1.5;
  models::CharField<8> serial;
  models::DecimalField<6, 2, models::null> price;
  models::ForeignKey<Owner, models::restrict> seller;
  models::ManyToManyField<Tag> tags;
  static constexpr models::Meta meta{.table = "weather_gauge",
                                     .ordering = {"-name"},
                                     .unique_together = {{"owner", "temperature"}},
                                     .indexes = {{"serial", "-readings"}}};
};
std::vector<const ModelInfo*> all() { return models_of<Owner, Tag, Gauge>(); }
}  // namespace v3

// --- rows through all versions -------------------------------------------------------------------

void fill_first(Session& session) {
  auto ann = objects<v1::Owner>(session).create({.name = "Ann"});
  auto bob = objects<v1::Owner>(session).create({.name = "Bob"});
  auto one = objects<v1::Station>(session).create(
      {.name = "one", .temp = 21.5, .readings = 3, .note = "it's", .code = 42, .owner = ann});
  auto two = objects<v1::Station>(session).create({.name = "two", .owner = bob, .twin = one});
  objects<v1::Visit>(session).create({.station = two});
  // An id that is given must never be given again.
  auto last = objects<v1::Station>(session).create({.name = "last", .owner = bob});
  objects<v1::Station>(session).filter("id"_k = *last.id).erase();
}

void check_first(Session& session) {
  auto stations = objects<v1::Station>(session);
  auto one = stations.get("name"_k = "one");
  CHECK(one.id == 1);
  CHECK(one.temp == 21.5);
  CHECK(one.code == 42);
  CHECK(one.owner == 1);
  auto two = stations.get("name"_k = "two");
  CHECK(two.twin == 1);
  CHECK(two.temp == std::nullopt);
  CHECK(objects<v1::Owner>(session).count() == 2);
}

void check_second(Session& session) {
  auto stations = objects<v2::Station>(session);
  auto one = stations.get("name"_k = "one");
  CHECK(one.temperature == 21.5);
  CHECK(one.readings == 3);
  CHECK(one.code == "42");
  CHECK(one.owner == 1);
  CHECK(one.elevation == 1.5);
  CHECK(one.serial == "it's");
  CHECK(one.price == std::nullopt);
  CHECK(one.seller == 2);
  auto two = stations.get("name"_k = "two");
  CHECK(two.readings == -1);
  CHECK(two.twin == 1);
  CHECK(objects<v2::Visit>(session).get().station == 2);
}

void check_second_constraints(Session& session) {
  auto stations = objects<v2::Station>(session);
  auto fails = [&](v2::Station station) {
    return message_of([&] {
      session.transact([&](Session& inside) { objects<v2::Station>(inside).create(station); });
    });
  };
  CHECK(fails({.name = "one", .seller = 1}).starts_with("conflict"));
  CHECK(fails({.name = "x", .temperature = 21.5, .owner = 1, .seller = 1}).starts_with("conflict"));
  CHECK(fails({.name = "x", .seller = 99}).starts_with("conflict"));
  CHECK(stations.count() == 2);
}

void use_second(Session& session) {
  check_second_constraints(session);
  auto stations = objects<v2::Station>(session);
  auto made = stations.create({.name = "a name of 20 chars!", .serial = "s", .seller = 2});
  CHECK(made.id >= 4);  // those that failed may have had some
  auto wet = objects<v2::Tag>(session).create({.word = "wet"});
  auto one = stations.get("name"_k = "one");
  one.tags.in(session).add(wet);
  made.owner = 1;
  made.price = Decimal::parse("12.50");
  stations.save(made);
  CHECK(*stations.get("id"_k = made.id).price == *Decimal::parse("12.50"));
}

void check_third(Session& session) {
  auto gauges = objects<v3::Gauge>(session);
  auto one = gauges.get("name"_k = "one");
  CHECK(one.temperature == 21.5);
  CHECK(one.tags.in(session).ids() == std::vector<std::int64_t>{1});
  CHECK(gauges.get("name"_k = "two").twin == 1);
  CHECK_FALSE(session.has_table("weather_visit"));
  CHECK_FALSE(session.has_table("weather_station"));
  CHECK(message_of([&] {
          session.transact([](Session& inside) {
            objects<v3::Gauge>(inside).create({.name = "one", .seller = 1});
          });
        }).starts_with("conflict"));
}

void make_second(Project& project) {
  project.set_models(v2::all());
  project.questions.answers = {
      {"Did you rename station.temp to station.temperature (a FloatField)? [y/N]", true},
      {"readings", std::int64_t{-1}},
      {"serial", std::string("it's")},
      {"seller", std::int64_t{2}}};
  CHECK(project.make().size() == 1);
  CHECK(project.make().empty());
}

void make_third(Project& project) {
  project.set_models(v3::all());
  project.questions.answers = {{"Did you rename the weather.Station model to Gauge? [y/N]", true}};
  CHECK(project.make().size() == 1);
  CHECK(project.make().empty());
}

}  // namespace

// --- parts -------------------------------------------------------------------------------------

void check_operations(Database& database) {
  Project project;
  project.set_models(v1::all());
  CHECK(project.make() == std::vector<std::string>{"0001_initial"});
  project.migrate(database);
  CHECK(project.done.size() == 1);
  fill_first(database);
  check_first(database);

  make_second(project);
  project.migrate(database);
  check_second(database);
  use_second(database);

  make_third(project);
  project.migrate(database);
  check_third(database);
  CHECK(project.migrate(database).contains("No migrations to apply."));

  // And back: the table that was deleted is empty then.
  project.migrate(database, "0002");
  CHECK(project.done.size() == 1);
  CHECK(objects<v2::Visit>(database).count() == 0);
  auto stations = objects<v2::Station>(database);
  CHECK(stations.get("name"_k = "one").tags.in(database).ids() == std::vector<std::int64_t>{1});
  stations.filter("owner__isnull"_k = true).update("owner"_k = std::int64_t{2});
  stations.filter("name__startswith"_k = "a name").erase();
  stations.update("code"_k = "42");
  project.migrate(database, "0001_initial");
  check_first(database);
  CHECK(objects<v1::Visit>(database).count() == 0);
  auto again = objects<v1::Station>(database).create({.name = "again", .owner = 1});
  CHECK(again.id > 4);
  CHECK(again.note == std::nullopt);

  project.migrate(database, "zero");
  for (const char* table : {"weather_station", "weather_owner", "weather_visit", "weather_tag"}) {
    CHECK_FALSE(database.has_table(table));
  }
  project.migrate(database);
  CHECK(project.done.size() == 3);
  CHECK(objects<v3::Gauge>(database).count() == 0);
}

void check_failing_migration(Database& database) {
  if (!database.has_transactional_schema()) return;
  Project project;
  project.set_models(v1::all());
  project.make();
  project.migrate(database);
  fill_first(database);
  objects<v1::Station>(database).create({.name = "one", .owner = 2});  // twice from now on
  make_second(project);
  auto message = message_of([&] { project.migrate(database); });
  CHECK(message.starts_with("conflict: weather.0002_"));
  CHECK_FALSE(database.has_table("weather_tag"));
  CHECK(objects<v1::Station>(database).filter("temp"_k = 21.5).count() == 1);
  objects<v1::Station>(database).filter("name"_k = "one", "owner"_k = 2).erase();
  project.migrate(database);
  CHECK(project.done.size() == 1);
  check_second(database);
}

void check_refused_values(Database& database) {
  Project project;
  project.set_models(v1::all());
  project.make();
  project.migrate(database);
  fill_first(database);
  make_second(project);
  project.migrate(database);
  auto stations = objects<v2::Station>(database);
  stations.filter("name"_k = "two").update("code"_k = "no number");
  auto message = message_of([&] { project.migrate(database, "0001"); });
  CHECK(message != "ok");
  CHECK(message.contains("weather.0002_"));
  if (database.has_transactional_schema())
    CHECK(stations.get("name"_k = "two").code == "no number");
}

void check_migrations_contract(const MakeDatabase& make_empty) {
  for (auto check : {check_operations, check_failing_migration, check_refused_values}) {
    auto database = make_empty();
    check(*database);
  }
}

}  // namespace tt::orm::contract
