// The list: search, filters, order, pages, actions.
#include "web/admin/admin_test_support.h"

using namespace tt::web;
using namespace tt::web::admin;

namespace {

const std::string stations = "/admin/weather/station/";

struct Filled : Browser {
  Filled() {
    ann = add_owner("Ann");
    bob = add_owner("Bob");
    for (int i = 1; i <= 12; ++i) {
      add_station("st" + std::to_string(i + 10), i % 2 == 0 ? ann : bob, i * 150);
    }
  }
  std::int64_t ann = 0, bob = 0;
};

// The names of the rows, in their order.
std::vector<std::string> names(const HttpResponse& response) {
  std::vector<std::string> found;
  const std::string_view mark = "class=\"field-name\"";
  for (auto at = response.body.find(mark); at != std::string::npos;
       at = response.body.find(mark, at + 1)) {
    const auto link = response.body.find("<a href=", at);
    const auto begin = response.body.find('>', link) + 1;
    found.push_back(response.body.substr(begin, response.body.find('<', begin) - begin));
  }
  return found;
}

}  // namespace

TEST_CASE("the index shows apps, models and what one did") {
  Browser browser;
  const auto page = browser.get("/admin/");
  CHECK(contains(page, "<title>Site administration | Weather admin</title>"));
  CHECK(contains(page, "Temperature datas"));
  CHECK(contains(page, "Authentication and Authorization"));
  CHECK(contains(page, "/admin/weather/station/add/"));
  CHECK(contains(page, "None available"));
  CHECK(browser.get("/admin/weather/").status == 200);
  CHECK(browser.get("/admin/nosuch/").status == 404);
  CHECK(browser.get("/admin/weather/nosuch/").status == 404);
}

TEST_CASE("rows are shown in order, a page at a time") {
  Filled browser;
  const auto first = browser.get(stations);
  CHECK(contains(first, "Select station to change"));
  CHECK(names(first).size() == 10);
  CHECK(names(first).at(0) == "st11");
  CHECK(contains(first, "12 stations"));
  CHECK(names(browser.get(stations + "?p=2")) == std::vector<std::string>{"st21", "st22"});
  CHECK(names(browser.get(stations + "?all=1")).size() == 12);
  CHECK(location(browser.get(stations + "?p=3")) == stations + "?e=1");
  CHECK(names(browser.get(stations + "?p=x")).size() == 10);
}

TEST_CASE("heads sort by one column or several") {
  Filled browser;
  CHECK(names(browser.get(stations + "?o=-1")).at(0) == "st22");
  CHECK(names(browser.get(stations + "?o=2.-1")).at(0) == "st22");
  CHECK(names(browser.get(stations + "?o=-2.1")).at(0) == "st11");
  CHECK(names(browser.get(stations + "?o=-7")).at(0) == "st22");  // the computed column
  // What is no column is left out.
  CHECK(names(browser.get(stations + "?o=99.x.-1.0")).at(0) == "st22");
  const auto page = browser.get(stations + "?o=2.-1");
  CHECK(contains(page, "aria-sort=\"descending\""));
  CHECK(contains(page, "href=\"?o=1.2\""));
  CHECK(contains(page, "title=\"Remove from sorting\""));
}

TEST_CASE("search looks into all fields that are named, for every word") {
  Filled browser;
  CHECK(names(browser.get(stations + "?q=ST15")) == std::vector<std::string>{"st15"});
  CHECK(names(browser.get(stations + "?q=ann")).size() == 6);
  CHECK(names(browser.get(stations + "?q=ann+st12")) == std::vector<std::string>{"st12"});
  const auto page = browser.get(stations + "?q=ann");
  CHECK(contains(page, "6 results"));
  CHECK(contains(page, "12 total"));
  CHECK(contains(browser.get(stations + "?q=%25"), "No stations match."));
}

TEST_CASE("filters narrow the list and say how many there are") {
  Filled browser;
  CHECK(names(browser.get(stations + "?owner__id__exact=" + std::to_string(browser.ann))).size() ==
        6);
  CHECK(names(browser.get(stations + "?is_active__exact=0")).empty());
  CHECK(names(browser.get(stations + "?exposure__exact=o")).size() == 10);
  CHECK(names(browser.get(stations + "?installed__isnull=True")).size() == 10);
  CHECK(names(browser.get(stations + "?name__in=st11,st12")).size() == 2);
  CHECK(names(browser.get(stations + "?elevation__gt=1700")) == std::vector<std::string>{"st22"});
  const auto page = browser.get(stations + "?is_active__exact=1");
  CHECK(contains(page, "By owner"));
  CHECK(contains(page, "Any date"));
  CHECK(contains(page, "Past 7 days"));
  CHECK(contains(page, "<span class=\"count\">12</span>"));
  CHECK(contains(page, "Clear all filters"));
}

TEST_CASE("parameters that mean nothing lead to the list without them") {
  Filled browser;
  for (const char* query : {"?nosuch=1", "?nosuch__exact=1", "?owner__id__exact=x",
                            "?is_active__exact=maybe", "?name__nosuch=1", "?id__gt=abc"}) {
    const auto response = browser.get(stations + query);
    CHECK(response.status == 302);
    CHECK(location(response) == stations + "?e=1");
  }
  CHECK(names(browser.get(stations + "?e=1")).size() == 10);
}

TEST_CASE("filters do not lead where the list does not") {
  Filled browser;
  // One could guess a secret letter by letter.
  CHECK(browser.get("/admin/weather/reading/?station__owner__email__startswith=a").status == 400);
  CHECK(browser.get("/admin/auth/user/?groups__permissions__codename__startswith=a").status == 400);
}

TEST_CASE("an action needs rows, and the right to it") {
  Filled browser;
  auto page = browser.follow(browser.post(stations, {{"action", "delete_selected"}}));
  CHECK(contains(page,
                 "Items must be selected in order to perform actions on them. No items have "
                 "been changed."));
  page = browser.follow(browser.post(stations, {{"action", ""}, {"_selected_action", "1"}}));
  CHECK(contains(page, "No action selected."));
  page = browser.follow(browser.post(stations, {{"action", "nosuch"}, {"_selected_action", "1"}}));
  CHECK(contains(page, "No action selected."));
  page = browser.follow(browser.post(
      stations, {{"action", "switch_off"}, {"_selected_action", "1"}, {"_selected_action", "2"}}));
  CHECK(contains(page, "2 switched off."));
  CHECK(names(browser.get(stations + "?is_active__exact=0")).size() == 2);
}

TEST_CASE("an action on all rows of the filter, not only of the page") {
  Filled browser;
  const auto page = browser.follow(
      browser.post(stations + "?q=st",
                   {{"action", "switch_off"}, {"_selected_action", "1"}, {"select_across", "1"}}));
  CHECK(contains(page, "12 switched off."));
}

TEST_CASE("deleting chosen rows asks first") {
  Filled browser;
  const Pairs chosen = {
      {"action", "delete_selected"}, {"_selected_action", "1"}, {"_selected_action", "2"}};
  const auto question = browser.post(stations, chosen);
  CHECK(question.status == 200);
  CHECK(contains(question, "Are you sure?"));
  CHECK(contains(question, "Stations: 2"));
  CHECK(browser.objects<weather::Station>().count() == 12);
  Pairs sure = chosen;
  sure.emplace_back("post", "yes");
  const auto done = browser.post(stations, sure);
  CHECK(done.status == 302);
  CHECK(location(done) == stations);
  CHECK(contains(browser.follow(done), "Successfully deleted 2 stations."));
  CHECK(browser.objects<weather::Station>().count() == 10);
}

TEST_CASE("what people have written is shown, not run") {
  Browser browser;
  const auto owner = browser.add_owner("<script>alert(1)</script>");
  browser.add_station("\"><img src=x>", owner);
  for (const std::string& path :
       {stations, stations + "?q=%22%3E%3Cscript%3Ealert(2)%3C/script%3E",
        stations + "?name__contains=%3Cscript%3E", stations + "?o=%3Cscript%3E",
        stations + "1/change/", stations + "1/delete/", stations + "1/history/",
        std::string("/admin/weather/owner/"), std::string("/admin/weather/owner/1/delete/")}) {
    const auto page = browser.get(path);
    CAPTURE(path);
    CHECK(page.status == 200);
    CHECK(!contains(page, "<script>alert"));
    CHECK(!contains(page, "<img src=x"));
  }
}

TEST_CASE("a name in the address is never part of a statement") {
  Filled browser;
  for (const char* query : {"?o=1;DROP%20TABLE%20weather_station", "?q=%27%3B--", "?id=1%27",
                            "?name%27%20OR%201=1", "?id__in=1,2)%20OR%20(1=1"}) {
    const int status = browser.get(stations + query).status;
    CHECK((status == 200 || status == 302));
  }
  CHECK(browser.objects<weather::Station>().count() == 12);
}

TEST_CASE("dates drill down from years to days") {
  Browser browser;
  Options options;
  options.date_hierarchy = "installed";
  options.list_filter = {"elevation"};
  Site site;
  site.add<weather::Station>(std::move(options));
  const auto owner = browser.add_owner("Ann");
  for (const char* day : {"2013-05-05", "2014-02-01", "2014-02-09", "2014-03-01"}) {
    weather::Station station;
    station.name = day;
    station.owner = owner;
    station.installed = tt::parse_date(day);
    browser.objects<weather::Station>().create(std::move(station));
  }
  ApplicationParts parts;
  parts.settings = browser.site.settings;
  parts.database = browser.site.database.get();
  parts.apps = weather_apps();
  parts.urls = {url("^admin/", include(site.urls(), "admin"))};
  parts.users = &browser.site.users;
  parts.sessions = &browser.site.sessions;
  parts.templates = templates();
  parts.static_files = static_files();
  Application application(std::move(parts));
  Client client(application);
  client.get("/admin/login/");
  client.post("/admin/login/", Parameters({{"username", "admin"}, {"password", "right-pony"}}));
  auto page = client.get(stations);
  CHECK(contains(page,
                 ">2013</a><a href=\"?installed__gte=2014-01-01&amp;installed__lt=2015-01-01"
                 "\">2014</a>"));
  page = client.get(stations + "?installed__gte=2014-01-01&installed__lt=2015-01-01");
  CHECK(contains(page, ">February 2014</a>"));
  CHECK(contains(page, "All dates"));
  page = client.get(stations + "?installed__gte=2014-02-01&installed__lt=2014-03-01");
  CHECK(contains(page, ">February 9</a>"));
  CHECK(contains(page, "2 stations"));
}
