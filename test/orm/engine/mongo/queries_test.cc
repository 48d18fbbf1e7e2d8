// What a query means must not depend on the engine: SQLite and MongoDB are asked the same.

#include <doctest/doctest.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "mongo_server.h"
#include "orm/engine/mongo/mongo.h"
#include "orm/engine/sqlite/sqlite.h"
#include "orm/orm.h"
#include "orm/related.h"

using namespace tt;
using namespace tt::orm;

namespace weather {

struct Owner : models::Model<Owner> {
  models::AutoField id;
  models::CharField<40> name;
  models::IntegerField<models::null> rank;
  static constexpr models::Meta meta{.table = "owner", .ordering = {"name"}};
};

struct Tag : models::Model<Tag> {
  models::AutoField id;
  models::CharField<20, models::unique> name;
  static constexpr models::Meta meta{.table = "tag"};
};

struct Device : models::Model<Device> {
  models::AutoField id;
  models::CharField<40> name;
  models::ForeignKey<Owner, models::null, models::set_null> owner;
  models::DecimalField<8, 2, models::null> price;
  models::DateTimeField<models::null> seen;
  models::DateField<models::null> bought;
  models::BooleanField<> is_on = true;
  models::UUIDField<models::null> serial;
  models::ManyToManyField<Tag> tags;
  static constexpr models::Meta meta{.table = "device"};
};

struct Reading : models::Model<Reading> {
  models::AutoField id;
  models::ForeignKey<Device, models::cascade> device;
  models::IntegerField<> value = 0;
  models::FloatField<models::null> temp;
  models::IntegerField<models::null> other;
  static constexpr models::Meta meta{.table = "reading"};
};

}  // namespace weather
using namespace weather;

namespace {

std::string text_of(std::span<Value> cells) {
  std::string line;
  for (const Value& cell : cells) {
    line += std::to_string(cell.index()) + ":" + display_text(cell) + " ";
  }
  return line;
}

// The rows as text, those of a query without an order in an order of their own.
std::string rows_of(Session& session, const Select& query) {
  std::vector<std::string> lines;
  session.select(query, [&](std::span<Value> cells) { lines.push_back(text_of(cells)); });
  if (effective_order(query).empty()) std::ranges::sort(lines);
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

Decimal decimal(const char* text) { return Decimal::parse(text).value(); }

void fill(Session& session) {
  migrate(static_cast<Database&>(session),
          {.name = "weather", .models = models_of<Owner, Tag, Device, Reading>()});
  auto owners = objects<Owner>(session);
  Owner ann = owners.create({.name = "Ann", .rank = 1});
  Owner bob = owners.create({.name = "bob"});
  owners.create({.name = "Cäcilie", .rank = 3});
  auto tags = objects<Tag>(session);
  Tag red = tags.create({.name = "red"}), blue = tags.create({.name = "blue"});
  tags.create({.name = "none"});
  auto devices = objects<Device>(session);
  auto time = [](const char* text) { return parse_time(text).value(); };
  Device a = devices.create({.name = "a.*",
                             .owner = ann,
                             .price = decimal("10.50"),
                             .seen = time("2013-05-05T07:37:54.582681Z"),
                             .bought = parse_date("2013-05-31").value()});
  Device b = devices.create({.name = "B$x\n",
                             .owner = ann,
                             .price = decimal("2.00"),
                             .seen = time("2014-01-01"),
                             .bought = parse_date("2014-05-01").value(),
                             .is_on = false});
  devices.create({.name = "c",
                  .owner = bob,
                  .price = decimal("-3.25"),
                  .seen = time("1969-12-31T23:59:59.999999Z")});
  Device d = devices.create(
      {.name = "d", .serial = Uuid::parse("f81d4fae-7dec-41d0-8765-00a0c91e6bf6").value()});
  const FieldInfo& links = *model_info<Device>().find("tags");
  const ModelInfo& between = *links.through;
  auto link = [&](const Device& device, const Tag& tag) {
    session.insert({&between, {&between.fields[1], &between.fields[2]}, {{*device.id, *tag.id}}});
  };
  link(a, red);
  link(a, blue);
  link(b, red);
  link(d, blue);
  auto readings = objects<Reading>(session);
  for (int i = 0; i < 7; ++i) {
    Reading reading{.device = i % 2 ? a : b, .value = i * 3 - 4};
    if (i != 3) reading.temp = i * 1.5;
    if (i % 3) reading.other = i - 2;
    readings.create(reading);
  }
  readings.create({.device = d, .value = 5});
}

}  // namespace

#define CHECK_SAME(asked)                                       \
  do {                                                          \
    const Select select_ = (asked).query();                     \
    CHECK(rows_of(mongo, select_) == rows_of(sqlite, select_)); \
    CHECK(mongo.count(select_) == sqlite.count(select_));       \
  } while (false)

TEST_CASE("queries give the same rows as on SQLite") {
  std::string file = "/tmp/orm-mongo-queries-" + std::to_string(getpid()) + ".db";
  for (const char* end : {"", "-wal", "-shm"}) std::remove((file + end).c_str());
  auto sqlite_database = engine::open_sqlite(file);
  auto mongo_database = engine::open_mongo(test::server_alone().fresh());
  Session &sqlite = *sqlite_database, &mongo = *mongo_database;
  fill(sqlite);
  fill(mongo);
  QuerySet<Device> devices;
  QuerySet<Reading> readings;
  QuerySet<Owner> owners;
  QuerySet<Tag> tags;

  SUBCASE("lookups") {
    CHECK_SAME(owners);
    CHECK_SAME(devices.order_by("-name"));
    CHECK_SAME(devices.filter("name__regex"_k = "^[a-c]\\.?"));
    CHECK_SAME(devices.filter("name__iregex"_k = "^b"));
    CHECK_SAME(devices.filter("name__endswith"_k = "\n"));
    CHECK_SAME(devices.filter("name__endswith"_k = "x"));
    CHECK_SAME(devices.filter("name__iendswith"_k = "X\n"));
    CHECK_SAME(devices.filter("name__istartswith"_k = "b$"));
    CHECK_SAME(devices.filter("name__iexact"_k = "b$X\n"));
    CHECK_SAME(devices.filter("name__contains"_k = ".*"));
    CHECK_SAME(owners.filter("name__icontains"_k = "Ä"));
    CHECK_SAME(devices.filter("price__gt"_k = decimal("2")));
    CHECK_SAME(devices.filter("price"_k = decimal("2.0")));
    CHECK_SAME(devices.filter("price__range"_k = std::pair(decimal("-4"), decimal("2.00"))));
    CHECK_SAME(devices.exclude("price__range"_k = std::pair(decimal("-4"), decimal("2.00"))));
    CHECK_SAME(devices.order_by("price", "-id"));
    CHECK_SAME(devices.filter("seen__year"_k = 2013));
    CHECK_SAME(devices.filter("seen__year"_k = 1969));
    CHECK_SAME(devices.filter("seen__month"_k = 12));
    CHECK_SAME(devices.filter("seen__day"_k = 31));
    CHECK_SAME(devices.exclude("seen__day"_k = 31));
    CHECK_SAME(devices.filter("bought__year"_k = 2014));
    CHECK_SAME(devices.filter("bought__month"_k = 5));
    CHECK_SAME(devices.filter("bought__day"_k = 31));
    CHECK_SAME(devices.filter("seen__date"_k = parse_date("2013-05-05").value()));
    CHECK_SAME(
        devices.filter("serial"_k = Uuid::parse("f81d4fae-7dec-41d0-8765-00a0c91e6bf6").value()));
    CHECK_SAME(devices.filter("is_on"_k = false));
    CHECK_SAME(devices.filter("name__in"_k = {"c", "d"}).order_by("id").slice(1, 5));
  }

  SUBCASE("relations") {
    CHECK_SAME(readings.filter("device__owner__name"_k = "Ann"));
    CHECK_SAME(readings.exclude("device__owner__name"_k = "Ann"));
    CHECK_SAME(readings.order_by("-device__owner__name", "device__name", "-id"));
    CHECK_SAME(devices.filter("owner__rank__isnull"_k = true));
    CHECK_SAME(devices.exclude("owner__rank__isnull"_k = true));
    CHECK_SAME(devices.filter(f<related<&Reading::device>, &Reading::value> > 2));
    CHECK_SAME(devices.filter(f<related<&Reading::device>, &Reading::value> > 2).distinct());
    CHECK_SAME(devices.exclude(f<related<&Reading::device>, &Reading::value> > 2));
    CHECK_SAME(devices.exclude(f<related<&Reading::device>, &Reading::temp>.isnull(true)));
    CHECK_SAME(devices.filter(f<related<&Reading::device>, &Reading::id>.isnull(true)));
    CHECK_SAME(devices.filter((f<related<&Reading::device>, &Reading::value> > 2) &&
                              (f<related<&Reading::device>, &Reading::temp> < 3)));
    CHECK_SAME(devices.filter(f<related<&Reading::device>, &Reading::value> > 2)
                   .filter(f<related<&Reading::device>, &Reading::temp> < 3));
    CHECK_SAME(
        owners.filter(f<related<&Device::owner>, related<&Reading::device>, &Reading::value> == 5));
    CHECK_SAME(devices.filter(f<&Device::tags, &Tag::name> == "red"));
    CHECK_SAME(devices.exclude(f<&Device::tags, &Tag::name> == "red"));
    CHECK_SAME(tags.filter(f<related<&Device::tags>, &Device::name> == "d"));
    CHECK_SAME(tags.exclude(f<related<&Device::tags>, &Device::owner, &Owner::name> == "Ann"));
    CHECK_SAME(readings.select_related("device", "device__owner").order_by("id"));
    CHECK_SAME(devices.select_related("owner").order_by("-owner__name", "id"));
    CHECK_SAME(readings.filter("device__in"_k = devices.filter("owner__name"_k = "Ann")));
    CHECK_SAME(readings.exclude("device__in"_k = devices.filter("owner__name"_k = "Ann")));
  }

  SUBCASE("expressions") {
    CHECK_SAME(readings.filter("value__gt"_k = "other"_f));
    CHECK_SAME(readings.exclude("value__gt"_k = "other"_f));
    CHECK_SAME(readings.exclude("value__gt"_k = "other"_f + 1));
    CHECK_SAME(readings.filter("temp__gte"_k = "value"_f * 2));
    CHECK_SAME(
        readings
            .annotate("x"_k = "value"_f / 2, "y"_k = "value"_f % 4, "z"_k = "temp"_f / "other"_f)
            .order_by("id"));
    CHECK_SAME(readings.annotate("x"_k = "value"_f / "other"_f, "y"_k = "value"_f % "other"_f)
                   .order_by("id"));
    CHECK_SAME(readings.annotate("x"_k = "value"_f - "other"_f).filter("x__gt"_k = 1));
    CHECK_SAME(readings.annotate("x"_k = "value"_f - "other"_f).exclude("x__gt"_k = 1));
    CHECK_SAME(readings.annotate("x"_k = "value"_f - "other"_f).order_by("-x", "id"));
    CHECK_SAME(devices
                   .annotate("x"_k = "price"_f * 3, "y"_k = "price"_f * decimal("0.5"),
                             "z"_k = "price"_f / 3)
                   .order_by("id"));
  }

  SUBCASE("aggregates") {
    CHECK_SAME(devices.annotate("n"_k = Count(f<related<&Reading::device>>)).order_by("id"));
    CHECK_SAME(devices.annotate("n"_k = Count(f<related<&Reading::device>>)).filter("n__gt"_k = 1));
    CHECK_SAME(
        devices.annotate("n"_k = Count(f<related<&Reading::device>>)).exclude("n__gt"_k = 1));
    CHECK_SAME(devices
                   .annotate("s"_k = Sum(f<related<&Reading::device>, &Reading::value>),
                             "a"_k = Avg(f<related<&Reading::device>, &Reading::temp>),
                             "l"_k = Min(f<related<&Reading::device>, &Reading::temp>),
                             "m"_k = Max(f<related<&Reading::device>, &Reading::value>))
                   .order_by("-s", "id"));
    CHECK_SAME(devices.filter(f<related<&Reading::device>, &Reading::value> > 2)
                   .annotate("n"_k = Count(f<related<&Reading::device>>)));
    CHECK_SAME(devices.annotate("n"_k = Count(f<related<&Reading::device>>))
                   .filter(f<related<&Reading::device>, &Reading::value> > 2));
    CHECK_SAME(devices
                   .annotate("n"_k = Count(f<&Device::tags>),
                             "r"_k = Count(f<related<&Reading::device>>, Distinct::yes))
                   .order_by("-n", "id"));
    CHECK_SAME(owners.annotate("p"_k = Sum(f<related<&Device::owner>, &Device::price>)));
    CHECK_SAME(owners.annotate("p"_k = Avg(f<related<&Device::owner>, &Device::price>)));
    CHECK_SAME(devices.select_related("owner")
                   .annotate("n"_k = Count(f<related<&Reading::device>>))
                   .order_by("id"));
  }

  SUBCASE("of all rows, of groups, distinct ones, some columns") {
    auto same = [&](auto ask) {
      auto expected = ask(sqlite);
      CHECK((ask(mongo) == expected));
    };
    auto all = [](const auto& rows) {
      auto found = rows.aggregate("n"_k = Count("id"_f), "s"_k = Sum("value"_f),
                                  "a"_k = Avg("temp"_f), "l"_k = Min("temp"_f),
                                  "m"_k = Max("value"_f), "d"_k = Sum("other"_f, Distinct::yes),
                                  "e"_k = Count("other"_f, Distinct::yes));
      return std::tuple(found["n"_k], found["s"_k], found["a"_k], found["l"_k], found["m"_k],
                        found["d"_k], found["e"_k]);
    };
    same([&](Session& session) { return all(objects<Reading>(session)); });
    same([&](Session& session) {
      return all(objects<Reading>(session).filter("value__gt"_k = 99));
    });
    same([&](Session& session) { return all(objects<Reading>(session).none()); });
    same([&](Session& session) {
      return all(objects<Reading>(session).order_by("-value").slice(1, 4));
    });
    same([&](Session& session) {
      return all(objects<Reading>(session).filter("device__owner__name"_k = "Ann"));
    });
    same([](Session& session) {
      return objects<Reading>(session)
          .annotate("n"_k = Count("id"_f), "s"_k = Sum("temp"_f))
          .group_by<&Reading::device>()
          .order_by("device")
          .values<&Reading::device, "n"_k, "s"_k>();
    });
    same([](Session& session) {
      return objects<Reading>(session)
          .annotate("n"_k = Count("id"_f))
          .group_by<f<&Reading::device, &Device::owner, &Owner::name>>()
          .filter("n__gt"_k = 1)
          .order_by("-n")
          .values<f<&Reading::device, &Device::owner, &Owner::name>, "n"_k>();
    });
    same([](Session& session) {
      return objects<Reading>(session).order_by("device").distinct().values<&Reading::device>();
    });
    same([](Session& session) {
      return objects<Reading>(session).order_by("other").distinct().values<&Reading::other>();
    });
    same([](Session& session) {
      return objects<Reading>(session)
          .order_by("other")
          .distinct()
          .slice(1, 3)
          .values<&Reading::other>();
    });
    same([](Session& session) {
      return objects<Reading>(session).order_by().distinct().filter("id__gt"_k = 0).count();
    });
    same([](Session& session) {
      auto temps = objects<Reading>(session).filter("value__gt"_k = 5).column<&Reading::device>();
      return objects<Device>(session)
          .filter("id__in"_k = temps)
          .order_by("id")
          .values<&Device::name>();
    });
    same([](Session& session) { return objects<Device>(session).order_by("name").last()->name; });
    same([](Session& session) { return objects<Device>(session).reverse().first()->name; });
  }

  SUBCASE("updates and deletes") {
    auto both = [&](auto change) {
      CHECK(change(mongo) == change(sqlite));
      CHECK_SAME(readings.order_by("id"));
      CHECK_SAME(devices.order_by("id"));
      CHECK_SAME(owners);
    };
    both([](Session& session) {
      return objects<Reading>(session).update("value"_k = "value"_f + 100);
    });
    both([](Session& session) {
      return objects<Reading>(session).update("temp"_k = "value"_f / 2, "value"_k = "value"_f * 2);
    });
    both([](Session& session) {
      return objects<Reading>(session).update("other"_k = "temp"_f / 0);
    });
    both([](Session& session) {
      return objects<Device>(session).update("price"_k = "price"_f + 1, "serial"_k = std::nullopt);
    });
    both([](Session& session) {
      return objects<Reading>(session)
          .filter("device__owner__name"_k = "Ann", "value__lt"_k = 210)
          .update("value"_k = 0);
    });
    both([](Session& session) {
      return objects<Device>(session)
          .filter(f<related<&Reading::device>, &Reading::value> == 0)
          .update("is_on"_k = false);
    });
    both([](Session& session) { return objects<Owner>(session).filter("name"_k = "Ann").erase(); });
    both([](Session& session) {
      return objects<Device>(session).filter(f<&Device::tags, &Tag::name> == "red").erase();
    });
    both([](Session& session) {
      return objects<Reading>(session).filter("device__name__startswith"_k = "d").erase();
    });
    CHECK_SAME(tags);
  }

  std::remove(file.c_str());
}
