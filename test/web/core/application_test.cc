#include "web/core/application.h"

#include <doctest/doctest.h>

#include "web/core/core_test_support.h"
#include "web/core/error_pages.h"

using namespace tt;
using namespace tt::web;

namespace {

HttpResponse home(const HttpRequest&) { return plain("home"); }

UrlPatterns patterns() {
  return {
      url("^$", home, "home"),
      url("^slash/$", home, "slash"),
      url("^bare$", home),
      url("^whoami/$", [](const HttpRequest& request) { return plain(request.user()->username); }),
      url("^form/$",
          [](const HttpRequest& request) {
            std::string text;
            for (const auto& [name, value] : request.form()) text += name + "=" + value + ";";
            for (const auto& file : request.files()) text += file.name + ":" + file.content + ";";
            return plain(text);
          }),
      url("^fail/(?P<how>\\w+)/$",
          [](const HttpRequest&, std::string how) -> HttpResponse {
            if (how == "denied") throw Error(Code::denied, "not you, <b>");
            if (how == "invalid") throw Error(Code::invalid, "what is that");
            if (how == "gone") throw Error(Code::unavailable, "the database is gone");
            if (how == "large") throw Error(Code::too_large, "too much");
            if (how == "who") throw Error(Code::unauthenticated, "who are you");
            if (how == "often") throw Error(Code::exhausted, "too often");
            if (how == "missing") raise_404("no such thing");
            throw std::out_of_range("vector::_M_range_check");
          }),
      url("^etag/$",
          [](const HttpRequest&) {
            auto response = plain("content");
            response.set("ETag", "\"abc\"");
            response.set("Last-Modified", "Sun, 22 Nov 2026 13:43:48 GMT");
            return response;
          }),
      url("^framed/$",
          [](const HttpRequest&) {
            auto response = plain("x");
            response.set("X-Frame-Options", "SAMEORIGIN");
            return response;
          }),
      url("^url/$",
          [](const HttpRequest& request) {
            return plain(request.absolute_url("/x/") + " " + request.full_path() + " " +
                         request.query().get("q"));
          }),
  };
}

std::string status_and_location(const HttpResponse& response) {
  return std::to_string(response.status) + " " + std::string(response.header("Location"));
}

}  // namespace

TEST_CASE("every answer has the security headers") {
  Site site(patterns());
  auto response = site.get("/");
  CHECK(response.status == 200);
  CHECK(response.body == "home");
  CHECK(response.header("X-Content-Type-Options") == "nosniff");
  CHECK(response.header("Referrer-Policy") == "same-origin");
  CHECK(response.header("X-Frame-Options") == "DENY");
  CHECK_FALSE(response.has_header("Strict-Transport-Security"));
  CHECK_FALSE(response.has_header("Vary"));
  CHECK(response.cookies().empty());
  CHECK(site.get("/framed/").header("X-Frame-Options") == "SAMEORIGIN");
  CHECK(site.get("/nothing/").header("X-Content-Type-Options") == "nosniff");
}

TEST_CASE("HSTS and the redirect to HTTPS") {
  auto settings = test_settings();
  settings.secure_ssl_redirect = true;
  settings.secure_hsts_seconds = std::chrono::seconds(60);
  settings.secure_hsts_include_subdomains = true;
  settings.secure_hsts_preload = true;
  Site site(patterns(), settings);
  auto response = site.get("/slash?a=%20b");
  CHECK(status_and_location(response) == "301 https://testserver/slash?a=%20b");
  CHECK_FALSE(response.has_header("Strict-Transport-Security"));
  RawRequest secure;
  secure.is_secure = true;
  response = site.ask().send(secure);
  CHECK(response.status == 200);
  CHECK(response.header("Strict-Transport-Security") == "max-age=60; includeSubDomains; preload");
}

TEST_CASE("the header of a proxy counts only if the settings name it") {
  auto settings = test_settings();
  settings.secure_ssl_redirect = true;
  Client::Headers forwarded{{"X-Forwarded-Proto", "https"}};
  CHECK(Site(patterns(), settings).get("/", forwarded).status == 301);
  settings.secure_proxy_ssl_header = "X-Forwarded-Proto";
  CHECK(Site(patterns(), settings).get("/", forwarded).status == 200);
  CHECK(Site(patterns(), settings).get("/", {{"X-Forwarded-Proto", "http"}}).status == 301);
}

TEST_CASE("only known hosts are answered") {
  Site site(patterns());
  CHECK(site.get("/", {{"Host", "testserver:8000"}}).status == 200);
  auto evil = site.get("/", {{"Host", "evil.example"}});
  CHECK(evil.status == 400);
  CHECK(evil.header("Content-Type") == "text/html");
  CHECK(evil.header("Referrer-Policy") == "same-origin");
  CHECK(evil.body.find("evil.example") == std::string::npos);
  CHECK(site.get("/", {{"Host", ""}}).status == 400);
  CHECK(site.get("/", {{"Host", "testserver:80@evil"}}).status == 400);
  auto settings = test_settings();
  settings.allowed_hosts.clear();
  CHECK(Site(patterns(), settings).get("/").status == 400);
  settings.debug = true;
  CHECK(Site(patterns(), settings).get("/").status == 200);
  CHECK(Site(patterns(), settings).get("/", {{"Host", "evil.example"}}).status == 400);
}

TEST_CASE("a missing slash is added where it leads somewhere") {
  Site site(patterns());
  auto response = site.get("/slash?x=1");
  CHECK(status_and_location(response) == "301 /slash/?x=1");
  CHECK(response.header("Content-Type") == "text/html; charset=utf-8");
  CHECK(response.header("Content-Length") == "0");
  CHECK_FALSE(response.has_header("X-Frame-Options"));
  CHECK(status_and_location(site.send("POST", "/slash")) == "301 /slash/");
  CHECK(site.get("/bare").status == 200);
  CHECK(site.get("/bare/").status == 404);
  CHECK(site.get("/nothing").status == 404);
  auto settings = test_settings();
  settings.append_slash = false;
  CHECK(Site(patterns(), settings).get("/slash").status == 404);
  settings = test_settings();
  settings.debug = true;
  CHECK(Site(patterns(), settings).get("/slash").status == 301);
  CHECK(Site(patterns(), settings).send("POST", "/slash").status == 500);
}

TEST_CASE("a redirect for a slash never leads to another site") {
  Site site(
      {url("^(?P<rest>[^?]*)/$", [](const HttpRequest&, std::string) { return plain("x"); })});
  CHECK(status_and_location(site.get("//evil.example")) == "301 /%2Fevil.example/");
  CHECK(status_and_location(site.get("/a%0d%0aX:%20y")) == "301 /a%0D%0AX:%20y/");
}

TEST_CASE("errors become the pages of their status") {
  Site site(patterns());
  CHECK(site.get("/fail/denied/").status == 403);
  CHECK(site.get("/fail/invalid/").status == 400);
  CHECK(site.get("/fail/large/").status == 413);
  CHECK(site.get("/fail/who/").status == 401);
  CHECK(site.get("/fail/often/").status == 429);
  CHECK(site.get("/fail/missing/").status == 404);
  auto gone = site.get("/fail/gone/");
  CHECK(gone.status == 503);
  CHECK(gone.header("Retry-After") == "5");
  auto failed = site.get("/fail/otherwise/");
  CHECK(failed.status == 500);
  CHECK(failed.body.find("range_check") == std::string::npos);
  CHECK(failed.header("X-Frame-Options") == "DENY");
  auto policy = std::string(failed.header("Content-Security-Policy"));
  auto nonce = policy.substr(policy.find("nonce-") + 6, 22);
  CHECK(failed.body.find("<style nonce=\"" + nonce + "\">") != std::string::npos);
  CHECK(site.get("/nothing/").header("Content-Security-Policy") != policy);
}

TEST_CASE("programs get JSON when a part is out of reach") {
  Site site(patterns());
  auto gone = site.get("/fail/gone/", {{"Accept", "application/json"}});
  CHECK(gone.status == 503);
  CHECK(gone.header("Content-Type") == "application/json");
  CHECK(gone.body ==
        R"({"detail":"A part of this site is out of reach. Please try again in a moment."})");
  CHECK(gone.header("Retry-After") == "5");
  auto browser = site.get("/fail/gone/", {{"Accept", "text/html,application/json"}});
  CHECK(browser.header("Content-Type") == "text/html");
}

TEST_CASE("templates of the application replace the pages") {
  Site site(patterns());
  site.parts.templates = {
      {"404.html", "missing {{ request_path }} {{ exception }}"},
      {"503.html", "{% nosuchtag %}"},
      {"403_csrf.html", "forged"},
  };
  auto missing = site.get("/a<b/");
  CHECK(missing.status == 404);
  CHECK(missing.body == "missing /a&lt;b/ no URL pattern matches the path");
  CHECK(site.get("/fail/gone/").status == 503);
  auto forged = site.send("POST", "/form/");
  CHECK(forged.status == 403);
  CHECK(forged.body == "forged");
}

TEST_CASE("with DEBUG the pages explain, without secrets") {
  auto settings = test_settings();
  settings.debug = true;
  Site site(patterns(), settings);
  auto missing = site.get("/nothing/?a=<i>&password=hidden1");
  CHECK(missing.status == 404);
  CHECK(missing.body.find("^slash/$") != std::string::npos);
  CHECK(missing.body.find("&lt;i&gt;") != std::string::npos);
  CHECK(missing.body.find("<i>") == std::string::npos);
  auto failed = site.get("/fail/otherwise/?api_key=hidden2",
                         {{"Authorization", "Basic hidden3"}, {"Cookie", "sessionid=hidden4"}});
  CHECK(failed.status == 500);
  CHECK(failed.body.find("std::out_of_range") != std::string::npos);
  CHECK(failed.body.find("vector::_M_range_check") != std::string::npos);
  for (auto hidden : {"hidden1", "hidden2", "hidden3", "hidden4"}) {
    CAPTURE(hidden);
    CHECK(missing.body.find(hidden) == std::string::npos);
    CHECK(failed.body.find(hidden) == std::string::npos);
  }
  auto text = site.get("/fail/otherwise/", {{"Accept", "application/json"}});
  CHECK(text.status == 500);
  CHECK(site.get("/fail/invalid/", {{"Accept", "text/plain"}}).header("Content-Type") ==
        "text/plain; charset=utf-8");
  CHECK(site.get("/fail/denied/").body.find("not you, &lt;b&gt;") != std::string::npos);
}

TEST_CASE("a template that fails says where") {
  auto settings = test_settings();
  settings.debug = true;
  Site site(
      {url("^$", [](const HttpRequest& request) { return render(request, "page.html"); }),
       url("^none/$", [](const HttpRequest& request) { return render(request, "none.html"); })},
      settings);
  site.parts.templates = {{"page.html", "line 1\n{% url 'nosuch' %}"}};
  auto failed = site.get("/");
  CHECK(failed.status == 500);
  CHECK(failed.body.find("page.html, line 2") != std::string::npos);
  CHECK(site.get("/none/").status == 500);
}

TEST_CASE("HEAD has the length of the body, but not the body") {
  Site site(patterns());
  auto head = site.send("HEAD", "/");
  CHECK(head.status == 200);
  CHECK(head.body.empty());
  CHECK(head.header("Content-Length") == "4");
  CHECK(site.send("OPTIONS", "/").body == "home");
  CHECK(site.send("TRACE", "/").body == "home");
}

TEST_CASE("what has not changed is not sent again") {
  Site site(patterns());
  auto status = [&](Client::Headers headers) { return site.get("/etag/", headers).status; };
  CHECK(status({}) == 200);
  auto same = site.get("/etag/", {{"If-None-Match", "\"x\", W/\"abc\""}});
  CHECK(same.status == 304);
  CHECK(same.body.empty());
  CHECK(same.header("ETag") == "\"abc\"");
  CHECK(status({{"If-None-Match", "*"}}) == 304);
  CHECK(status({{"If-None-Match", "\"x\""}}) == 200);
  CHECK(status({{"If-Modified-Since", "Sun, 22 Nov 2026 13:43:48 GMT"}}) == 304);
  CHECK(status({{"If-Modified-Since", "Sun, 22 Nov 2026 13:43:47 GMT"}}) == 200);
  CHECK(status({{"If-Modified-Since", "yesterday"}}) == 200);
  CHECK(status({{"If-None-Match", "\"x\""},
                {"If-Modified-Since", "Sun, 22 Nov 2026 13:43:48 GMT"}}) == 200);
}

TEST_CASE("forms arrive, long ones are refused") {
  auto settings = test_settings();
  settings.data_upload_max_number_fields = 3;
  settings.data_upload_max_memory_size = 200;
  settings.file_upload_max_memory_size = 10;
  Site site(patterns(), settings);
  Parameters form({{"a", "1"}, {"b", "x y"}});
  auto response = site.ask().post("/form/", form);
  CHECK(response.status == 200);
  CHECK(response.body.starts_with("a=1;b=x y;csrfmiddlewaretoken="));
  form.add("c", "3");
  CHECK(site.ask().post("/form/", form).status == 413);
  CHECK(site.ask().post("/form/", Parameters({{"a", std::string(200, 'x')}})).status == 413);
  auto token = site.ask().cookie("csrftoken");
  auto multipart = [&](std::string content, std::string type = "multipart/form-data; boundary=B") {
    return site.send("POST", "/form/", {{"Content-Type", type}, {"X-CSRFToken", token}},
                     "--B\r\nContent-Disposition: form-data; name=f; filename=\"n\"\r\n\r\n" +
                         content + "\r\n--B--");
  };
  CHECK(multipart("0123456789").body == "n:0123456789;");
  CHECK(multipart("0123456789a").status == 413);
  CHECK(multipart("x", "multipart/form-data; boundary=C").status == 400);
  // A body that is no form is the view's business.
  CHECK(site.send("POST", "/form/", {{"Content-Type", "application/json"}, {"X-CSRFToken", token}},
                  "{}")
            .status == 200);
}

TEST_CASE("malformed targets are refused") {
  Site site(patterns());
  for (std::string target : {"", "x", "/a b", "/a\r\nX: y", "/a#b"}) {
    CAPTURE(target);
    CHECK(site.send("GET", target).status == 400);
  }
  CHECK(site.get("/%ff%00/").status == 404);
}

TEST_CASE("URLs of a request") {
  Site site(patterns());
  CHECK(site.get("/url/?q=a+b&x=%2F").body == "http://testserver/x/ /url/?q=a+b&x=%2F a b");
  RawRequest secure;
  secure.target = "/url/";
  secure.is_secure = true;
  CHECK(site.ask().send(secure).body == "https://testserver/x/ /url/ ");
}

TEST_CASE("middleware of the application goes around the view") {
  Site site(patterns());
  std::string trace;
  auto named = [&](std::string name) {
    return [&trace, name](HttpRequest& request, const Next& next) {
      trace += "<" + name;
      auto response = next(request);
      trace += std::to_string(response.status) + name + ">";
      return response;
    };
  };
  site.parts.middleware = {named("a"), named("b")};
  CHECK(site.get("/").body == "home");
  CHECK(trace == "<a<b200b>200a>");
  trace.clear();
  CHECK(site.get("/fail/denied/").status == 403);
  CHECK(trace == "<a<b403b>403a>");
}

TEST_CASE("a policy of the settings is for pages without one") {
  auto settings = test_settings();
  settings.content_security_policy = "script-src 'nonce-{nonce}'";
  Site site({url("^$", [](const HttpRequest& request) { return render(request, "p.html"); })},
            settings);
  site.parts.templates = {{"p.html", "{{ csp_nonce }}"}};
  auto response = site.get("/");
  CHECK(response.header("Content-Security-Policy") == "script-src 'nonce-" + response.body + "'");
  CHECK(response.body.size() == 22);
  CHECK(site.get("/none/").header("Content-Security-Policy").starts_with("default-src 'self'"));
}

TEST_CASE("a method that is not answered") {
  Site site({url("^$", [](const HttpRequest& request) {
    return request.is_get() ? plain("x") : not_allowed(request, {"GET", "HEAD"});
  })});
  CHECK(site.get("/").status == 200);
  auto refused = site.send("OPTIONS", "/");
  CHECK(refused.status == 405);
  CHECK(refused.header("Allow") == "GET, HEAD");
}

TEST_CASE("a site without a secret is not started") {
  Settings settings;
  CHECK_THROWS_WITH_AS(Application({.settings = settings}), doctest::Contains("SECRET_KEY"), Error);
  settings.debug = true;
  CHECK_NOTHROW(Application({.settings = settings}));
}

TEST_CASE("a request that could not be read gets a page as well") {
  Site site(patterns());
  site.ask();
  auto response = site.application->refuse(RawRequest(), Error(Code::too_large, "too much"));
  CHECK(response.status == 413);
  CHECK(response.header("X-Content-Type-Options") == "nosniff");
}
