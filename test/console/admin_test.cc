#include <algorithm>

#include "console_test_support.h"
#include "identity/rows.h"
#include "registry/rows.h"

using namespace tt;
using namespace tt::console;
using identity::Role;
using orm::f;
using orm::objects;

namespace {

// The page after a form that was stored.
web::HttpResponse followed(Desk& desk, const web::HttpResponse& response) {
  REQUIRE(response.status == 302);
  return desk.client.get(location(response));
}

// "The secret of “Roof” is SECRET — copy it now"
std::string secret_in(const web::HttpResponse& page) {
  auto start = page.body.find("” is ");
  REQUIRE(start != std::string::npos);
  start += std::string_view("” is ").size();
  return page.body.substr(start, page.body.find(' ', start) - start);
}

std::int64_t add_key(Desk& desk, const std::string& label, std::string& secret) {
  auto account = objects<identity::AccountRow>(desk.services.database).first();
  auto response =
      desk.post("/admin/identity/keyrow/add/", {{"label", label},
                                                {"account", std::to_string(*account->id)},
                                                {"private_access", "on"},
                                                {"expires_at", ""}});
  secret = secret_in(followed(desk, response));
  auto row = objects<identity::KeyRow>(desk.services.database)
                 .filter(f<&identity::KeyRow::secret> == secret)
                 .first();
  REQUIRE(row);
  return row->id;
}

Pairs feed_form(Desk& desk, const std::string& title) {
  auto account = objects<identity::AccountRow>(desk.services.database).first();
  Pairs form = {{"title", title},
                {"owner", std::to_string(*account->id)},
                {"tags", "roof, \"two words\""},
                {"channelrow_set-TOTAL_FORMS", "1"},
                {"channelrow_set-INITIAL_FORMS", "0"},
                {"channelrow_set-0-id", ""},
                {"channelrow_set-0-name", "temperature"},
                {"channelrow_set-0-unit_symbol", "°C"}};
  for (auto name :
       {"description", "website", "email", "icon", "location_name", "location_lat", "location_lon",
        "location_ele", "location_domain", "location_exposure", "location_disposition"}) {
    form.emplace_back(name, "");
  }
  return form;
}

void set(Pairs& form, const std::string& name, const std::string& value) {
  auto entry = std::ranges::find(form, name, &std::pair<std::string, std::string>::first);
  if (entry == form.end()) {
    form.emplace_back(name, value);
  } else {
    entry->second = value;
  }
}

registry::FeedPtr only_feed(Desk& desk) {
  registry::FeedQuery query;
  query.owner_login = "admin";
  query.visible_to = objects<identity::AccountRow>(desk.services.database).first()->id;
  auto page = wait_for(desk.services, [&] { return desk.services.registry.search(query); });
  REQUIRE(page.total == 1);
  return page.feeds[0];
}

}  // namespace

// --- keys ------------------------------------------------------------------------------------

TEST_CASE("a key is made with all rights, its secret shown once") {
  as_admin([](Desk& desk) {
    std::string secret;
    auto id = add_key(desk, "Roof", secret);
    CHECK(secret.size() == 48);
    auto caller = desk.key_holder(secret);
    REQUIRE(caller);
    CHECK(caller->is_master());
    auto list = desk.client.get("/admin/identity/keyrow/");
    CHECK_FALSE(contains(list, secret));
    CHECK(contains(list, secret.substr(0, 4) + "…"));
    CHECK(contains(list, "read, update, create, delete: everything"));
    auto target = "/admin/identity/keyrow/" + std::to_string(id);
    auto page = desk.client.get(target + "/change/");
    CHECK(page.status == 200);
    CHECK_FALSE(contains(page, secret));
    auto history = desk.client.get(target + "/history/");
    CHECK(contains(history, "Added."));
    CHECK(contains(history, "admin"));
    CHECK_FALSE(contains(history, secret));
  });
}

TEST_CASE("settings of a key reach those who use it at once") {
  as_admin([](Desk& desk) {
    std::string secret;
    auto id = add_key(desk, "Roof", secret);
    auto before = desk.key_holder(secret);
    auto response = desk.post("/admin/identity/keyrow/" + std::to_string(id) + "/change/",
                              {{"label", "Cellar"}, {"expires_at", "2030-01-01 00:00:00"}});
    CHECK(response.status == 302);
    CHECK(before->is_revoked());
    auto after = desk.key_holder(secret);
    REQUIRE(after);
    CHECK(after->name == "Cellar");
    CHECK_FALSE(after->private_access);
    CHECK(after->expires_at == parse_time("2030-01-01T00:00:00Z"));
    CHECK(after->permissions.size() == 1);
  });
}

TEST_CASE("a new secret ends the old one at once") {
  as_admin([](Desk& desk) {
    std::string secret;
    auto id = add_key(desk, "Roof", secret);
    auto before = desk.key_holder(secret);
    auto response = desk.post("/admin/identity/keyrow/",
                              {{"action", "renew"}, {"_selected_action", std::to_string(id)}});
    auto renewed = secret_in(followed(desk, response));
    CHECK(renewed != secret);
    CHECK(before->is_revoked());
    CHECK(desk.key_holder(secret) == nullptr);
    CHECK(desk.key_holder(renewed));
    CHECK(contains(desk.client.get("/admin/identity/keyrow/" + std::to_string(id) + "/history/"),
                   "Made a new secret."));
  });
}

TEST_CASE("a key can be limited to reading, and back") {
  as_admin([](Desk& desk) {
    std::string secret;
    auto id = std::to_string(add_key(desk, "Roof", secret));
    Pairs form = {{"action", "only_read"}, {"_selected_action", id}};
    CHECK(desk.post("/admin/identity/keyrow/", form).status == 302);
    CHECK(desk.key_holder(secret)->permissions[0].actions == 1);
    form[0].second = "all_actions";
    CHECK(desk.post("/admin/identity/keyrow/", form).status == 302);
    CHECK(desk.key_holder(secret)->permissions[0].actions == identity::all_actions);
  });
}

TEST_CASE("deleting a key ends it at once") {
  as_admin([](Desk& desk) {
    std::string secret;
    auto id = add_key(desk, "Roof", secret);
    auto before = desk.key_holder(secret);
    auto target = "/admin/identity/keyrow/" + std::to_string(id) + "/delete/";
    CHECK(desk.post(target, {{"post", "yes"}}).status == 302);
    CHECK(before->is_revoked());
    CHECK(desk.key_holder(secret) == nullptr);
  });
}

TEST_CASE("lists cannot be asked about secrets and hashes") {
  as_admin([](Desk& desk) {
    for (auto target : {"/admin/identity/keyrow/?secret__startswith=a",
                        "/admin/identity/keyrow/?secret_hash__startswith=a",
                        "/admin/identity/keyrow/?account__password__startswith=a",
                        "/admin/identity/accountrow/?password__startswith=a"}) {
      CAPTURE(target);
      auto status = desk.client.get(target).status;
      CHECK((status == 403 || status == 400));
    }
  });
}

// --- accounts --------------------------------------------------------------------------------

TEST_CASE("an account is added, changed and deleted through identity") {
  as_admin([](Desk& desk) {
    const std::string list = "/admin/identity/accountrow/";
    CHECK_FALSE(contains(desk.client.get(list + "add/"), "1970"));
    Pairs form = {{"login", "ann"}, {"password", "12345678"}};
    CHECK(contains(desk.post(list + "add/", form), "This password is too common."));
    form[1].second = right_password;
    CHECK(desk.post(list + "add/", form).status == 302);
    auto again = desk.post(list + "add/", form);
    CHECK(contains(again, "already exists"));
    auto row = objects<identity::AccountRow>(desk.services.database)
                   .filter(f<&identity::AccountRow::login> == "ann")
                   .first();
    REQUIRE(row);
    const auto page = list + std::to_string(*row->id);
    auto shown = desk.client.get(page + "/change/");
    CHECK(shown.status == 200);
    CHECK_FALSE(contains(shown, "argon2"));

    web::Client ann(desk.site.application());
    ann.get("/login/");
    Pairs login = {{"username", "ann"}, {"password", std::string(right_password)}};
    CHECK(ann.post("/login/", web::Parameters(login)).status == 302);
    CHECK(ann.get("/admin/").status == 302);
    CHECK(desk.post(page + "/change/", {{"password", ""}, {"is_admin", "on"}}).status == 302);
    CHECK(ann.get("/admin/").status == 200);
    CHECK(desk.post(page + "/change/", {{"password", "c-third-pony-9"}}).status == 302);
    CHECK(location(ann.get("/")) == "/login/?next=/");
    CHECK(contains(desk.client.get(page + "/history/"), "Changed Password and Administrator."));

    login[1].second = "c-third-pony-9";
    CHECK(ann.post("/login/", web::Parameters(login)).status == 302);
    CHECK(desk.post(page + "/delete/", {{"post", "yes"}}).status == 302);
    CHECK(location(ann.get("/")) == "/login/?next=/");
  });
}

TEST_CASE("nobody locks himself or everybody out") {
  as_admin([](Desk& desk) {
    auto row = objects<identity::AccountRow>(desk.services.database).first();
    const auto page = "/admin/identity/accountrow/" + std::to_string(*row->id);
    CHECK(contains(desk.post(page + "/change/", {{"password", ""}}),
                   "This is the only administrator."));
    auto refused = desk.post(page + "/delete/", {{"post", "yes"}});
    CHECK(refused.status == 409);
    CHECK(contains(refused, "You cannot delete the account that you are signed in with."));
    CHECK_FALSE(contains(desk.client.get(page + "/history/"), "Deleted"));
    CHECK(contains(desk.client.get("/admin/"), "None available"));  // recent actions
    CHECK(desk.client.get("/admin/").status == 200);
  });
}

// --- feeds -----------------------------------------------------------------------------------

TEST_CASE("a feed is made through the registry, with its channels") {
  as_admin([](Desk& desk) {
    auto response = desk.post("/admin/registry/feedrow/add/", feed_form(desk, "Greenhouse"));
    CHECK(contains(followed(desk, response), "was added successfully"));
    auto feed = only_feed(desk);
    CHECK(feed->title == "Greenhouse");
    CHECK(feed->tags == std::vector<std::string>{"roof", "two words"});
    REQUIRE(feed->channels.size() == 1);
    CHECK(feed->channels[0].name == "temperature");
    CHECK(feed->channels[0].unit.symbol == "°C");
    auto page = desk.client.get("/admin/registry/feedrow/" + std::to_string(feed->id) + "/change/");
    CHECK(page.status == 200);
    CHECK(contains(page, "value=\"roof, two words\""));
  });
}

TEST_CASE("what the registry refuses is said at the field") {
  as_admin([](Desk& desk) {
    auto form = feed_form(desk, "Greenhouse");
    set(form, "location_lat", "91");
    CHECK(contains(desk.post("/admin/registry/feedrow/add/", form), "Is invalid."));
    set(form, "location_lat", "");
    set(form, "channelrow_set-0-name", "two words");
    CHECK(contains(desk.post("/admin/registry/feedrow/add/", form),
                   "Enter letters, digits and + - . _ only."));
    set(form, "channelrow_set-0-name", "a");
    set(form, "title", "  ");
    CHECK(contains(desk.post("/admin/registry/feedrow/add/", form), "This field is required."));
    CHECK(objects<registry::FeedRow>(desk.services.database).count() == 0);
  });
}

TEST_CASE("a feed is changed, its channels too, and deleted") {
  as_admin([](Desk& desk) {
    followed(desk, desk.post("/admin/registry/feedrow/add/", feed_form(desk, "Greenhouse")));
    auto feed = only_feed(desk);
    const auto page = "/admin/registry/feedrow/" + std::to_string(feed->id);
    auto form = feed_form(desk, "Cellar");
    set(form, "tags", "");
    set(form, "is_private", "on");
    set(form, "location_lat", "30.5");
    set(form, "location_exposure", "indoor");
    set(form, "channelrow_set-INITIAL_FORMS", "1");
    set(form, "channelrow_set-0-id", std::to_string(feed->channels[0].id));
    set(form, "channelrow_set-0-name", "renamed");  // ignored: names are for ever
    set(form, "channelrow_set-0-unit_symbol", "K");
    CHECK(desk.post(page + "/change/", form).status == 302);
    feed = only_feed(desk);
    CHECK(feed->title == "Cellar");
    CHECK(feed->tags.empty());
    CHECK(feed->is_private);
    CHECK(feed->location.lat == 30.5);
    CHECK(feed->location.exposure == "indoor");
    REQUIRE(feed->channels.size() == 1);
    CHECK(feed->channels[0].name == "temperature");
    CHECK(feed->channels[0].unit.symbol == "K");
    CHECK(contains(desk.client.get(page + "/history/"), "for channel “temperature”"));

    set(form, "channelrow_set-0-DELETE", "on");
    CHECK(desk.post(page + "/change/", form).status == 302);
    CHECK(only_feed(desk)->channels.empty());
    CHECK(desk.post(page + "/delete/", {{"post", "yes"}}).status == 302);
    auto gone = wait_for(desk.services, [&] { return desk.services.registry.find(feed->id); });
    CHECK(gone == nullptr);
  });
}

TEST_CASE("an account that owns feeds stays") {
  as_admin([](Desk& desk) {
    auto ann = desk.add_account("ann", Role::user);
    auto form = feed_form(desk, "Hers");
    set(form, "owner", std::to_string(ann.id));
    CHECK(desk.post("/admin/registry/feedrow/add/", form).status == 302);
    const auto page = "/admin/identity/accountrow/" + std::to_string(ann.id) + "/delete/";
    CHECK(contains(desk.client.get(page), "Cannot delete account"));
    CHECK(desk.post(page, {{"post", "yes"}}).status == 200);
    CHECK(objects<identity::AccountRow>(desk.services.database).count() == 2);
  });
}
