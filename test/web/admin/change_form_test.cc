// Adding, changing and deleting a row, and its history.
#include "web/admin/admin_test_support.h"

using namespace tt::web;
using namespace tt::web::admin;

namespace {

const std::string datas = "/admin/myapp/temperaturedata/";
const std::string stations = "/admin/weather/station/";

Pairs reading_of(std::string temperature, std::string button) {
  return {{"timestamp", "2014"},
          {"temperature", std::move(temperature)},
          {"lat", "30.7"},
          {"lon", "76.7"},
          {std::move(button), "Save"}};
}

Pairs station(std::string name) {
  return {{"name", std::move(name)},
          {"owner", "1"},
          {"exposure", "i"},
          {"is_active", "on"},
          {"reading_set-TOTAL_FORMS", "0"},
          {"reading_set-INITIAL_FORMS", "0"}};
}

}  // namespace

TEST_CASE("the three buttons") {
  Browser browser;
  const auto form = browser.get(datas + "add/");
  CHECK(contains(form, "Add temperature data"));
  CHECK(contains(form, "Save and add another"));

  auto saved = browser.post(datas + "add/", reading_of("21", "_save"));
  CHECK(saved.status == 302);
  CHECK(location(saved) == datas);
  CHECK(contains(browser.follow(saved), "The temperature data “2014” was added successfully."));

  saved = browser.post(datas + "add/", reading_of("22", "_addanother"));
  CHECK(location(saved) == datas + "add/");
  CHECK(contains(browser.follow(saved),
                 "The temperature data “2014” was added successfully. You may add another "
                 "temperature data below."));

  saved = browser.post(datas + "add/", reading_of("23", "_continue"));
  CHECK(location(saved) == datas + "3/change/");
  CHECK(contains(browser.follow(saved),
                 "The temperature data “2014” was added successfully. You "
                 "may edit it again below."));
  // A message is shown once.
  CHECK(!contains(browser.get(datas), "was added successfully"));

  saved = browser.post(datas + "1/change/", reading_of("25", "_save"));
  CHECK(contains(browser.follow(saved), "The temperature data “2014” was changed successfully."));
  saved = browser.post(datas + "1/change/", reading_of("26", "_continue"));
  CHECK(location(saved) == datas + "1/change/");
  CHECK(contains(browser.follow(saved),
                 "The temperature data “2014” was changed successfully. You "
                 "may edit it again below."));
  saved = browser.post(datas + "1/change/", reading_of("26", "_addanother"));
  CHECK(location(saved) == datas + "add/");
  CHECK(contains(browser.follow(saved), "You may add another temperature data below."));
}

TEST_CASE("errors are said beside their fields") {
  Browser browser;
  auto page = browser.post(datas + "add/",
                           {{"timestamp", "12345678901"}, {"temperature", "1"}, {"lat", "1"}});
  CHECK(page.status == 200);
  CHECK(contains(page, "Please correct the errors below."));
  CHECK(contains(page, "Ensure this value has at most 10 characters (it has 11)."));
  CHECK(contains(page, "This field is required."));
  CHECK(contains(page, "value=\"12345678901\""));
  page = browser.post(datas + "add/", {{"timestamp", "1"}, {"temperature", "1"}, {"lat", "1"}});
  CHECK(contains(page, "Please correct the error below."));
  CHECK(browser.objects<myapp::TemperatureData>().count() == 0);
}

TEST_CASE("the history says what was changed") {
  Browser browser;
  browser.post(datas + "add/", reading_of("21", "_save"));
  browser.post(datas + "1/change/", reading_of("22", "_save"));
  browser.post(datas + "1/change/", reading_of("22", "_save"));
  Pairs two = reading_of("23", "_save");
  two[2].second = "31";
  browser.post(datas + "1/change/", two);
  const auto page = browser.get(datas + "1/history/");
  CHECK(contains(page, "Change history: 2014"));
  CHECK(contains(page, "Added."));
  CHECK(contains(page, "Changed Temperature."));
  CHECK(contains(page, "No fields changed."));
  CHECK(contains(page, "Changed Temperature and Lat."));
  CHECK(contains(page, "March 4, 2014, 10:30 a.m."));
  CHECK(contains(page, "<td data-label=\"User\">admin</td>"));
  const auto index = browser.get("/admin/");
  CHECK(contains(index, "href=\"/admin/myapp/temperaturedata/1/change/\">2014</a>"));
}

TEST_CASE("the index shows the last ten actions of the person") {
  Browser browser;
  for (int i = 0; i < 12; ++i) browser.post(datas + "add/", reading_of("1", "_save"));
  CHECK(count_of(browser.get("/admin/"), "<li class=\"Added\">") == 10);
}

TEST_CASE("an object that is not there leads to the index with a warning") {
  Browser browser;
  for (const char* id : {"99", "abc", "99999999999999999999", "-1"}) {
    const auto response = browser.get(datas + id + "/change/");
    CHECK(response.status == 302);
    CHECK(location(response) == "/admin/");
    CHECK(contains(browser.follow(response), "temperature data with ID “" + std::string(id) +
                                                 "” doesn’t exist. Perhaps it was deleted?"));
  }
  CHECK(location(browser.get(datas + "99/delete/")) == "/admin/");
  CHECK(location(browser.get(datas + "99/history/")) == "/admin/");
  CHECK(location(browser.get(datas + "7/")) == datas + "7/change/");
}

TEST_CASE("deleting shows what goes along") {
  Browser browser;
  const auto owner = browser.add_owner("Ann");
  const auto id = browser.add_station("st1", owner);
  browser.objects<weather::Reading>().create({.station = id, .value = 21.5});
  const auto question = browser.get(stations + "1/delete/");
  CHECK(contains(question, "Are you sure?"));
  CHECK(contains(question, "the station “st1”"));
  CHECK(contains(question, "21.5"));
  CHECK(contains(question, "Reading: 1"));
  const auto done = browser.post(stations + "1/delete/", {{"post", "yes"}});
  CHECK(location(done) == stations);
  CHECK(contains(browser.follow(done), "The station “st1” was deleted successfully."));
  CHECK(browser.objects<weather::Reading>().count() == 0);
  CHECK(contains(browser.get("/admin/"), "<li class=\"Deleted\">"));
}

TEST_CASE("what others need cannot be deleted") {
  Browser browser;
  const auto id = browser.add_station("st1", browser.add_owner("Ann"));
  browser.objects<weather::Certificate>().create({.station = id, .number = "c-77"});
  for (const auto& page : {browser.get(stations + "1/delete/"),
                           browser.post(stations + "1/delete/", {{"post", "yes"}})}) {
    CHECK(contains(page, "Cannot delete station"));
    CHECK(contains(page, "c-77"));
  }
  CHECK(browser.objects<weather::Station>().count() == 1);
}

TEST_CASE("rows that belong to it are edited on its page") {
  Browser browser;
  browser.add_owner("Ann");
  Pairs form = station("st1");
  form[4].second = "2";
  form.emplace_back("reading_set-0-value", "20.5");
  form.emplace_back("reading_set-1-value", "");  // an empty form is no row
  CHECK(browser.post(stations + "add/", form).status == 302);
  CHECK(browser.objects<weather::Reading>().count() == 1);
  CHECK(contains(browser.get(stations + "1/history/"), "Added. Added reading “20.5”."));

  const auto page = browser.get(stations + "1/change/");
  CHECK(contains(page, "name=\"reading_set-0-id\" value=\"1\""));
  CHECK(contains(page, "name=\"reading_set-TOTAL_FORMS\" value=\"2\""));

  form = station("st1");
  form[4].second = "2";
  form[5].second = "1";
  form.emplace_back("reading_set-0-id", "1");
  form.emplace_back("reading_set-0-value", "x");
  auto answer = browser.post(stations + "1/change/", form);
  CHECK(answer.status == 200);
  CHECK(contains(answer, "Enter a number."));

  form[7].second = "30.0";
  CHECK(browser.post(stations + "1/change/", form).status == 302);
  CHECK(contains(browser.get(stations + "1/history/"), "Changed Value for reading “30.0”."));

  form.emplace_back("reading_set-0-DELETE", "on");
  CHECK(browser.post(stations + "1/change/", form).status == 302);
  CHECK(browser.objects<weather::Reading>().count() == 0);
  CHECK(contains(browser.get(stations + "1/history/"), "Deleted reading “30.0”."));
}

TEST_CASE("rows of another one cannot be taken along") {
  Browser browser;
  const auto owner = browser.add_owner("Ann");
  browser.add_station("st1", owner);
  const auto other = browser.add_station("st2", owner);
  browser.objects<weather::Reading>().create({.station = other, .value = 1});
  Pairs form = station("st1");
  form[4].second = "1";
  form[5].second = "1";
  form.emplace_back("reading_set-0-id", "1");
  form.emplace_back("reading_set-0-value", "7");
  form.emplace_back("reading_set-0-DELETE", "on");
  browser.post(stations + "1/change/", form);
  CHECK(browser.objects<weather::Reading>().count() == 1);
}

TEST_CASE("filters are kept while one row is edited") {
  Browser browser;
  browser.add_station("st1", browser.add_owner("Ann"));
  const auto list = browser.get(stations + "?q=st&o=1");
  CHECK(contains(list, "1/change/?_changelist_filters=q%3Dst%26o%3D1"));
  const auto saved =
      browser.post(stations + "1/change/?_changelist_filters=q%3Dst%26o%3D1", station("st1b"));
  CHECK(location(saved) == stations + "?q=st&o=1");
}

TEST_CASE("the address fills an empty form") {
  Browser browser;
  browser.add_owner("Ann");
  const auto page = browser.get(stations + "add/?name=st9&owner=1&nosuch=1");
  CHECK(contains(page, "value=\"st9\""));
  CHECK(contains(page, "<option value=\"1\" selected>Ann</option>"));
}

TEST_CASE("a related row is added in a window of its own") {
  Browser browser;
  CHECK(contains(browser.get(stations + "add/"), "/admin/weather/owner/add/?_popup=1"));
  const auto form = browser.get("/admin/weather/owner/add/?_popup=1");
  CHECK(contains(form, "name=\"_popup\""));
  const auto done = browser.post("/admin/weather/owner/add/",
                                 {{"name", "<Zoe>"}, {"_popup", "1"}, {"_save", "Save"}});
  CHECK(done.status == 200);
  CHECK(contains(done, "data-popup-value=\"1\" data-popup-label=\"&lt;Zoe&gt;\""));
}

TEST_CASE("relations with many rows are searched for") {
  Browser browser;
  const auto id = browser.add_station("st1", browser.add_owner("Ann"));
  browser.objects<weather::Reading>().create({.station = id, .value = 1});
  const auto page = browser.get("/admin/weather/reading/1/change/");
  CHECK(contains(page,
                 "data-autocomplete=\"/admin/autocomplete/?app_label=weather&amp;"
                 "model_name=reading&amp;field_name=station\""));
  CHECK(contains(page, "data-text=\"st1\""));
  const std::string question =
      "/admin/autocomplete/?app_label=weather&model_name=reading&field_name=station&term=";
  CHECK(browser.get(question + "st").body == R"({"results":[{"id":"1","text":"st1"}]})");
  CHECK(browser.get(question + "zz").body == R"({"results":[]})");
  CHECK(browser.get("/admin/autocomplete/?app_label=weather&model_name=reading&field_name=value")
            .status == 403);
  CHECK(browser.get("/admin/autocomplete/").status == 403);
}
