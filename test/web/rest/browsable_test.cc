// The pages of the browsable API: what they show to whom.
#include "web/rest/shop.h"

namespace tt::shop {
namespace {

using Headers = web::Client::Headers;
const Headers root_page = {{"Authorization", "Basic cm9vdDpzZWNyZXQ="}, {"Accept", "text/html"}};
const Headers nobodys_page = {{"Accept", "text/html"}};

TEST_CASE("page: a list with its crumbs, pager, search and form") {
  Shop shop;
  auto page = shop.send("GET", "/api/devices/?ordering=serial", {}, root_page);
  CHECK(page.header("Content-Type") == "text/html; charset=utf-8");
  CHECK(page.body.contains("<h1>Device List</h1>"));
  CHECK(page.body.contains("<a href=\"/api/\">Api Root</a>"));
  CHECK(page.body.contains("HTTP 200 OK"));
  CHECK(page.body.contains("href=\"http://testserver/api/devices/?ordering=serial&amp;page=2\""));
  CHECK(page.body.contains("name=\"search\""));
  CHECK(page.body.contains("<option value=\"serial\" selected>"));
  CHECK(page.body.contains("name=\"humidity\" type=\"number\""));
  CHECK(page.body.contains("<option value=\"o\">outdoors</option>"));
  CHECK(page.body.contains("<option value=\"1\">ann</option>"));
  CHECK(page.body.contains("data-raw"));
  CHECK_FALSE(page.body.contains("data-method=\"DELETE\""));
}

TEST_CASE("page: a row can be changed and deleted") {
  Shop shop;
  auto page = shop.send("GET", "/api/devices/1/", {}, root_page);
  CHECK(page.body.contains("<h1>Device Instance</h1>"));
  CHECK(page.body.contains("data-method=\"DELETE\""));
  CHECK(page.body.contains("name=\"serial\" type=\"text\" value=\"d1\""));
  CHECK(page.body.contains("<button data-method=\"PATCH\">"));
}

TEST_CASE("page: who may not write sees no forms") {
  Shop shop;
  auto page = shop.send("GET", "/api/owners/1/", {}, nobodys_page);
  CHECK(page.status == 200);
  CHECK_FALSE(page.body.contains("data-raw"));
  CHECK_FALSE(page.body.contains("data-method=\"DELETE\""));
  CHECK(page.body.contains("/api-auth/login/?next=/api/owners/1/"));
}

TEST_CASE("page: after a refusal the form holds what was sent, with the messages") {
  Shop shop;
  Headers form = root_page;
  form.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  auto page = shop.send("POST", "/api/owners/", "name=ann&email=nowhere", form);
  CHECK(page.status == 400);
  CHECK(page.body.contains("value=\"nowhere\""));
  CHECK(page.body.contains("Enter a valid email address."));
  CHECK(page.body.contains("owner with this name already exists."));
}

TEST_CASE("page: errors are pages, too") {
  Shop shop;
  auto missing = shop.send("GET", "/api/owners/99/", {}, root_page);
  CHECK(missing.status == 404);
  CHECK(missing.body.contains("HTTP 404 Not Found"));
  auto gone = shop.send("DELETE", "/api/devices/1/", {}, root_page);
  CHECK(gone.status == 200);  // so that browsers show the page
  CHECK(gone.body.contains("HTTP 204 No Content"));
  auto unreadable = shop.send("POST", "/api/owners/", "{", root_page);
  CHECK(unreadable.status == 400);
  CHECK(unreadable.body.contains("JSON parse error"));
}

TEST_CASE("page: its files are there, and nothing runs that is not a file") {
  Shop shop;
  auto page = shop.send("GET", "/api/", {}, root_page);
  for (const char* file : {"rest/api.css", "rest/api.js"}) {
    std::string url = shop.application->static_files().url_of(file);
    CHECK(page.body.contains(url));
    CHECK(shop.send("GET", url).status == 200);
  }
  CHECK_FALSE(page.body.contains("<script>"));
  CHECK_FALSE(page.body.contains(" onclick"));
  CHECK_FALSE(page.body.contains(" style="));
}

TEST_CASE("page: signing in and a form with the token") {
  Shop shop;
  web::Client browser(*shop.application);
  CHECK(browser.get("/api-auth/login/?next=/api/owners/").status == 200);
  auto entered = browser.post(
      "/api-auth/login/",
      web::Parameters({{"username", "root"}, {"password", "secret"}, {"next", "/api/owners/"}}));
  CHECK(entered.status == 302);
  CHECK(entered.header("Location") == "/api/owners/");
  CHECK(browser
            .post("/api/owners/", web::Parameters(std::vector<std::pair<std::string, std::string>>{
                                      {"name", "new"}}))
            .status == 201);
  web::RawRequest forged;
  forged.method = "POST";
  forged.target = "/api/owners/";
  forged.body = R"({"name":"forged"})";
  forged.headers = {{"Content-Type", "application/json"}};
  auto refused = browser.send(std::move(forged));
  CHECK(refused.status == 403);
  CHECK(refused.body == R"({"detail":"CSRF Failed: CSRF token missing or incorrect."})");
}

}  // namespace
}  // namespace tt::shop
