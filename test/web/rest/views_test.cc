// Viewsets, routers, permissions, throttles, pages and filters.
#include <boost/json/parse.hpp>

#include "web/auth/models.h"
#include "web/rest/shop.h"

namespace tt::shop {
namespace {

using Headers = web::Client::Headers;
const Headers nobody = {};
const Headers bob = {{"Authorization", "Basic Ym9iOmJ1aWxkZXI="}};
const Headers root = {{"Authorization", "Basic cm9vdDpzZWNyZXQ="}};

// The serials of the rows in an answer, "d1 d2".
std::string serials(const web::HttpResponse& response) {
  auto tree = boost::json::parse(response.body);
  std::string found;
  for (const auto& row : tree.at("results").as_array()) {
    found += (found.empty() ? "" : " ") + std::string(row.at("serial").as_string());
  }
  return found;
}

TEST_CASE("router: the root lists what there is") {
  Shop shop;
  CHECK(shop.ask("GET", "/api/") ==
        R"(200 {"owners":"http://testserver/api/owners/","tags":"http://testserver/api/tags/",)"
        R"("devices":"http://testserver/api/devices/","anns":"http://testserver/api/anns/",)"
        R"("with-devices":"http://testserver/api/with-devices/"})");
}

TEST_CASE("viewset: rows are shown, changed and deleted") {
  Shop shop;
  CHECK(shop.ask("GET", "/api/owners/1/") ==
        R"(200 {"id":1,"name":"ann","email":"ann@example.com"})");
  CHECK(shop.ask("PUT", "/api/owners/2/", R"({"name":"benny"})") ==
        R"(200 {"id":2,"name":"benny","email":""})");
  CHECK(shop.ask("DELETE", "/api/owners/1/") == "204 ");
  CHECK(shop.ask("GET", "/api/devices/1/") == R"(404 {"detail":"Not found."})");  // went along
  CHECK(shop.ask("GET", "/api/owners/99999999999999999999/").starts_with("404"));
  CHECK(shop.ask("POST", "/api/tags/", "{}") == R"(405 {"detail":"Method \"POST\" not allowed."})");
}

TEST_CASE("viewset: hooks choose rows and say what saving and deleting mean") {
  Shop shop;
  CHECK(shop.send("GET", "/api/anns/3/").status == 404);  // ben's
  CHECK(shop.ask("DELETE", "/api/anns/1/") == "204 ");
  CHECK(shop.ask("GET", "/api/devices/1/").contains(R"("active":false)"));
}

TEST_CASE("viewset: nested rows of the way back") {
  Shop shop;
  CHECK(shop.ask("GET", "/api/with-devices/") ==
        R"(200 [{"name":"ann","devices":[{"id":1,"serial":"d1"},{"id":2,"serial":"d2"},)"
        R"({"id":4,"serial":"d4"}]},{"name":"ben","devices":[{"id":3,"serial":"d3"}]}])");
}

TEST_CASE("viewset: extra actions") {
  Shop shop;
  CHECK(shop.ask("GET", "/api/devices/recent/") == R"(200 {"recent":true})");
  CHECK(shop.ask("GET", "/api/devices/recent.json") == R"(200 {"recent":true})");
  CHECK(shop.ask("POST", "/api/devices/2/reset/") == R"(200 {"reset":"d2"})");
  CHECK(shop.ask("GET", "/api/devices/2/").contains(R"("humidity":0)"));
  CHECK(shop.ask("POST", "/api/devices/99/reset/").starts_with("404"));
  CHECK(shop.ask("GET", "/api/devices/2/reset/").starts_with("405"));
}

TEST_CASE("pages: by number") {
  Shop shop;
  auto first = shop.send("GET", "/api/devices/?x=a%20b");
  CHECK(serials(first) == "d1 d2 d3");
  CHECK(first.body.starts_with(
      R"({"count":4,"next":"http://testserver/api/devices/?page=2&x=a+b","previous":null,)"));
  auto last = shop.send("GET", "/api/devices/?page=last");
  CHECK(serials(last) == "d4");
  CHECK(last.body.contains(R"("previous":"http://testserver/api/devices/")"));
  for (const char* wrong : {"3", "0", "-1", "x", ""}) {
    CHECK(shop.ask("GET", std::string("/api/devices/?page=") + wrong) ==
          R"(404 {"detail":"Invalid page."})");
  }
}

TEST_CASE("pages: by limit and offset") {
  Shop shop;
  CHECK(shop.ask("GET", "/api/tags/?limit=9&offset=1") ==
        R"(200 {"count":4,"next":null,"previous":"http://testserver/api/tags/?limit=3",)"
        R"("results":[{"id":2,"word":"old"},{"id":3,"word":"hot"},{"id":4,"word":"wet"}]})");
  CHECK(shop.ask("GET", "/api/tags/?offset=0")
            .contains(R"("next":"http://testserver/api/tags/?limit=2&offset=2")"));
  CHECK(shop.ask("GET", "/api/tags/?offset=99").contains(R"("results":[])"));
}

TEST_CASE("pages: by cursor, there and back") {
  Shop shop;
  auto follow = [&](const web::HttpResponse& page, std::string_view link) {
    auto tree = boost::json::parse(page.body);
    std::string url(tree.at(link).as_string());
    return shop.send("GET", url.substr(std::string("http://testserver").size()));
  };
  auto first = shop.send("GET", "/api/anns/");
  CHECK(serials(first) == "d4 d2");
  CHECK(boost::json::parse(first.body).at("previous").is_null());
  auto second = follow(first, "next");
  CHECK(serials(second) == "d1");
  CHECK(boost::json::parse(second.body).at("next").is_null());
  auto back = follow(second, "previous");
  CHECK(serials(back) == "d4 d2");
  CHECK(shop.ask("GET", "/api/anns/?cursor=*") == R"(404 {"detail":"Invalid cursor"})");
}

TEST_CASE("filters: fields, words and order") {
  Shop shop;
  CHECK(serials(shop.send("GET", "/api/devices/?humidity__gte=20")) == "d2 d4");
  CHECK(serials(shop.send("GET", "/api/devices/?owner__name=ben")) == "d3");
  CHECK(shop.ask("GET", "/api/devices/?humidity__gte=x") ==
        R"(400 {"humidity__gte":["Enter a valid value."]})");
  CHECK(serials(shop.send("GET", "/api/devices/?search=BE")) == "d3");
  CHECK(serials(shop.send("GET", "/api/devices/?search=d,4")) == "d4");
  CHECK(serials(shop.send("GET", "/api/devices/?ordering=-serial")) == "d4 d3 d2");
  CHECK(serials(shop.send("GET", "/api/devices/?ordering=uuid;DROP,-nosuch")) == "d1 d2 d3");
}

TEST_CASE("permissions: those of the model") {
  Shop shop;
  CHECK(shop.send("GET", "/api/owners/", {}, nobody).status == 200);
  auto refused = shop.send("POST", "/api/owners/", R"({"name":"x"})", nobody);
  CHECK(refused.status == 401);
  CHECK(refused.header("WWW-Authenticate") == "Basic realm=\"api\"");
  CHECK(shop.send("POST", "/api/owners/", R"({"name":"x"})", bob).body ==
        R"({"detail":"You do not have permission to perform this action."})");
  CHECK(shop.send("POST", "/api/owners/", R"({"name":"x"})", root).status == 201);
}

TEST_CASE("permissions: one of the application's own") {
  Shop shop;
  CHECK(shop.ask("POST", "/command/", R"({"name":"x"})") == R"(403 {"detail":"Say please."})");
}

TEST_CASE("authentication: by token") {
  Shop shop;
  web::auth::Token token;
  token.key = "0123456789012345678901234567890123456789";
  token.user = std::int64_t{2};
  orm::objects<web::auth::Token>(*shop.database).create(std::move(token));
  auto with = [&](std::string header) {
    auto response = shop.send("POST", "/api/owners/", R"({"name":"x"})",
                              {{"Authorization", std::move(header)}});
    return std::to_string(response.status) + " " + response.body;
  };
  CHECK(with("Token 0123456789012345678901234567890123456789") ==
        R"(403 {"detail":"You do not have permission to perform this action."})");
  CHECK(with("Token wrong") == R"(401 {"detail":"Invalid token."})");
  CHECK(with("Token") == R"(401 {"detail":"Invalid token header. No credentials provided."})");
  CHECK(with("Token a b") ==
        R"(401 {"detail":"Invalid token header. Token string should not contain spaces."})");
}

TEST_CASE("throttle: too many requests have to wait") {
  Shop shop;
  auto ask = [&](const Headers& headers) { return shop.send("GET", "/slow/", {}, headers); };
  CHECK(ask(nobody).status == 200);
  CHECK(ask(nobody).status == 200);
  auto refused = ask(nobody);
  CHECK(refused.status == 429);
  CHECK(refused.header("Retry-After") == "1");
  CHECK(refused.body == R"({"detail":"Request was throttled. Expected available in 1 second."})");
  CHECK(ask(bob).status == 200);  // counted for himself
  shop.clock.advance(std::chrono::seconds(1));
  // The third of the minute was the refused one, which counted for the minute all the same.
  CHECK(ask(nobody).status == 429);
  shop.clock.advance(std::chrono::seconds(60));
  CHECK(ask(nobody).status == 200);
}

TEST_CASE("throttle: what is remembered is bounded") {
  rest::RequestHistory history(100);
  rest::Rate rate{10, std::chrono::hours(1)};
  for (int i = 0; i < 1000; ++i) {
    CHECK_FALSE(history.take("client" + std::to_string(i), rate, Microseconds(i)));
  }
  CHECK(history.entries() <= 100);
  CHECK_FALSE(rest::parse_rate("10/year"));
  CHECK_FALSE(rest::parse_rate("x/hour"));
  CHECK(rest::parse_rate("10/min")->period == std::chrono::minutes(1));
}

TEST_CASE("options: fields with their limits and choices") {
  Shop shop;
  auto tree = boost::json::parse(shop.send("OPTIONS", "/api/devices/").body);
  auto& fields = tree.at("actions").at("POST");
  CHECK(fields.at("humidity").at("max_value") == 100);
  CHECK(fields.at("exposure").at("choices").at(1).at("display_name") == "outdoors");
  CHECK(fields.at("notes").at("help_text") == "Anything else.");
  CHECK(fields.at("id").at("read_only") == true);
  CHECK(fields.at("owner").at("type") == "field");
  auto nobodys = boost::json::parse(shop.send("OPTIONS", "/api/owners/", {}, nobody).body);
  CHECK_FALSE(nobodys.as_object().contains("actions"));
}

TEST_CASE("schema: paths, parameters and components") {
  Shop shop;
  auto tree = boost::json::parse(shop.send("GET", "/schema/").body);
  CHECK(tree.at("openapi") == "3.0.3");
  CHECK(tree.at("info").at("title") == "Shop");
  auto& list = tree.at("paths").at("/api/devices/").at("get");
  CHECK(list.at("operationId") == "listDevice");
  CHECK(list.at("parameters").at(0).at("name") == "page");
  auto& device = tree.at("components").at("schemas").at("Device").at("properties");
  CHECK(device.at("price").at("format") == "decimal");
  CHECK(device.at("tags").at("type") == "array");
  CHECK(tree.at("paths").at("/api/devices/{id}/").as_object().contains("patch"));
  CHECK_FALSE(tree.at("paths").at("/api/tags/").as_object().contains("post"));
}

TEST_CASE("settings: unknown names are refused with the nearest one") {
  auto refused = [](std::string_view text) {
    auto tree = boost::json::parse(text);
    try {
      rest::read_settings(tree.as_object());
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(refused(R"({"PAGE_SIZ": 1})") ==
        "settings: REST_FRAMEWORK.PAGE_SIZ: unknown setting; did you mean PAGE_SIZE?");
  CHECK(refused(R"({"DEFAULT_PERMISSION_CLASSES": ["IsAdmin"]})")
            .contains("did you mean IsAdminUser?"));
  CHECK(refused(R"({"PAGE_SIZE": "ten"})").contains("PAGE_SIZE"));
  CHECK(refused(R"({"DEFAULT_THROTTLE_RATES": {"user": "fast"}})").contains("'fast' is no rate"));
  CHECK(refused(R"({"PAGINATE_BY": 10, "DEFAULT_PERMISSION_CLASSES":
                    ["rest_framework.permissions.IsAdminUser"]})")
            .empty());
}

}  // namespace
}  // namespace tt::shop
