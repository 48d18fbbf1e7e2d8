#include "web/core/model_values.h"

#include <doctest/doctest.h>

#include "web/template/engine.h"

using namespace tt;
using namespace tt::web;
namespace models = tt::orm::models;

namespace weather {

struct Device : models::Model<Device> {
  models::AutoField id;
  models::CharField<10> serial;
  std::string str() const { return *serial; }
};

struct Reading : models::Model<Reading> {
  models::AutoField id;
  models::ForeignKey<Device> device;
  models::FloatField<> temperature = 0;
  models::TextField<models::null> note;
};

}  // namespace weather

namespace {

std::string page(std::string_view source, const Context& context) {
  Engine engine(std::make_unique<MapLoader>(std::map<std::string, std::string, std::less<>>{}));
  return engine.compile(std::string(source))->render(context);
}

weather::Device device() {
  weather::Device row;
  row.id = 7;
  row.serial = "d<7>";
  return row;
}

}  // namespace

TEST_CASE("a row's fields are variables") {
  CHECK(page("{{ d.serial }} {{ d.id }} {{ d.pk }} {{ d }} {{ d.nothing }}", {{"d", device()}}) ==
        "d&lt;7&gt; 7 7 d&lt;7&gt; ");
}

TEST_CASE("a field becomes what it holds") {
  weather::Reading reading;
  reading.temperature = 21.5;
  CHECK(page("{{ serial }} {{ t }} {{ note|default_if_none:'-' }}",
             {{"serial", device().serial}, {"t", reading.temperature}, {"note", reading.note}}) ==
        "d&lt;7&gt; 21.5 -");
}

TEST_CASE("vectors and optional rows") {
  std::vector<weather::Device> rows{device(), device()};
  rows[1].serial = "x";
  std::optional<weather::Device> none;
  CHECK(page("{% for d in rows %}{{ d.serial }};{% endfor %}{{ rows|length }} {{ none }}",
             {{"rows", rows}, {"none", none}}) == "d&lt;7&gt;;x;2 None");
}

TEST_CASE("a row that is known at run time looks the same") {
  orm::Record record(orm::model_info<weather::Device>());
  record.set("id", std::int64_t{3});
  record.set("serial", "abc");
  CHECK(page("{{ d.serial }} {{ d.pk }} {{ d }}", {{"d", record}}) == "abc 3 abc");
}

TEST_CASE("a foreign key's row that is there already is not loaded again") {
  weather::Reading reading;
  reading.device = 7;
  reading.device.keep_row(std::make_shared<const weather::Device>(device()));
  CHECK(page("{{ r.device.serial }} {{ r.device_id }}", {{"r", reading}}) == "d&lt;7&gt; 7");
}
