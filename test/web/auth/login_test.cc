#include "site.h"

using namespace tt;
using namespace tt::web::auth;
using tt::orm::f;
using tt::web::App;
using tt::web::Client;
using tt::web::Parameters;
using tt::web::RawRequest;

TEST_CASE("the login page") {
  Site site;
  auto page = site.browser.get("/accounts/login/?next=/secret/");
  CHECK(page.status == 200);
  CHECK(page.body.find("name=\"csrfmiddlewaretoken\"") != std::string::npos);
  CHECK(page.body.find("name=\"next\" value=\"/secret/\"") != std::string::npos);
  CHECK(page.body.find("autocomplete=\"current-password\"") != std::string::npos);
  CHECK(page.header("Cache-Control").find("no-store") != std::string::npos);
  auto style = site.browser.get("/static/auth/account.css");
  CHECK(style.status == 200);
}

TEST_CASE("signing in and out") {
  Site site;
  auto ann = site.add("ann");
  CHECK(site.browser.get("/who/").body == "[]");
  auto answer = Site::log_in(site.browser, "ann");
  CHECK(answer.status == 302);
  CHECK(answer.header("Location") == "/accounts/profile/");
  CHECK(site.browser.get("/who/").body == "[ann]");
  CHECK(site.row(*ann.id).last_login == site.clock.now());
  auto out = site.browser.get("/accounts/logout/");
  CHECK(out.status == 200);
  CHECK(site.browser.get("/who/").body == "[]");
  CHECK(orm::objects<SessionRow>(*site.database).count() == 0);
}

TEST_CASE("what is wrong is said without saying too much") {
  Site site;
  site.add("ann");
  std::string message =
      "Please enter a correct username and password. Note that both fields may be case-sensitive.";
  for (std::string name : {"ann", "nobody"}) {
    auto answer = Site::log_in(site.browser, name, "wrong");
    CHECK(answer.status == 200);
    CHECK(answer.body.find(message) != std::string::npos);
    CHECK(answer.body.find("wrong\"") == std::string::npos);  // passwords are not sent back
  }
  auto answer = Site::log_in(site.browser, "", "");
  CHECK(answer.body.find("This field is required.") != std::string::npos);
  answer = Site::log_in(site.browser, "<b>", "x");
  CHECK(answer.body.find("<b>") == std::string::npos);
  answer = Site::log_in(site.browser, "ann", "right-pony");
  CHECK(answer.body.find("Too many failed logins. Try again in 15 minutes.") != std::string::npos);
  CHECK(site.browser.get("/who/").body == "[]");
}

TEST_CASE("a login leads only to pages of this site") {
  Site site;
  site.add("ann");
  auto lands = [&](std::string next) {
    Client browser(site.application);
    auto answer = Site::log_in(browser, "ann", "right-pony", std::move(next));
    return std::string(answer.header("Location"));
  };
  CHECK(lands("/secret/?a=1") == "/secret/?a=1");
  CHECK(lands("http://testserver/x") == "http://testserver/x");
  for (std::string evil : {"http://evil.com/", "//evil.com", "/\\evil.com", "javascript:alert(1)",
                           "///evil.com", "\thttps://evil.com"}) {
    CAPTURE(evil);
    CHECK(lands(evil) == "/accounts/profile/");
  }
}

TEST_CASE("a session key from before the login is worth nothing") {
  Site site;
  site.add("ann");
  site.browser.get("/remember/");
  auto before = site.browser.cookie("sessionid");
  auto token = site.browser.cookie("csrftoken");
  REQUIRE(before.size() == 32);
  Site::log_in(site.browser, "ann");
  auto after = site.browser.cookie("sessionid");
  CHECK(after != before);
  CHECK(site.browser.cookie("csrftoken") != token);
  CHECK(site.browser.get("/colour/").body == "blue");  // the data came along
  Client thief(site.application);
  thief.set_cookie("sessionid", before);
  CHECK(thief.get("/who/").body == "[]");
  CHECK(thief.get("/colour/").body == "none");
  thief.set_cookie("sessionid", std::string(32, 'a'));  // a key of his own choice
  Site::log_in(thief, "ann");
  CHECK(thief.cookie("sessionid") != std::string(32, 'a'));
}

TEST_CASE("another user does not inherit the session") {
  Site site;
  site.add("ann");
  site.add("bob");
  Site::log_in(site.browser, "ann");
  site.browser.get("/remember/");
  Site::log_in(site.browser, "bob");
  CHECK(site.browser.get("/who/").body == "[bob]");
  CHECK(site.browser.get("/colour/").body == "none");
}

TEST_CASE("an account that is closed is signed out") {
  Site site;
  auto ann = site.add("ann");
  Site::log_in(site.browser, "ann");
  CHECK(site.browser.get("/who/").body == "[ann]");
  orm::objects<User>(*site.database)
      .filter(f<&User::id> == *ann.id)
      .update(f<&User::is_active>.set(false));
  site.clock.advance(std::chrono::seconds(2));
  CHECK(site.browser.get("/who/").body == "[]");
}

TEST_CASE("views ask who is there") {
  Site site;
  auto ann = site.add("ann");
  auto answer = site.browser.get("/secret/?a=b&c=d");
  CHECK(answer.status == 302);
  CHECK(answer.header("Location") == "/accounts/login/?next=/secret/%3Fa%3Db%26c%3Dd");
  CHECK(site.browser.get("/closed/").status == 302);
  Site::log_in(site.browser, "ann");
  CHECK(site.browser.get("/secret/").body == "secret");
  CHECK(site.browser.get("/staff/").header("Location") == "/accounts/login/?next=/staff/");
  CHECK(site.browser.get("/export/").status == 302);
  CHECK(site.browser.get("/closed/").status == 403);
  const std::vector<App> apps = {auth_app()};
  create_permissions(*site.database, apps);
  auto view = orm::objects<Permission>(*site.database).get(f<&Permission::codename> == "view_user");
  ann.user_permissions.in(*site.database).add(view);
  orm::objects<User>(*site.database)
      .filter(f<&User::id> == *ann.id)
      .update(f<&User::is_staff>.set(true));
  site.users.forget(*ann.id);
  CHECK(site.browser.get("/export/").body == "secret");
  CHECK(site.browser.get("/closed/").body == "secret");
  CHECK(site.browser.get("/staff/").body == "secret");
}

TEST_CASE("changing the password") {
  Site site;
  site.add("ann");
  Client phone(site.application);
  Site::log_in(phone, "ann");
  CHECK(site.browser.get("/accounts/password_change/").status == 302);
  Site::log_in(site.browser, "ann");
  auto change = [&](std::string old, std::string first, std::string second) {
    site.browser.get("/accounts/password_change/");
    return site.browser.post("/accounts/password_change/",
                             Parameters({{"old_password", std::move(old)},
                                         {"new_password1", std::move(first)},
                                         {"new_password2", std::move(second)}}));
  };
  CHECK(change("wrong", "another-pony", "another-pony")
            .body.find("Your old password was entered incorrectly.") != std::string::npos);
  CHECK(change("right-pony", "another-pony", "other")
            .body.find("The two password fields didn’t match.") != std::string::npos);
  CHECK(change("right-pony", "123", "123").body.find("too short") != std::string::npos);
  CHECK(change("right-pony", "", "").body.find("This field is required.") != std::string::npos);
  CHECK(phone.get("/who/").body == "[ann]");
  auto before = site.browser.cookie("sessionid");
  auto answer = change("right-pony", "another-pony", "another-pony");
  CHECK(answer.status == 302);
  CHECK(answer.header("Location") == "/accounts/password_change/done/");
  CHECK(site.browser.cookie("sessionid") != before);
  CHECK(site.browser.get("/who/").body == "[ann]");  // this session goes on
  CHECK(site.browser.get("/accounts/password_change/done/").status == 200);
  CHECK(phone.get("/who/").body == "[]");  // the others end
  CHECK(Site::log_in(phone, "ann", "right-pony").status == 200);
  CHECK(Site::log_in(phone, "ann", "another-pony").status == 302);
}

TEST_CASE("a login needs the token of the page") {
  Site site;
  site.add("ann");
  RawRequest raw;
  raw.method = "POST";
  raw.target = "/accounts/login/";
  raw.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  raw.body = "username=ann&password=right-pony";
  CHECK(site.browser.send(raw).status == 403);
  CHECK(site.browser.get("/who/").body == "[]");
}
