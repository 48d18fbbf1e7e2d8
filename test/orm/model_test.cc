// Reflection: what the orm reads out of a struct.

#include "orm/model.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <limits>

#include "base/error.h"
#include "orm/queryset.h"
#include "orm/sql.h"

namespace tt::weather {
namespace {

namespace models = orm::models;

struct APIOwner : models::Model<APIOwner> {
  models::AutoField id;
  models::CharField<20, models::unique> name;
};

struct RainGauge : models::Model<RainGauge> {
  models::AutoField id;
  models::CharField<10, models::db_index> name;
  models::FloatField<models::null> elevation;
  models::IntegerField<> readings = 7;
  models::BigIntegerField<> serial = -1;
  models::BooleanField<> is_private = true;
  models::DateTimeField<> made;
  models::JSONField<> settings = "{}";
  models::BinaryField<models::null> icon;
  models::ForeignKey<APIOwner, models::cascade> owner;
  models::ForeignKey<RainGauge, models::null, models::set_null> twin;

  static constexpr models::Meta meta{.ordering = {"-made", "name"},
                                     .unique_together = {{"owner", "name"}, {"serial"}},
                                     .indexes = {{"owner", "-made"}}};
};

struct Sensor : models::Model<Sensor> {
  models::AutoField id;
  models::CharField<10, models::unique, models::blank, models::verbose_name<"Serial number">,
                    models::help_text<"On its back.">, models::min_length<3>>
      code = "";
  models::IntegerField<models::choices<models::choice<1, "fine">, models::choice<2, "broken">>>
      state;
  models::PositiveIntegerField<> count;
  models::BooleanField<> is_wet = false;
  models::DecimalField<5, 2> price;
  models::DateTimeField<models::auto_now> changed;
  models::OneToOneField<RainGauge, models::cascade, models::related_name<"sensors">> gauge;
  models::ManyToManyField<APIOwner> owners;

  std::string str() const { return id == 0 ? "sensor zero" : "sensor"; }
  static constexpr models::Meta meta{.verbose_name = "sensor of rain",
                                     .verbose_name_plural = "sensors of rain"};
};

struct Named : models::Model<Named> {
  models::AutoField id;
  static constexpr models::Meta meta{.table = "my \"table\""};
};

}  // namespace

TEST_CASE("names and types are read from the struct") {
  const orm::ModelInfo& info = orm::model_info<RainGauge>();
  CHECK(info.name == "RainGauge");
  CHECK(info.table == "weather_rain_gauge");
  REQUIRE(info.fields.size() == 11);
  const char* columns[] = {"id",   "name",     "elevation", "readings", "serial", "is_private",
                           "made", "settings", "icon",      "owner_id", "twin_id"};
  for (std::size_t i = 0; i < 11; ++i) CHECK(info.fields[i].column == columns[i]);
  CHECK(info.find("owner")->kind == orm::Kind::foreign_key);
  CHECK(&info.find("owner")->target() == &orm::model_info<APIOwner>());
  CHECK(&info.find("twin")->target() == &info);
  CHECK(info.find("owner")->on_delete == models::OnDelete::cascade);
  CHECK(info.find("name")->max_length == 10);
  CHECK(info.find("elevation")->is_null);
  CHECK_FALSE(info.find("name")->is_null);
  CHECK(info.find("owner_id") == nullptr);
  CHECK(orm::model_info<APIOwner>().table == "weather_api_owner");
  CHECK(orm::model_info<Named>().table == "my \"table\"");
}

TEST_CASE("defaults are the members' initialisers") {
  const orm::ModelInfo& info = orm::model_info<RainGauge>();
  CHECK(info.find("readings")->initial == orm::Value(std::int64_t{7}));
  CHECK(info.find("serial")->initial == orm::Value(std::int64_t{-1}));
  CHECK(info.find("is_private")->initial == orm::Value(true));
  CHECK(info.find("settings")->initial == orm::Value(std::string("{}")));
  CHECK(info.find("elevation")->initial == orm::Value(orm::Null{}));
  CHECK(info.find("made")->initial == orm::Value(Time{}));
}

TEST_CASE("indexes come from options, foreign keys and meta") {
  std::vector<std::string> names;
  for (const auto& index : orm::model_info<RainGauge>().indexes) {
    names.push_back(index.name + (index.is_unique ? "!" : ""));
  }
  CHECK(names == std::vector<std::string>{
                     "weather_rain_gauge_name_index", "weather_rain_gauge_owner_id_index",
                     "weather_rain_gauge_twin_id_index", "weather_rain_gauge_owner_id_name_unique!",
                     "weather_rain_gauge_serial_unique!",
                     "weather_rain_gauge_owner_id_made_index"});
  const auto& last = orm::model_info<RainGauge>().indexes.back();
  CHECK(last.columns[0].direction == orm::Direction::ascending);
  CHECK(last.columns[1].direction == orm::Direction::descending);
}

TEST_CASE("options say how a field is shown and checked") {
  const orm::ModelInfo& info = orm::model_info<Sensor>();
  CHECK(info.app_label == "weather");
  CHECK(info.verbose_name == "sensor of rain");
  CHECK(info.verbose_name_plural == "sensors of rain");
  CHECK(orm::model_info<RainGauge>().verbose_name_plural == "rain gauges");
  const orm::FieldInfo& code = *info.find("code");
  CHECK(code.verbose_name == "Serial number");
  CHECK(code.help_text == "On its back.");
  CHECK(code.is_unique);
  CHECK(code.is_blank);
  CHECK(code.has_default);
  CHECK(code.min_length == 3);
  CHECK(code.type == orm::FieldType::char_field);
  CHECK(orm::name_of(code.type) == "CharField");
  CHECK(info.find("state")->choices.size() == 2);
  CHECK(info.find("state")->choices[1].value == orm::Value(std::int64_t{2}));
  CHECK(info.find("state")->choices[1].label == "broken");
  CHECK_FALSE(info.find("state")->has_default);
  CHECK(info.find("is_wet")->has_default);
  CHECK(info.find("is_wet")->verbose_name == "is wet");
  CHECK(info.find("changed")->auto_now == orm::AutoNow::when_saved);
  CHECK_FALSE(info.find("changed")->is_editable);
  CHECK(info.find("price")->initial == orm::Value(orm::Decimal{0, 2}));
  CHECK(info.find("gauge")->related_name == "sensors");
  CHECK(orm::model_info<RainGauge>().find("owner")->related_name == "raingauge_set");
  CHECK(info.find("gauge")->is_unique);
  CHECK(info.find("count")->min_value == 0);
  CHECK(info.columns.size() == info.fields.size() - 1);

  const orm::FieldInfo& owners = *info.find("owners");
  CHECK_FALSE(owners.has_column());
  REQUIRE(owners.through != nullptr);
  CHECK(owners.through->table == "weather_sensor_owners");
  CHECK(owners.through->fields[1].column == "sensor_id");
  CHECK(owners.through->fields[2].column == "apiowner_id");
  CHECK(owners.through->indexes.front().is_unique);
  CHECK(info.text_of(info.defaults()) == "sensor zero");
  CHECK(orm::model_info<APIOwner>().text_of(orm::model_info<APIOwner>().defaults()) ==
        "APIOwner object (0)");
}

TEST_CASE("fields behave like what they hold") {
  RainGauge gauge{.name = "st1", .elevation = 2.5};
  gauge.readings = gauge.readings + 1;
  CHECK(gauge.readings == 8);
  CHECK(gauge.name == "st1");
  CHECK(gauge.name->size() == 3);
  std::string copy = gauge.name;
  std::string_view view = gauge.name;
  CHECK(copy == view);
  std::optional<double> elevation = gauge.elevation;
  CHECK(elevation == 2.5);
  gauge.elevation = std::nullopt;
  CHECK(gauge.elevation == std::nullopt);
  gauge.icon = "\x01\x02";
  CHECK(gauge.icon->value() == "\x01\x02");
  RainGauge other = gauge;
  CHECK(other == gauge);
  other.serial = 3;
  CHECK(other != gauge);
  APIOwner owner;
  owner.id = 12;
  gauge.owner = owner;
  CHECK(gauge.owner == 12);
}

TEST_CASE("values are checked against their field") {
  const orm::ModelInfo& info = orm::model_info<RainGauge>();
  auto code = [&](const char* field, orm::Value value) {
    try {
      orm::check(*info.find(field), value);
    } catch (const Error& error) {
      CHECK(std::string(error.what()).starts_with(field));
      return std::string(name_of(error.code()));
    }
    return std::string("ok");
  };
  using namespace std::string_literals;
  CHECK(code("name", "0123456789"s) == "ok");
  CHECK(code("name", "äöüäöüäöüä"s) == "ok");  // ten characters, twenty bytes
  CHECK(code("name", "0123456789x"s) == "invalid");
  CHECK(code("name", "äöüäöüäöüäö"s) == "invalid");
  CHECK(code("name", "a\0b"s) == "invalid");
  CHECK(code("name", "\xff"s) == "invalid");
  CHECK(code("name", orm::Null{}) == "invalid");
  CHECK(code("elevation", orm::Null{}) == "ok");
  CHECK(code("elevation", std::numeric_limits<double>::quiet_NaN()) == "invalid");
}

namespace {

// Shows the values where the placeholders are.
class PlainDialect final : public orm::Dialect {
 public:
  std::string placeholder(std::size_t number) const override { return fmt::format("${}", number); }
  void write_text_lookup(orm::Statement& statement, std::string_view column, orm::Lookup,
                         std::string text) const override {
    statement.text += fmt::format("{} ~ ", column);
    bind(statement, std::move(text));
  }
  void write_slice(orm::Statement& statement, const orm::Select& query) const override {
    if (query.limit) statement.text += fmt::format(" LIMIT {}", *query.limit);
    if (query.offset) statement.text += fmt::format(" OFFSET {}", query.offset);
  }
  std::string define(const orm::ColumnChange& column) const override { return column.name; }
};

// Never asked.
class NoSession final : public orm::Session {
  void select(const orm::Select&, const TakeRow&) override { TT_ASSERT(false); }
  std::int64_t count(const orm::Select&) override { TT_ASSERT(false); }
  std::vector<std::int64_t> insert(const orm::Insert&) override { TT_ASSERT(false); }
  std::int64_t update(const orm::Update&) override { TT_ASSERT(false); }
  std::int64_t erase(const orm::Erase&) override { TT_ASSERT(false); }
  std::vector<orm::Row> query(std::string_view, std::vector<orm::Value>) override {
    TT_ASSERT(false);
  }
  std::int64_t execute(std::string_view, std::vector<orm::Value>) override { TT_ASSERT(false); }
  void transact_with(const std::function<void(Session&)>&) override { TT_ASSERT(false); }
  bool has_table(std::string_view) override { TT_ASSERT(false); }
  std::string change_schema(const orm::SchemaChange&) override { TT_ASSERT(false); }
};

// What follows WHERE.
template <class M>
std::string where(const orm::QuerySet<M>& rows) {
  auto statement = orm::render_select(PlainDialect(), rows.query());
  auto begin = statement.text.find(" WHERE ");
  if (begin == std::string::npos) return "";
  return statement.text.substr(begin + 7, statement.text.find(" ORDER BY ") - begin - 7);
}

// What follows the name of the first table.
template <class M>
std::string after_table(const orm::QuerySet<M>& rows) {
  std::string text = orm::render_select(PlainDialect(), rows.order_by().query()).text;
  auto end = text.find("\" ", text.find(" FROM ")) + 1;
  return text.substr(end);
}

}  // namespace

TEST_CASE("both spellings build the same tree") {
  using namespace orm::literals;
  using orm::f, orm::Q;
  NoSession session;
  auto gauges = orm::objects<RainGauge>(session);
  CHECK(where(gauges.filter("name"_k = "x")) == R"("name" = $1)");
  CHECK(where(gauges.filter(f<&RainGauge::name> == "x")) == R"("name" = $1)");
  CHECK(where(gauges.filter("readings__gte"_k = 2, "readings__lt"_k = 5)) ==
        R"(("readings" >= $1 AND "readings" < $2))");
  CHECK(where(gauges.filter(f<&RainGauge::readings> >= 2 && f<&RainGauge::readings> < 5)) ==
        R"(("readings" >= $1 AND "readings" < $2))");
  CHECK(where(gauges.filter("id__in"_k = {1, 2})) == R"("id" IN ($1, $2))");
  CHECK(where(gauges.filter(f<&RainGauge::id>.in({1, 2}))) == R"("id" IN ($1, $2))");
  CHECK(where(gauges.filter(f<&RainGauge::id>.in(std::vector<std::int64_t>()))) == "1 = 0");
  CHECK(where(gauges.filter("elevation"_k = std::nullopt)) == R"("elevation" IS NULL)");
  CHECK(where(gauges.filter("elevation__isnull"_k = false)) == R"("elevation" IS NOT NULL)");
  CHECK(where(gauges.filter(Q<RainGauge>("name"_k = "x") || Q<RainGauge>("name"_k = "y"),
                            "id"_k = 1)) == R"((("name" = $1 OR "name" = $2) AND "id" = $3))");
  CHECK(where(gauges) == "");
  CHECK(where(gauges.filter(orm::sql<RainGauge>("id = ? + ?", 1, 2), "id"_k = 3)) ==
        R"(((id = $1 + $2) AND "id" = $3))");
}

TEST_CASE("a foreign key is followed") {
  using namespace orm::literals;
  using orm::f;
  using orm::Q;
  NoSession session;
  auto gauges = orm::objects<RainGauge>(session);
  const char* joined =
      R"( INNER JOIN "weather_api_owner" t1 ON "weather_rain_gauge"."owner_id" = t1."id")"
      R"( WHERE t1."name" ~ $1)";
  CHECK(after_table(gauges.filter("owner__name__startswith"_k = "A")) == joined);
  CHECK(after_table(gauges.filter(f<&RainGauge::owner, &APIOwner::name>.startswith("A"))) ==
        joined);
  CHECK(after_table(gauges.filter("twin__owner__name"_k = "A")) ==
        R"( INNER JOIN "weather_rain_gauge" t1 ON "weather_rain_gauge"."twin_id" = t1."id")"
        R"( INNER JOIN "weather_api_owner" t2 ON t1."owner_id" = t2."id" WHERE t2."name" = $1)");
  // A row that may be missing is joined so that it may be.
  CHECK(after_table(
            gauges.filter(Q<RainGauge>("twin__name"_k = "A") || Q<RainGauge>("name"_k = "A"))) ==
        R"( LEFT OUTER JOIN "weather_rain_gauge" t1 ON "weather_rain_gauge"."twin_id" = t1."id")"
        R"( WHERE (t1."name" = $1 OR "weather_rain_gauge"."name" = $2))");
  // The id behind a foreign key is its own column.
  CHECK(where(gauges.filter("owner__id"_k = 1)) == R"("owner_id" = $1)");
  CHECK(where(gauges.filter("owner_id"_k = 1)) == R"("owner_id" = $1)");
  CHECK(where(gauges.filter("owner"_k = APIOwner{})) == R"("owner_id" = $1)");
}

TEST_CASE("not keeps the rows that have no value") {
  using namespace orm::literals;
  NoSession session;
  auto gauges = orm::objects<RainGauge>(session);
  CHECK(where(gauges.exclude("elevation__gt"_k = 1)) ==
        R"(NOT (("elevation" > $1 AND "elevation" IS NOT NULL)))");
  CHECK(where(gauges.exclude("readings__gt"_k = 1)) == R"(NOT ("readings" > $1))");
  CHECK(where(gauges.exclude("elevation"_k = std::nullopt)) == R"(NOT ("elevation" IS NULL))");
  CHECK(where(gauges.exclude("readings"_k = 1, "serial"_k = 2)) ==
        R"(NOT (("readings" = $1 AND "serial" = $2)))");
}

TEST_CASE("names are quoted and values are placeholders") {
  using namespace orm::literals;
  NoSession session;
  const std::string hostile = R"(x" OR 1=1; --')";
  auto rows = orm::objects<Named>(session);
  auto statement = orm::render_select(PlainDialect(), rows.query());
  CHECK(statement.text == R"(SELECT "id" FROM "my ""table""")");
  auto gauges = orm::objects<RainGauge>(session).filter("name__contains"_k = hostile);
  statement = orm::render_select(PlainDialect(), gauges.query());
  CHECK(statement.text.find("OR") == statement.text.find("ORDER"));
  CHECK(statement.values == std::vector<orm::Value>{hostile});
}

TEST_CASE("order and slices") {
  NoSession session;
  auto gauges = orm::objects<RainGauge>(session);
  auto text = [](const auto& rows) {
    auto statement = orm::render_select(PlainDialect(), rows.query());
    return statement.text.substr(statement.text.find(" ORDER BY ") + 10);
  };
  CHECK(text(gauges) == R"("made" DESC, "name")");
  CHECK(text(gauges.order_by("-id", "owner").limit(3).offset(2)) ==
        R"("id" DESC, "owner_id" LIMIT 3 OFFSET 2)");
  CHECK(orm::render_count(PlainDialect(), gauges.limit(3).query()).text ==
        R"(SELECT COUNT(*) FROM (SELECT 1 FROM "weather_rain_gauge" LIMIT 3) AS slice)");
}

}  // namespace tt::weather
