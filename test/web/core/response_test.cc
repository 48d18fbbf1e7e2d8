#include "web/core/response.h"

#include <doctest/doctest.h>

#include "web/core/cookies.h"
#include "web/core/core_test_support.h"
#include "web/core/http_date.h"

using namespace tt;
using namespace tt::web;

TEST_CASE("headers are replaced and found in any case") {
  HttpResponse response("x");
  response.set("X-One", "1").set("x-one", "2");
  CHECK(response.header("X-ONE") == "2");
  CHECK(response.header("Content-Type") == "text/html; charset=utf-8");
  response.remove("X-ONE");
  CHECK_FALSE(response.has_header("X-One"));
}

TEST_CASE("no header can begin another one") {
  HttpResponse response("x");
  CHECK_THROWS_AS(response.set("X", "a\r\nSet-Cookie: b=c"), Error);
  CHECK_THROWS_AS(response.set("X", "a\nb"), Error);
  CHECK_THROWS_AS(response.set("X", std::string("a\0b", 3)), Error);
  CHECK_THROWS_AS(response.set("X: y", "a"), Error);
  CHECK_THROWS_AS(response.set("", "a"), Error);
}

TEST_CASE("redirects quote what may not stand in a header and refuse the rest") {
  auto response = redirect("/a b/é?x=1&y=%20#z");
  CHECK(response.status == 302);
  CHECK(response.header("Location") == "/a%20b/%C3%A9?x=1&y=%20#z");
  CHECK(redirect_permanently("/x/").status == 301);
  CHECK_THROWS_AS(redirect("/a\r\nX: y"), Error);
  CHECK_THROWS_AS(redirect(std::string_view("/\0", 2)), Error);
  CHECK_THROWS_AS(redirect("javascript:alert(1)"), Error);
  CHECK_THROWS_AS(redirect("data:text/html,x"), Error);
  CHECK_NOTHROW(redirect("https://other.example/"));
  CHECK_NOTHROW(redirect("/a:b"));
}

TEST_CASE("Vary grows") {
  HttpResponse response("x");
  response.vary_on("Accept");
  response.vary_on("Cookie");
  response.vary_on("cookie");
  CHECK(response.header("Vary") == "Accept, Cookie");
  response.set("Vary", "*");
  response.vary_on("Cookie");
  CHECK(response.header("Vary") == "*");
}

TEST_CASE("cookies are written as Django writes them") {
  Cookie cookie;
  cookie.name = "sessionid";
  cookie.value = "abc";
  cookie.max_age = std::chrono::seconds(1209600);
  cookie.http_only = true;
  CHECK(set_cookie_text(cookie, test_time) ==
        "sessionid=abc; expires=Sun, 06 Dec 2026 13:43:48 GMT; HttpOnly; Max-Age=1209600; Path=/; "
        "SameSite=Lax");
  cookie.max_age.reset();
  cookie.http_only = false;
  cookie.secure = true;
  cookie.domain = "example.org";
  cookie.same_site = SameSite::none;
  CHECK(set_cookie_text(cookie, test_time) ==
        "sessionid=abc; Domain=example.org; Path=/; SameSite=None; Secure");
  HttpResponse response;
  response.delete_cookie("sessionid");
  CHECK(set_cookie_text(response.cookies()[0], test_time) ==
        "sessionid=\"\"; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; SameSite=Lax");
}

TEST_CASE("cookie values of all kinds come back") {
  for (std::string value : {"plain", "two words", "a;b,c", "q\"uo\\te", "caf\xC3\xA9", ""}) {
    CAPTURE(value);
    Cookie cookie;
    cookie.name = "c";
    cookie.value = value;
    auto text = set_cookie_text(cookie, test_time);
    auto sent = text.substr(0, text.find("; Path"));
    auto cookies = parse_cookies(sent);
    REQUIRE(cookies.size() == 1);
    CHECK(cookies[0].second == value);
  }
}

TEST_CASE("a cookie cannot bring attributes or headers of its own") {
  HttpResponse response;
  auto with = [](std::string name, std::string value, std::string path = "/") {
    Cookie cookie;
    cookie.name = std::move(name);
    cookie.value = std::move(value);
    cookie.path = std::move(path);
    return cookie;
  };
  CHECK_THROWS_AS(response.set_cookie(with("a", "b\r\nX: y")), Error);
  CHECK_THROWS_AS(response.set_cookie(with("a\r\n", "b")), Error);
  CHECK_THROWS_AS(response.set_cookie(with("a b", "c")), Error);
  CHECK_THROWS_AS(response.set_cookie(with("a", "b", "/; Domain=evil")), Error);
  response.set_cookie(with("a", "x; Domain=evil"));
  CHECK(set_cookie_text(response.cookies()[0], test_time) ==
        "a=\"x\\073 Domain=evil\"; Path=/; SameSite=Lax");
  response.set_cookie(with("a", "2"));
  CHECK(response.cookies().size() == 1);
}

TEST_CASE("any Cookie header is read") {
  auto cookies = parse_cookies("a=1; b = 2 ;; =x; lone; c=\"q\\\"\\054\"; a=3; d=\"");
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  CHECK(
      cookies ==
      Pairs{
          {"a", "1"}, {"b", "2"}, {"", "x"}, {"", "lone"}, {"c", "q\","}, {"a", "3"}, {"d", "\""}});
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "a=1;";
  CHECK(parse_cookies(many).size() == 200);
}

TEST_CASE("dates of headers") {
  CHECK(http_date(test_time) == "Sun, 22 Nov 2026 13:43:48 GMT");
  CHECK(parse_http_date("Sun, 22 Nov 2026 13:43:48 GMT") == test_time);
  CHECK_FALSE(parse_http_date("Sun, 31 Feb 2026 13:43:48 GMT"));
  CHECK_FALSE(parse_http_date("Sun, 22 Nov 2026 25:43:48 GMT"));
  CHECK_FALSE(parse_http_date("Sunday, 22-Nov-26 13:43:48 GMT"));
  CHECK_FALSE(parse_http_date(""));
}
