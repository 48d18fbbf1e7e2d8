// Coming in, going out, and one's own password.
#include "web/admin/admin_test_support.h"

using namespace tt::web;
using namespace tt::web::admin;

TEST_CASE("strangers are sent to the login and back") {
  Browser browser("");
  const auto refused = browser.get("/admin/weather/station/?q=a");
  CHECK(refused.status == 302);
  CHECK(location(refused) == "/admin/login/?next=/admin/weather/station/%3Fq%3Da");
  const auto page = browser.follow(refused);
  CHECK(page.status == 200);
  CHECK(contains(page, "name=\"username\""));
  const auto back = browser.post(
      location(refused),
      {{"username", "admin"}, {"password", "right-pony"}, {"next", "/admin/weather/station/?q=a"}});
  CHECK(back.status == 302);
  CHECK(location(back) == "/admin/weather/station/?q=a");
}

TEST_CASE("the login leads nowhere else") {
  for (const char* next :
       {"http://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"}) {
    Browser browser("");
    const auto response = browser.post(
        "/admin/login/", {{"username", "admin"}, {"password", "right-pony"}, {"next", next}});
    CHECK(response.status == 302);
    CHECK(location(response) == "/admin/");
  }
}

TEST_CASE("wrong names and passwords, and people who are no staff") {
  Browser browser("");
  browser.site.users.create_user({.username = "guest", .password = "right-pony"});
  const std::string message =
      "Please enter the correct username and password for a staff account. Note that both fields "
      "may be case-sensitive.";
  CHECK(contains(browser.log_in("admin", "wrong"), message));
  CHECK(contains(browser.log_in("nobody"), message));
  CHECK(contains(browser.log_in("guest"), message));
  const auto empty = browser.log_in("", "");
  CHECK(empty.status == 200);
  CHECK(count_of(empty, "This field is required.") == 2);
  CHECK(contains(empty, "Please correct the errors below."));
  CHECK(browser.get("/admin/").status == 302);
}

TEST_CASE("signing out takes a POST") {
  Browser browser;
  CHECK(browser.get("/admin/logout/").status == 405);
  CHECK(browser.get("/admin/").status == 200);
  CHECK(contains(browser.post("/admin/logout/", {}), "Logged out"));
  CHECK(browser.get("/admin/").status == 302);
}

TEST_CASE("a POST without the token changes nothing") {
  Browser browser;
  tt::web::RawRequest request;
  request.method = "POST";
  request.target = "/admin/weather/owner/add/";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = "name=Eve";
  CHECK(browser.client().send(std::move(request)).status == 403);
  CHECK(browser.objects<weather::Owner>().count() == 0);
}

TEST_CASE("pages cannot be framed, cached, or run foreign scripts") {
  Browser browser;
  const auto page = browser.get("/admin/");
  CHECK(page.header("X-Frame-Options") == "DENY");
  CHECK(page.header("Cache-Control").find("no-store") != std::string_view::npos);
  CHECK(page.header("Content-Security-Policy").find("script-src 'self'") != std::string_view::npos);
  CHECK(!contains(page, "onclick"));
  CHECK(!contains(page, "style=\""));
}

TEST_CASE("one's own password is changed with the old one") {
  Browser browser;
  auto send = [&](const char* old_password, const char* first, const char* second) {
    return browser.post(
        "/admin/password_change/",
        {{"old_password", old_password}, {"new_password1", first}, {"new_password2", second}});
  };
  CHECK(browser.get("/admin/password_change/").status == 200);
  CHECK(contains(send("wrong", "brave-horse", "brave-horse"),
                 "Your old password was entered incorrectly. Please enter it again."));
  CHECK(contains(send("right-pony", "brave-horse", "brave-hors"),
                 "The two password fields didn’t match."));
  CHECK(contains(send("right-pony", "123", "123"), "This password is too short."));
  const auto done = send("right-pony", "brave-horse", "brave-horse");
  CHECK(done.status == 302);
  CHECK(contains(browser.follow(done), "Your password was changed."));
  Browser other("");
  CHECK(contains(browser.post("/admin/logout/", {}), "Logged out"));
  CHECK(browser.log_in("admin", "brave-horse").status == 302);
}
