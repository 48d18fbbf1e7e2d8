#include "web/core/session.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <boost/json/value.hpp>

#include "web/core/core_test_support.h"

using namespace tt;
using namespace tt::web;

namespace {

UrlPatterns patterns() {
  return {
      url("^none/$", [](const HttpRequest&) { return plain("none"); }),
      url("^read/$",
          [](const HttpRequest& request) {
            auto found = request.session().find("n");
            return plain(found ? std::to_string(found->as_int64()) : "nothing");
          }),
      url("^write/(\\d+)/$",
          [](const HttpRequest& request, std::int64_t number) {
            request.session().set("n", number);
            return plain("written");
          }),
      url("^in/$",
          [](const HttpRequest& request) {
            sign_in(request, request.application().users()->find(7));
            return plain(request.user()->username);
          }),
      url("^out/$",
          [](const HttpRequest& request) {
            sign_out(request);
            return plain(request.user()->username);
          }),
      url("^whoami/$", [](const HttpRequest& request) { return plain(request.user()->username); }),
      url("^fail/$",
          [](const HttpRequest& request) -> HttpResponse {
            request.session().set("n", 1);
            throw Error(Code::internal, "x");
          }),
  };
}

bool is_key(std::string_view text) {
  return text.size() == 32 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
         });
}

}  // namespace

TEST_CASE("a session costs nothing until it is touched") {
  Site site(patterns());
  auto untouched = site.get("/none/");
  CHECK_FALSE(untouched.has_header("Vary"));
  CHECK(untouched.cookies().empty());
  auto read = site.get("/read/");
  CHECK(read.body == "nothing");
  CHECK(read.header("Vary") == "Cookie");
  CHECK(read.cookies().empty());
  CHECK(site.sessions.saves == 0);
}

TEST_CASE("what is written is there the next time") {
  Site site(patterns());
  auto written = site.get("/write/5/");
  auto cookie = find_cookie(written, "sessionid");
  REQUIRE(cookie);
  CHECK(is_key(cookie->value));
  CHECK(cookie->max_age == std::chrono::seconds(1209600));
  CHECK(cookie->http_only);
  CHECK_FALSE(cookie->secure);
  CHECK(site.get("/read/").body == "5");
  CHECK(site.get("/read/").cookies().empty());
  auto again = site.get("/write/6/");
  CHECK(find_cookie(again, "sessionid")->value == cookie->value);
  CHECK(site.sessions.sessions.size() == 1);
}

TEST_CASE("a key that was not given out is not taken over") {
  Site site(patterns());
  std::string planted(32, 'a');
  site.ask().set_cookie("sessionid", planted);
  auto written = site.get("/write/5/");
  CHECK(find_cookie(written, "sessionid")->value != planted);
  CHECK_FALSE(site.sessions.sessions.contains(planted));
  site.ask().set_cookie("sessionid", "'; DROP TABLE sessions");
  CHECK(site.get("/read/").body == "nothing");
}

TEST_CASE("a cookie of no use is taken back") {
  Site site(patterns());
  site.ask().set_cookie("sessionid", std::string(32, 'a'));
  auto read = site.get("/read/");
  auto cookie = find_cookie(read, "sessionid");
  REQUIRE(cookie);
  CHECK(cookie->max_age == std::chrono::seconds(0));
  CHECK(cookie->value.empty());
}

TEST_CASE("settings of the cookie") {
  auto settings = test_settings();
  settings.session_cookie_name = "sid";
  settings.session_cookie_secure = true;
  settings.session_cookie_samesite = SameSite::strict;
  settings.session_expire_at_browser_close = true;
  settings.session_save_every_request = true;
  Site site(patterns(), settings);
  auto written = site.get("/write/5/");
  auto cookie = find_cookie(written, "sid");
  REQUIRE(cookie);
  CHECK(cookie->secure);
  CHECK_FALSE(cookie->max_age);
  CHECK(cookie->same_site == SameSite::strict);
  CHECK(find_cookie(site.get("/read/"), "sid"));
  CHECK(find_cookie(site.get("/none/"), "sid"));
  CHECK(site.sessions.saves == 3);
}

TEST_CASE("a failed view stores nothing") {
  Site site(patterns());
  auto failed = site.get("/fail/");
  CHECK(failed.status == 500);
  CHECK(failed.cookies().empty());
  CHECK(site.sessions.sessions.empty());
}

TEST_CASE("signing in changes the key, keeps the data and makes a new CSRF secret") {
  Site site(patterns());
  site.get("/write/5/");
  auto before = site.ask().cookie("sessionid");
  auto response = site.get("/in/");
  CHECK(response.body == "ann");
  auto after = site.ask().cookie("sessionid");
  CHECK(after != before);
  CHECK_FALSE(site.sessions.sessions.contains(before));
  CHECK(site.ask().cookie("csrftoken").size() == 64);
  CHECK(site.users.sign_ins == 1);
  CHECK(site.get("/read/").body == "5");
  CHECK(site.get("/whoami/").body == "ann");
  // The old key opens nothing.
  site.ask().set_cookie("sessionid", before);
  CHECK(site.get("/whoami/").body.empty());
}

TEST_CASE("signing out ends the session") {
  Site site(patterns());
  site.get("/in/");
  auto key = site.ask().cookie("sessionid");
  auto response = site.get("/out/");
  CHECK(response.body.empty());
  CHECK(find_cookie(response, "sessionid")->max_age == std::chrono::seconds(0));
  CHECK(site.sessions.sessions.empty());
  site.ask().set_cookie("sessionid", key);
  CHECK(site.get("/whoami/").body.empty());
}

TEST_CASE("a new password, a closed account or a deleted one ends what was signed in") {
  Site site(patterns());
  site.get("/in/");
  CHECK(site.get("/whoami/").body == "ann");
  site.users.user.is_active = false;
  CHECK(site.get("/whoami/").body.empty());
  site.users.user.is_active = true;
  CHECK(site.get("/whoami/").body == "ann");
  site.users.user.session_hash = "another";
  CHECK(site.get("/whoami/").body.empty());
  CHECK(site.sessions.sessions.empty());
  site.users.user.session_hash = "hash-of-the-password";
  CHECK(site.get("/whoami/").body.empty());
}

TEST_CASE("a session of somebody else is emptied at signing in") {
  Site site(patterns());
  site.get("/in/");
  site.get("/write/5/");
  site.users.user.session_hash = "another";  // as of another user
  site.get("/in/");
  CHECK(site.get("/read/").body == "nothing");
  CHECK(site.get("/whoami/").body == "ann");
}
