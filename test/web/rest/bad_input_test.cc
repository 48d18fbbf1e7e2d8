// Input that somebody made to do harm: depth, length, markup, headers.
#include "web/rest/json_markup.h"
#include "web/rest/shop.h"

namespace tt::shop {
namespace {

const web::Client::Headers page = {{"Authorization", "Basic cm9vdDpzZWNyZXQ="},
                                   {"Accept", "text/html"}};

TEST_CASE("bad input: JSON that is nested too deeply") {
  Shop shop;
  CHECK(shop.ask("POST", "/api/owners/", std::string(100'000, '[')) ==
        R"-(400 {"detail":"JSON parse error - Nested too deeply: line 1 column 65 (char 64)"})-");
  CHECK(shop.ask("POST", "/api/owners/", std::string(5000, '{')).starts_with("400"));
}

TEST_CASE("bad input: bodies and forms over their limits") {
  Shop shop;
  CHECK(shop.ask("POST", "/api/owners/", "\"" + std::string(3'000'000, 'x') + "\"") ==
        R"(413 {"detail":"The body is too large."})");
  std::string many;
  for (int i = 0; i < 1100; ++i) many += "a" + std::to_string(i) + "=1&";
  auto response = shop.send("POST", "/api/owners/", many,
                            {{"Authorization", "Basic cm9vdDpzZWNyZXQ="},
                             {"Content-Type", "application/x-www-form-urlencoded"}});
  CHECK(response.status == 413);
}

TEST_CASE("bad input: an object of many members takes no quadratic time") {
  Shop shop;
  std::string body = "{";
  for (int i = 0; i < 100'000; ++i) body += "\"k" + std::to_string(i) + "\":1,";
  body += R"("name":"big"})";
  CHECK(shop.ask("POST", "/api/owners/", body).starts_with("201"));
}

TEST_CASE("bad input: pages escape what rows and queries hold") {
  Shop shop;
  shop.send("POST", "/api/owners/", R"({"name":"<b>&'\"</pre>"})");
  auto response = shop.send("GET", "/api/owners/3/?x=%22%3E%3Cscript%3E", {}, page);
  CHECK(response.status == 200);
  CHECK_FALSE(response.body.contains("<b>&"));
  CHECK_FALSE(response.body.contains("<script>"));
  CHECK(response.body.contains("&lt;b&gt;&amp;"));
  CHECK(response.header("Content-Security-Policy").contains("default-src 'self'"));
}

TEST_CASE("bad input: only http and https become links") {
  CHECK(rest::json_markup(R"({"a": "http://x/?a=1&b"})") ==
        R"({<span class="k">&quot;a&quot;</span>: <span class="s">&quot;)"
        R"(<a href="http://x/?a=1&amp;b" rel="nofollow">http://x/?a=1&amp;b</a>&quot;</span>})");
  for (const char* text : {"javascript:alert(1)", "data:text/html,x", "http://x/ onload=y",
                           "http://x/\\\"onload=y", "ftp://x/"}) {
    CAPTURE(text);
    CHECK_FALSE(rest::json_markup("[\"" + std::string(text) + "\"]").contains("<a "));
  }
}

TEST_CASE("bad input: a format that is no format") {
  Shop shop;
  CHECK(shop.ask("GET", "/api/owners/?format=%0d%0aX:y") == R"(404 {"detail":"Not found."})");
  CHECK(shop.ask("GET", "/api/owners.exe") == R"(404 {"detail":"Not found."})");
}

TEST_CASE("bad input: texts that look like SQL are values") {
  Shop shop;
  CHECK(shop.ask("GET", "/api/devices/?search=%27%20OR%201=1--").contains("\"count\":0"));
  CHECK(
      shop.ask("GET", "/api/devices/?owner__name=%27%3BDROP%20TABLE%20x").contains("\"count\":0"));
  CHECK(shop.ask("GET", "/api/devices/1%20OR%201=1/").starts_with("404"));
}

}  // namespace
}  // namespace tt::shop
