#include "console_test_support.h"

using namespace tt;
using namespace tt::console;
using identity::Role;

namespace {

const web::Cookie* session_cookie_of(const web::HttpResponse& response) {
  for (const auto& cookie : response.cookies()) {
    if (cookie.name == identity::session_cookie) return &cookie;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("who is not signed in is led to the login page, and back from there") {
  at_desk([](Desk& desk) {
    CHECK(location(desk.client.get("/")) == "/login/?next=/");
    CHECK(location(desk.client.get("/devices/7?range=1day")) ==
          "/login/?next=/devices/7%3Frange%3D1day");
    CHECK(location(desk.client.get("/admin/")) == "/admin/login/?next=/admin/");
    CHECK(location(desk.client.get("/admin/login/?next=/admin/registry/")) ==
          "/login/?next=/admin/registry/");
    CHECK(location(desk.client.get("/login?next=/")) == "/login/?next=/");
  });
}

TEST_CASE("the right password opens one session for pages and interfaces") {
  at_desk([](Desk& desk) {
    auto account = desk.add_account("ann", Role::user);
    auto response = desk.sign_in("ann", right_password, "/login/?next=/devices/7");
    CHECK(response.status == 302);
    CHECK(location(response) == "/devices/7");
    const auto* cookie = session_cookie_of(response);
    REQUIRE(cookie);
    CHECK(cookie->http_only);
    CHECK(cookie->same_site == web::SameSite::lax);
    CHECK_FALSE(cookie->secure);
    CHECK(cookie->max_age == session_cookie_age);
    CHECK(desk.client.cookie("sessionid").empty());
    auto caller = desk.caller();
    REQUIRE(caller);
    CHECK(caller->account == account.id);
    auto page = desk.client.get("/");
    CHECK(page.status == 200);
    CHECK(contains(page, "<div id=\"app\">"));
    CHECK(page.header("Cache-Control") == "private, no-cache");
    CHECK(desk.client.get("/devices/504").status == 200);
    CHECK(desk.client.get("/devices/504/").status == 200);
  });
}

TEST_CASE("over TLS the cookie is for TLS only") {
  at_desk([](Desk& desk) {
    desk.add_account("ann", Role::user);
    desk.client.get("/login/");
    web::RawRequest request;
    request.method = "POST";
    request.target = "/login/";
    request.is_secure = true;
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                       {"X-CSRFToken", desk.client.cookie("csrftoken")},
                       {"Host", "cloud.example"},
                       {"Origin", "https://cloud.example"}};
    request.body = "username=ann&password=" + std::string(right_password);
    auto response = desk.client.send(request);
    const auto* cookie = session_cookie_of(response);
    REQUIRE(cookie);
    CHECK(cookie->secure);
    request.headers.back().second = "https://evil.example";
    CHECK(desk.client.send(request).status == 403);
  });
}

TEST_CASE("a wrong password opens nothing and says so; many of them lock the door") {
  at_desk([](Desk& desk) {
    desk.add_account("ann", Role::user);
    for (int i = 0; i < 10; ++i) {
      auto response = desk.sign_in("ann", "wrong");
      CHECK(response.status == 200);
      CHECK(contains(response, "That name and password do not match."));
      CHECK(contains(response, "value=\"ann\""));
      CHECK_FALSE(contains(response, "wrong\""));
    }
    auto response = desk.sign_in("ann");
    CHECK(response.status == 200);
    CHECK_FALSE(contains(response, "do not match"));
    CHECK(contains(response, "role=\"alert\""));
    CHECK(desk.client.cookie(identity::session_cookie).empty());
  });
}

TEST_CASE("the login leads nowhere else") {
  at_desk([](Desk& desk) {
    desk.add_account("ann", Role::user);
    for (auto next :
         {"https://evil.example/", "//evil.example", "/%5Cevil.example", "javascript:1"}) {
      auto target = std::string("/login/?next=") + next;
      CHECK(location(desk.sign_in("ann", right_password, target)) == "/");
    }
  });
}

TEST_CASE("a login without the token of the page is refused") {
  at_desk([](Desk& desk) {
    desk.add_account("ann", Role::user);
    web::RawRequest request;
    request.method = "POST";
    request.target = "/login/";
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = "username=ann&password=" + std::string(right_password);
    CHECK(desk.client.send(request).status == 403);
    CHECK(desk.client.cookie(identity::session_cookie).empty());
  });
}

TEST_CASE("signing in again ends the session of before") {
  at_desk([](Desk& desk) {
    desk.add_account("ann", Role::user);
    desk.add_account("bob", Role::user);
    desk.sign_in("ann");
    auto before = desk.client.cookie(identity::session_cookie);
    CHECK(location(desk.client.get("/login/")) == "/");
    CHECK(contains(desk.client.get("/login/?next=/admin/"), "You are signed in as ann"));
    desk.sign_in("bob");
    CHECK(desk.client.cookie(identity::session_cookie) != before);
    CHECK(desk.caller()->name == "bob");
    desk.client.set_cookie(std::string(identity::session_cookie), before);
    CHECK(desk.caller() == nullptr);
  });
}

TEST_CASE("signing out ends the session; a link cannot do it") {
  at_desk([](Desk& desk) {
    desk.add_account("ann", Role::user);
    desk.sign_in("ann");
    auto secret = desk.client.cookie(identity::session_cookie);
    CHECK(desk.client.get("/logout/").status == 405);
    CHECK(desk.caller());
    auto response = desk.post("/logout/", {});
    CHECK(location(response) == "/login/");
    CHECK(desk.client.cookie(identity::session_cookie).empty());
    desk.client.set_cookie(std::string(identity::session_cookie), secret);
    CHECK(desk.caller() == nullptr);
    CHECK(location(desk.client.get("/")) == "/login/?next=/");
  });
}

TEST_CASE("the admin is for administrators") {
  at_desk([](Desk& desk) {
    desk.add_account("ann", Role::user);
    desk.add_account("admin", Role::administrator);
    desk.sign_in("ann");
    CHECK(desk.client.get("/admin/").status == 302);
    CHECK(desk.client.get("/admin/identity/accountrow/").status == 302);
    desk.sign_in("admin");
    auto index = desk.client.get("/admin/");
    CHECK(index.status == 200);
    for (auto text : {"Thingtank", "Accounts", "API keys", "Feeds"}) CHECK(contains(index, text));
  });
}

TEST_CASE("one's own password can be changed, and only other sessions end") {
  as_admin([](Desk& desk) {
    auto before = desk.client.cookie(identity::session_cookie);
    Pairs form = {{"old_password", "wrong"},
                  {"new_password1", "b-new-pony-8"},
                  {"new_password2", "b-new-pony-8"}};
    CHECK(contains(desk.post("/admin/password_change/", form), "entered incorrectly"));
    form[0].second = right_password;
    CHECK(desk.post("/admin/password_change/", form).status == 302);
    CHECK(desk.client.cookie(identity::session_cookie) != before);
    CHECK(desk.client.get("/admin/").status == 200);
    desk.client.clear_cookies();
    CHECK(desk.sign_in("admin").status == 200);
    CHECK(desk.sign_in("admin", "b-new-pony-8").status == 302);
  });
}

TEST_CASE("pages run no script and show no frame that is not ours") {
  at_desk([](Desk& desk) {
    auto login = desk.client.get("/login/");
    CHECK(login.header("Content-Security-Policy") == content_security_policy);
    CHECK(login.header("X-Frame-Options") == "DENY");
    CHECK(login.header("X-Content-Type-Options") == "nosniff");
    CHECK(login.header("Cache-Control").find("no-store") != std::string_view::npos);
    CHECK(desk.client.get("/admin/nothing/").status == 302);
  });
}
