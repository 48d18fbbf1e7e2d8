#include "web/core/csrf.h"

#include <doctest/doctest.h>

#include "web/core/core_test_support.h"

using namespace tt;
using namespace tt::web;

namespace {

HttpResponse change(const HttpRequest&) { return plain("changed"); }

UrlPatterns patterns() {
  auto exempt = view(change);
  exempt.csrf_exempt = true;
  return {url("^$", change), url("^exempt/$", exempt),
          url("^form/$", [](const HttpRequest& request) { return render(request, "form.html"); })};
}

struct Forge {
  Site site{patterns()};
  std::string secret = make_csrf_secret();
  std::string method = "POST";
  std::string path = "/";
  bool is_secure = false;
  std::string cookie = mask_csrf_secret(secret);
  std::string body;
  Client::Headers headers;

  // 0 if it went through, else the reason.
  std::string answer() {
    site.parts.settings.debug = true;  // so that the page says why
    RawRequest request;
    request.method = method;
    request.target = path;
    request.is_secure = is_secure;
    request.body = body;
    request.headers = headers;
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    request.headers.emplace_back("Host", "testserver");
    if (!cookie.empty()) request.headers.emplace_back("Cookie", "csrftoken=" + cookie);
    auto response = site.ask().send(request);
    if (response.status == 200) return "ok";
    CHECK(response.status == 403);
    CHECK(response.header("Content-Type") == "text/html");
    auto from = response.body.find("<pre>") + 5;
    return response.body.substr(from, response.body.find("</pre>") - from);
  }
};

}  // namespace

TEST_CASE("requests that change something need the token") {
  CHECK(Forge().answer() == "CSRF token missing or incorrect.");
  CHECK(Forge{.cookie = ""}.answer() == "CSRF cookie not set.");
  for (std::string method : {"PUT", "PATCH", "DELETE", "post", "X"}) {
    CAPTURE(method);
    CHECK(Forge{.method = method}.answer() == "CSRF token missing or incorrect.");
  }
  for (std::string method : {"GET", "HEAD", "OPTIONS", "TRACE"}) {
    CAPTURE(method);
    CHECK(Forge{.method = method}.answer() == "ok");
  }
  CHECK(Forge{.path = "/exempt/"}.answer() == "ok");
}

TEST_CASE("the token comes as a field or a header, masked in any way") {
  Forge forge;
  forge.body = "csrfmiddlewaretoken=" + mask_csrf_secret(forge.secret);
  CHECK(forge.answer() == "ok");
  forge.body = "csrfmiddlewaretoken=" + mask_csrf_secret(make_csrf_secret());
  CHECK(forge.answer() == "CSRF token missing or incorrect.");
  forge.body.clear();
  forge.headers = {{"X-CSRFToken", mask_csrf_secret(forge.secret)}};
  CHECK(forge.answer() == "ok");
  forge.headers = {{"X-CSRFToken", forge.cookie}};
  CHECK(forge.answer() == "ok");
  // A wrong field is not made good by a header.
  forge.body = "csrfmiddlewaretoken=x";
  CHECK(forge.answer() == "CSRF token missing or incorrect.");
  // The field counts only in forms that are posted.
  forge.method = "PUT";
  forge.headers.clear();
  forge.body = "csrfmiddlewaretoken=" + forge.cookie;
  CHECK(forge.answer() == "CSRF token missing or incorrect.");
}

TEST_CASE("a cookie that is no token matches nothing") {
  for (std::string cookie :
       {std::string("x"), std::string(),
        std::string("----------------------------------------------------------------")}) {
    CAPTURE(cookie);
    Forge forge;
    forge.cookie = cookie;
    forge.body = "csrfmiddlewaretoken=" + cookie;
    CHECK(forge.answer() != "ok");
  }
}

TEST_CASE("over HTTPS the request must say that it comes from here") {
  Forge forge;
  forge.is_secure = true;
  forge.body = "csrfmiddlewaretoken=" + forge.cookie;
  auto with = [&](Client::Headers headers) {
    forge.headers = std::move(headers);
    return forge.answer();
  };
  CHECK(with({}) == "Referer checking failed - no Referer.");
  CHECK(with({{"Referer", "https://testserver/page/?x=1"}}) == "ok");
  CHECK(with({{"Referer", "http://testserver/"}}) ==
        "Referer checking failed - Referer is insecure while host is secure.");
  CHECK(with({{"Referer", "testserver"}}) == "Referer checking failed - Referer is malformed.");
  CHECK(with({{"Referer", "https://"}}) == "Referer checking failed - Referer is malformed.");
  CHECK(with({{"Referer", "https://evil.example/testserver"}}) ==
        "Referer checking failed - https://evil.example/testserver does not match any trusted "
        "origins.");
  CHECK(with({{"Referer", "https://testserver.evil.example/"}}) != "ok");
  CHECK(with({{"Referer", "https://testserver@evil.example/"}}) != "ok");
  CHECK(with({{"Origin", "https://testserver"}}) == "ok");
  CHECK(with({{"Origin", "https://evil.example"}, {"Referer", "https://testserver/"}}) ==
        "Origin checking failed - https://evil.example does not match any trusted origins.");
  CHECK(with({{"Origin", "http://testserver"}, {"Referer", "https://testserver/"}}) != "ok");
  CHECK(with({{"Origin", "null"}, {"Referer", "https://testserver/"}}) == "ok");
}

TEST_CASE("trusted origins") {
  Forge forge;
  forge.is_secure = true;
  forge.body = "csrfmiddlewaretoken=" + forge.cookie;
  forge.site.parts.settings.csrf_trusted_origins = {"https://a.example", ".b.example"};
  forge.headers = {{"Referer", "https://a.example/x"}};
  CHECK(forge.answer() == "ok");
  forge.headers = {{"Referer", "https://www.b.example/x"}};
  CHECK(forge.answer() == "ok");
  forge.headers = {{"Referer", "https://www.a.example/x"}};
  CHECK(forge.answer() != "ok");
}

TEST_CASE("a form brings its token and its cookie") {
  Site site(patterns());
  site.parts.templates = {{"form.html", "{% csrf_token %}"}};
  auto form = site.get("/form/");
  auto cookie = find_cookie(form, "csrftoken");
  REQUIRE(cookie);
  CHECK(cookie->value.size() == 64);
  CHECK(cookie->max_age == std::chrono::seconds(31449600));
  CHECK_FALSE(cookie->http_only);
  CHECK(form.header("Vary") == "Cookie");
  auto from = form.body.find("value=\"") + 7;
  auto token = form.body.substr(from, 64);
  CHECK(token != cookie->value);
  CHECK(csrf_token_matches(token, *unmask_csrf_token(cookie->value)));
  CHECK(site.ask().post("/", Parameters({{"csrfmiddlewaretoken", token}})).status == 200);
  // The browser keeps its cookie.
  auto again = site.get("/form/");
  CHECK(find_cookie(again, "csrftoken")->value == cookie->value);
  CHECK(again.body != form.body);
  CHECK_FALSE(site.get("/").has_header("Vary"));
}
