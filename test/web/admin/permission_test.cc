// What staff may do, accounts, documentation, and options that are wrong.
#include "web/admin/admin_test_support.h"

using namespace tt::web;
using namespace tt::web::admin;

TEST_CASE("staff without rights sees nothing and gets nothing") {
  Browser browser("");
  browser.add_staff("eve", {});
  browser.add_station("st1", browser.add_owner("Ann"));
  browser.log_in("eve");
  CHECK(contains(browser.get("/admin/"), "You don’t have permission to view or edit anything."));
  for (const char* path : {"", "add/", "1/change/", "1/delete/", "1/history/"}) {
    CHECK(browser.get("/admin/weather/station/" + std::string(path)).status == 403);
  }
  CHECK(browser.get("/admin/weather/").status == 404);
}

TEST_CASE("each right by itself") {
  Browser browser("");
  browser.add_staff("viewer", {"view_owner"});
  browser.add_staff("adder", {"add_owner"});
  browser.add_owner("Ann");

  browser.log_in("viewer");
  auto page = browser.get("/admin/weather/owner/");
  CHECK(contains(page, "Select owner to view"));
  CHECK(!contains(page, "Add owner"));
  CHECK(!contains(page, "Delete selected"));
  page = browser.get("/admin/weather/owner/1/change/");
  CHECK(contains(page, "View owner"));
  CHECK(!contains(page, "name=\"_save\""));
  CHECK(!contains(page, "<input type=\"text\" name=\"name\""));
  CHECK(browser.post("/admin/weather/owner/1/change/", {{"name", "Eve"}}).status == 403);
  CHECK(browser.post("/admin/weather/owner/add/", {{"name", "Eve"}}).status == 403);
  CHECK(browser.post("/admin/weather/owner/1/delete/", {{"post", "yes"}}).status == 403);
  browser.post("/admin/weather/owner/",
               {{"action", "delete_selected"}, {"_selected_action", "1"}, {"post", "yes"}});
  CHECK(browser.objects<weather::Owner>().count() == 1);

  browser.post("/admin/logout/", {});
  browser.log_in("adder");
  CHECK(browser.get("/admin/weather/owner/").status == 403);
  const auto saved = browser.post("/admin/weather/owner/add/", {{"name", "Bob"}});
  CHECK(location(saved) == "/admin/");
  CHECK(browser.objects<weather::Owner>().count() == 2);
}

TEST_CASE("deleting needs the right to all that goes along") {
  Browser browser("");
  browser.add_staff("eve", {"view_owner", "delete_owner"});
  browser.add_station("st1", browser.add_owner("Ann"));
  browser.log_in("eve");
  const auto page = browser.get("/admin/weather/owner/1/delete/");
  CHECK(contains(page, "Cannot delete owner"));
  CHECK(contains(page, "<li>station</li>"));
  CHECK(browser.post("/admin/weather/owner/1/delete/", {{"post", "yes"}}).status == 403);
  CHECK(browser.objects<weather::Owner>().count() == 1);
}

TEST_CASE("a user is a name and a password first") {
  Browser browser;
  const std::string users = "/admin/auth/user/";
  auto page = browser.post(
      users + "add/",
      {{"username", "zoe"}, {"password1", "brave-horse"}, {"password2", "brave-hors"}});
  CHECK(contains(page, "The two password fields didn’t match."));
  page = browser.post(users + "add/",
                      {{"username", "a b"}, {"password1", "123"}, {"password2", "123"}});
  CHECK(contains(page, "Enter a valid username."));
  CHECK(contains(page, "This password is too short."));
  const auto saved = browser.post(
      users + "add/",
      {{"username", "zoe"}, {"password1", "brave-horse"}, {"password2", "brave-horse"}});
  CHECK(location(saved) == users + "2/change/");
  page = browser.follow(saved);
  CHECK(contains(page, "The user “zoe” was added successfully. You may edit it again below."));
  CHECK(contains(page, users + "2/password/"));
  CHECK(!contains(page, "pbkdf2"));
  CHECK(!contains(page, "name=\"password\""));
  CHECK(contains(page, "data-double=\"user_permissions\""));

  CHECK(browser.site.users.authenticate("zoe", "brave-horse", "::1") != nullptr);
  page = browser.follow(browser.post(users + "2/password/",
                                     {{"password1", "quick-zebra"}, {"password2", "quick-zebra"}}));
  CHECK(contains(page, "Password changed successfully."));
  CHECK(browser.site.users.authenticate("zoe", "quick-zebra", "::1") != nullptr);
  CHECK(contains(browser.get(users + "2/history/"), "Changed Password."));

  // A changed account counts at once.
  browser.post(users + "2/change/", {{"username", "zoe"}, {"is_active", "on"}, {"is_staff", "on"}});
  CHECK(browser.site.users.find(2)->is_staff);
  CHECK(contains(browser.post(users + "add/", {{"username", "zoe"},
                                               {"password1", "brave-horse"},
                                               {"password2", "brave-horse"}}),
                 "User with this Username already exists."));
}

TEST_CASE("whoever may only add users cannot make one") {
  Browser browser("");
  browser.add_staff("eve", {"add_user"});
  browser.log_in("eve");
  CHECK(browser.get("/admin/auth/user/add/").status == 403);
}

TEST_CASE("the documentation follows from the models") {
  Browser browser;
  CHECK(contains(browser.get("/admin/doc/"), "/admin/doc/models/"));
  CHECK(contains(browser.get("/admin/doc/models/"), "/admin/doc/models/weather.station/"));
  const auto page = browser.get("/admin/doc/models/weather.station/");
  CHECK(contains(page, "<code>elevation</code>"));
  CHECK(contains(page, "FloatField"));
  CHECK(contains(page, "Metres above the sea."));
  CHECK(contains(page, "/admin/doc/models/weather.owner/"));
  CHECK(browser.get("/admin/doc/models/weather.nosuch/").status == 404);
  CHECK(contains(browser.get("/admin/doc/views/"), "station"));
  CHECK(contains(browser.get("/admin/doc/tags/"), "<code>for</code>"));
  CHECK(contains(browser.get("/admin/doc/filters/"), "<code>floatformat</code>"));
  Browser stranger("");
  CHECK(stranger.get("/admin/doc/").status == 302);
}

TEST_CASE("options that name what is not there are refused when the site starts") {
  auto refusal = [](Options options) -> std::string {
    Site site;
    site.add<weather::Station>(std::move(options));
    try {
      site.urls();
    } catch (const tt::Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(refusal({.list_display = {"nmae"}}) ==
        "admin of Station: list_display: there is no field or column nmae");
  CHECK(refusal({.list_filter = {"owner__nmae"}}) ==
        "admin of Station: list_filter: there is no field owner__nmae");
  CHECK(refusal({.search_fields = {"^name", "=nosuch"}}) ==
        "admin of Station: search_fields: there is no field nosuch");
  CHECK(refusal({.ordering = {"-nosuch"}}) ==
        "admin of Station: ordering: there is no field nosuch");
  CHECK(refusal({.date_hierarchy = "name"}) ==
        "admin of Station: date_hierarchy: name is no date or time field");
  CHECK(refusal({.raw_id_fields = {"name"}}) ==
        "admin of Station: raw_id_fields: name is no relation");
  CHECK(refusal({.inlines = {{.model = &tt::orm::model_info<weather::Tag>()}}}) ==
        "admin of Station: inlines: Tag has no foreign key to it");
  CHECK(refusal({}) == "");
  Site site;
  site.add<weather::Tag>();
  CHECK_THROWS_AS(site.add<weather::Tag>(), tt::Error);
}

TEST_CASE("a program saves and deletes in its own way") {
  Browser browser;
  Site site;
  std::vector<std::string> calls;
  Options options;
  options.save_model = [&](const HttpRequest& request, forms::ModelForm& form, Saving saving) {
    calls.push_back(request.user()->username + (saving == Saving::added ? " adds" : " changes"));
    form.save_row();
  };
  options.delete_model = [&](const HttpRequest&, const tt::orm::Record& record) {
    calls.push_back("deletes " + record.text());
  };
  options.clean = [](const HttpRequest&, forms::ModelForm& form) {
    if (form.record().get("name") == tt::orm::Value(std::string("Eve"))) {
      form.add_error("name", "Not her.");
    }
  };
  site.add<weather::Owner>(std::move(options));
  ApplicationParts parts;
  parts.settings = browser.site.settings;
  parts.database = browser.site.database.get();
  parts.apps = weather_apps();
  parts.urls = {url("^office/", include(site.urls(), "admin"))};
  parts.users = &browser.site.users;
  parts.sessions = &browser.site.sessions;
  parts.templates = templates();
  parts.static_files = static_files();
  parts.clock = &browser.clock;
  Application application(std::move(parts));
  Client client(application);
  client.get("/office/login/");
  client.post("/office/login/", Parameters({{"username", "admin"}, {"password", "right-pony"}}));
  CHECK(contains(client.post("/office/weather/owner/add/", Parameters({{"name", "Eve"}})),
                 "Not her."));
  client.post("/office/weather/owner/add/", Parameters({{"name", "Ann"}}));
  client.post("/office/weather/owner/1/change/", Parameters({{"name", "Bob"}}));
  client.post("/office/weather/owner/1/delete/", Parameters({{"post", "yes"}}));
  CHECK(calls == std::vector<std::string>{"admin adds", "admin changes", "deletes Bob"});
  CHECK(browser.objects<weather::Owner>().count() == 1);
}
