// Forms of rows: made from the model, checked against the database.
#include <doctest/doctest.h>

#include <filesystem>

#include "base/random.h"
#include "orm/current.h"
#include "orm/engine/sqlite/sqlite.h"
#include "orm/orm.h"
#include "orm/validation.h"
#include "web/forms/formset.h"
#include "web/forms/model_form.h"
#include "web/forms/row.h"
#include "web/template/engine.h"

namespace garden {

namespace models = tt::orm::models;

struct Tag : models::Model<Tag> {
  models::AutoField id;
  models::CharField<20, models::unique> name;
  std::string str() const { return name; }
};

struct Bed : models::Model<Bed> {
  models::AutoField id;
  models::CharField<20> name;
  std::string str() const { return name; }
};

struct Plant : models::Model<Plant> {
  models::AutoField id;
  models::CharField<20, models::verbose_name<"common name">> name;
  models::ForeignKey<Bed, models::cascade> bed;
  models::CharField<1, models::choices<models::choice<"s", "sun">, models::choice<"h", "shade">>>
      light = "s";
  models::IntegerField<models::min_value<0>> height;
  models::DecimalField<5, 2, models::null, models::blank> price;
  models::DateField<models::null, models::blank> planted;
  models::BooleanField<> is_edible = false;
  models::TextField<models::blank> remark;
  models::ManyToManyField<Tag, models::blank> tags;
  models::DateTimeField<models::auto_now> changed;

  static constexpr models::Meta meta{.unique_together = {{"name", "bed"}}};
  std::string str() const { return name; }
  void clean() const {
    if (height == 13) throw tt::orm::ValidationError("Unlucky height.");
  }
};

}  // namespace garden

using namespace tt;
using namespace garden;
namespace forms = tt::web::forms;

namespace {

struct Garden {
  Garden() {
    orm::migrate(*database, {.name = "garden", .models = orm::models_of<Tag, Bed, Plant>()});
    for (const char* name : {"herb", "tree"}) orm::objects<Tag>(*database).create({.name = name});
    orm::objects<Bed>(*database).create({.name = "south"});
  }
  ~Garden() { std::filesystem::remove_all(folder); }

  std::filesystem::path folder = [] {
    auto path = std::filesystem::temp_directory_path() / ("forms-" + random_token(12));
    std::filesystem::create_directory(path);
    return path;
  }();
  std::unique_ptr<orm::Database> database = orm::engine::open_sqlite(folder / "garden.db");
  orm::UseSession session{*database};
};

web::Parameters thyme() {
  return web::Parameters({{"name", "Thyme"},
                          {"bed", "1"},
                          {"light", "h"},
                          {"height", "20"},
                          {"price", "2.5"},
                          {"planted", "2014-03-04"},
                          {"is_edible", "on"},
                          {"tags", "1"},
                          {"tags", "2"}});
}

}  // namespace

TEST_CASE("the model decides which fields there are") {
  Garden garden;
  forms::ModelForm form(orm::model_info<Plant>());
  std::vector<std::string> names;
  for (const auto& field : form.fields()) names.push_back(field.name);
  CHECK(names == std::vector<std::string>{"name", "bed", "light", "height", "price", "planted",
                                          "is_edible", "remark", "tags"});
  CHECK(forms::label_of(*form.find("name")) == "Common name");
  CHECK(form.find("name")->max_length == 20);
  CHECK(!form.find("price")->is_required);
  CHECK(!form.find("is_edible")->is_required);
  const auto choices = forms::choices_of(*form.find("bed"));
  REQUIRE(choices.size() == 2);
  CHECK(choices[0].label == "---------");
  CHECK(choices[1].label == "south");
  // A default is chosen, so nothing else need be offered.
  CHECK(form.find("light")->choices.size() == 2);
}

TEST_CASE("a row is made, shown, and changed") {
  Garden garden;
  forms::ModelForm form(orm::model_info<Plant>());
  form.bind(thyme());
  REQUIRE(form.is_valid());
  const orm::Record made = form.save();
  CHECK(made.id() == 1);
  const auto stored = orm::Records(*garden.database, orm::model_info<Plant>()).find(1);
  REQUIRE(stored);
  CHECK(orm::as_text(stored->get("name")) == "Thyme");
  CHECK(std::get<orm::Decimal>(stored->get("price")).text() == "2.50");
  CHECK(orm::linked_ids(*garden.database, *stored, *orm::model_info<Plant>().find("tags")) ==
        std::vector<std::int64_t>{1, 2});

  forms::ModelForm again(*stored);
  web::Parameters sent = thyme();
  again.bind(sent);
  CHECK(again.changed_fields().empty());
  sent.set("height", "25");
  sent.erase("tags");
  sent.erase("is_edible");
  again.bind(sent);
  CHECK(again.changed_fields() == std::vector<std::string>{"height", "is_edible", "tags"});
  REQUIRE(again.is_valid());
  again.save();
  const auto changed = orm::Records(*garden.database, orm::model_info<Plant>()).find(1);
  CHECK(orm::as_integer(changed->get("height")) == 25);
  CHECK(
      orm::linked_ids(*garden.database, *changed, *orm::model_info<Plant>().find("tags")).empty());
}

TEST_CASE("what the database would refuse is said beforehand") {
  Garden garden;
  forms::ModelForm first(orm::model_info<Plant>());
  first.bind(thyme());
  REQUIRE(first.is_valid());
  first.save();

  forms::ModelForm twin(orm::model_info<Plant>());
  twin.bind(thyme());
  CHECK(!twin.is_valid());
  CHECK(twin.errors().of("__all__") ==
        std::vector<std::string>{"Plant with this Common name and Bed already exists."});

  forms::ModelForm tag(orm::model_info<Tag>());
  tag.bind(web::Parameters({{"name", "herb"}}));
  CHECK(!tag.is_valid());
  CHECK(tag.errors().of("name") == std::vector<std::string>{"Tag with this Name already exists."});
}

TEST_CASE("relations name rows that are there") {
  Garden garden;
  forms::ModelForm form(orm::model_info<Plant>());
  web::Parameters sent = thyme();
  sent.set("bed", "99");
  sent.add("tags", "77");
  form.bind(sent);
  CHECK(!form.is_valid());
  CHECK(form.errors().of("bed").front() ==
        "Select a valid choice. That choice is not one of the available choices.");
  CHECK(form.errors().of("tags").front() ==
        "Select a valid choice. 77 is not one of the available choices.");
  sent.set("tags", "x");
  form.bind(sent);
  form.is_valid();
  CHECK(form.errors().of("tags").front() == "“x” is not a valid value.");
}

TEST_CASE("clean() of the model speaks for the whole form") {
  Garden garden;
  forms::ModelForm form(orm::model_info<Plant>());
  web::Parameters sent = thyme();
  sent.set("height", "13");
  form.bind(sent);
  CHECK(!form.is_valid());
  CHECK(form.errors().of("__all__") == std::vector<std::string>{"Unlucky height."});
}

TEST_CASE("templates look into rows") {
  Garden garden;
  forms::ModelForm form(orm::model_info<Plant>());
  form.bind(thyme());
  REQUIRE(form.is_valid());
  const web::Engine engine(
      std::make_unique<web::MapLoader>(std::map<std::string, std::string, std::less<>>{
          {"page",
           "{{ p }} {{ p.pk }} {{ p.bed.name }} {{ p.bed_id }} {{ p.get_light_display }} "
           "{{ p.price }} {{ p.tags|join:'+' }} {{ p.planted|date:'Y' }}"}}));
  CHECK(engine.render("page", {{"p", forms::row_value(form.save())}}) ==
        "Thyme 1 south 1 shade 2.50 herb+tree 2014");
}
