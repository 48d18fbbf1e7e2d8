// What each field of a serializer accepts, refuses and shows.
#include "web/rest/shop.h"

namespace tt::shop {
namespace {

// A device with the members given besides those that are needed.
std::string with(std::string_view members) {
  return R"({"serial":"x","owner":2)" + (members.empty() ? "" : "," + std::string(members)) + "}";
}

// What a new device with that member is answered: the status and the member, or the errors.
std::string made(Shop& shop, std::string_view name, std::string_view json) {
  auto response = shop.send("POST", "/api/devices/",
                            with("\"" + std::string(name) + "\":" + std::string(json)));
  if (response.status != 201) return response.body;
  std::string key = "\"" + std::string(name) + "\":";
  std::size_t begin = response.body.find(key) + key.size();
  std::size_t end = response.body.find(",\"", begin);
  // Each device is made once.
  auto devices = orm::objects<Device>(*shop.database);
  devices.filter(orm::f<&Device::serial> == "x").erase();
  return response.body.substr(begin, std::min(end, response.body.size() - 1) - begin);
}

TEST_CASE("fields: a device shows every kind of value") {
  Shop shop;
  CHECK(shop.ask("POST", "/api/devices/",
                 with(
                     R"("tags":[2,1],"exposure":"o","humidity":5,"uptime":9007199254740993,
               "elevation":1e16,
               "price":"1.5","active":false,"seen":"2014-01-02T03:04:05.5+02:00",
               "built":"2014-01-02","uuid":"F81D4FAE7DEC41D08765-00A0C91E6BF6",
               "extra":{"a":[1, 2.50,"é"]},"site":"http://example.com/","notes":" two\nlines ")")) ==
        R"(201 {"id":5,"serial":"x","owner":2,"tags":[2,1],"exposure":"o","humidity":5,)"
        R"("uptime":9007199254740993,"elevation":1e+16,"price":"1.50","active":false,)"
        R"("seen":"2014-01-02T01:04:05.500000Z","built":"2014-01-02",)"
        R"("uuid":"f81d4fae-7dec-41d0-8765-00a0c91e6bf6","extra":{"a":[1,2.5,"é"]},)"
        R"("site":"http://example.com/","notes":"two\nlines"})");
}

TEST_CASE("fields: integers") {
  Shop shop;
  CHECK(made(shop, "humidity", "12") == "12");
  CHECK(made(shop, "humidity", "\" 12 \"") == "12");
  CHECK(made(shop, "humidity", "12.0") == "12");
  CHECK(made(shop, "humidity", "\"1_2\"") == "12");
  CHECK(made(shop, "humidity", "null") == "null");
  for (const char* wrong : {"12.5", "\"abc\"", "true", "[]", "{}", "\"\"", "1e400"}) {
    CAPTURE(wrong);
    CHECK(made(shop, "humidity", wrong) == R"({"humidity":["A valid integer is required."]})");
  }
  CHECK(made(shop, "humidity", "101") ==
        R"({"humidity":["Ensure this value is less than or equal to 100."]})");
  CHECK(made(shop, "humidity", "-1") ==
        R"({"humidity":["Ensure this value is greater than or equal to 0."]})");
  CHECK(made(shop, "uptime", "9223372036854775808") ==
        R"({"uptime":["Ensure this value is less than or equal to 9223372036854775807."]})");
  CHECK(made(shop, "humidity", "\"" + std::string(1001, '1') + "\"") ==
        R"({"humidity":["String value too large."]})");
}

TEST_CASE("fields: real numbers") {
  Shop shop;
  CHECK(made(shop, "elevation", "1") == "1.0");
  CHECK(made(shop, "elevation", "\"1e-5\"") == "1e-05");
  CHECK(made(shop, "elevation", "true") == "1.0");
  for (const char* wrong : {"\"abc\"", "\"nan\"", "1e400", "[]", "\"\""}) {
    CAPTURE(wrong);
    CHECK(made(shop, "elevation", wrong) == R"({"elevation":["A valid number is required."]})");
  }
}

TEST_CASE("fields: decimals") {
  Shop shop;
  CHECK(made(shop, "price", "1") == "\"1.00\"");
  CHECK(made(shop, "price", "\"-999.99\"") == "\"-999.99\"");
  CHECK(made(shop, "price", "\"12e1\"") == "\"120.00\"");
  CHECK(made(shop, "price", "\"\"") == "null");
  CHECK(made(shop, "price", "\"1.234\"") ==
        R"({"price":["Ensure that there are no more than 2 decimal places."]})");
  CHECK(made(shop, "price", "123456") ==
        R"({"price":["Ensure that there are no more than 5 digits in total."]})");
  CHECK(made(shop, "price", "1234") ==
        R"({"price":["Ensure that there are no more than 3 digits before the decimal point."]})");
  for (const char* wrong : {"\"x\"", "\"NaN\"", "\"Infinity\"", "true", "[1]"}) {
    CAPTURE(wrong);
    CHECK(made(shop, "price", wrong) == R"({"price":["A valid number is required."]})");
  }
}

TEST_CASE("fields: truth values") {
  Shop shop;
  for (const char* yes : {"true", "\"true\"", "\"on\"", "\"Y\"", "1", "1.0", "\"1\""}) {
    CAPTURE(yes);
    CHECK(made(shop, "active", yes) == "true");
  }
  for (const char* no : {"false", "\"off\"", "\"F\"", "0", "\"0\""}) {
    CAPTURE(no);
    CHECK(made(shop, "active", no) == "false");
  }
  for (const char* wrong : {"2", "\"maybe\"", "[]", "\"\""}) {
    CAPTURE(wrong);
    CHECK(made(shop, "active", wrong) == R"({"active":["Must be a valid boolean."]})");
  }
  CHECK(made(shop, "active", "null") == R"({"active":["This field may not be null."]})");
}

TEST_CASE("fields: times, dates, uuids") {
  Shop shop;
  CHECK(made(shop, "seen", "\"2014-01-02 03:04\"") == "\"2014-01-02T03:04:00Z\"");
  const std::string no_time =
      R"({"seen":["Datetime has wrong format. Use one of these formats instead: )"
      R"(YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."]})";
  for (const char* wrong : {"\"2014-01-02\"", "\"2014-13-02T00:00\"", "1", "\"\"", "\"now\""}) {
    CAPTURE(wrong);
    CHECK(made(shop, "seen", wrong) == no_time);
  }
  CHECK(made(shop, "built", "\"2014-02-30\"") ==
        R"({"built":["Date has wrong format. Use one of these formats instead: YYYY-MM-DD."]})");
  CHECK(made(shop, "uuid", "\"f81d4fae\"") == R"({"uuid":["Must be a valid UUID."]})");
}

TEST_CASE("fields: texts with a form") {
  Shop shop;
  CHECK(made(shop, "site", "\"nowhere\"") == R"({"site":["Enter a valid URL."]})");
  CHECK(made(shop, "site", "\"\"") == "\"\"");
  CHECK(made(shop, "exposure", "\"z\"") == R"({"exposure":["\"z\" is not a valid choice."]})");
  CHECK(made(shop, "exposure", "\"o\"") == "\"o\"");
  CHECK(shop.ask("POST", "/api/owners/", R"({"name":"eve","email":"eve@"})") ==
        R"(400 {"email":["Enter a valid email address."]})");
}

TEST_CASE("fields: unique values and groups") {
  Shop shop;
  CHECK(shop.ask("POST", "/api/owners/", R"({"name":"ann"})") ==
        R"(400 {"name":["owner with this name already exists."]})");
  CHECK(shop.ask("PATCH", "/api/owners/1/", R"({"name":"ann"})").starts_with("200 "));
  CHECK(shop.ask("POST", "/api/devices/", R"({"serial":"d1","owner":1})") ==
        R"(400 {"non_field_errors":["The fields owner, serial must make a unique set."]})");
  CHECK(shop.ask("PATCH", "/api/devices/2/", R"({"serial":"d1"})") ==
        R"(400 {"non_field_errors":["The fields owner, serial must make a unique set."]})");
  CHECK(shop.ask("PATCH", "/api/devices/1/", R"({"serial":"d1"})").starts_with("200 "));
}

TEST_CASE("fields: relations by key") {
  Shop shop;
  CHECK(shop.ask("POST", "/api/devices/", R"({"serial":"x","owner":9})") ==
        R"(400 {"owner":["Invalid pk \"9\" - object does not exist."]})");
  CHECK(shop.ask("POST", "/api/devices/", R"({"serial":"x","owner":"ann"})") ==
        R"(400 {"owner":["Incorrect type. Expected pk value, received str."]})");
  CHECK(shop.ask("POST", "/api/devices/", R"({"serial":"x","owner":true})") ==
        R"(400 {"owner":["Incorrect type. Expected pk value, received bool."]})");
  CHECK(shop.ask("POST", "/api/devices/", R"({"serial":"x","owner":null})") ==
        R"(400 {"owner":["This field may not be null."]})");
  CHECK(made(shop, "tags", "[1,2,1]") == "[1,2]");
  CHECK(made(shop, "tags", "[]") == "[]");
  CHECK(made(shop, "tags", "[9]") == R"({"tags":["Invalid pk \"9\" - object does not exist."]})");
  CHECK(made(shop, "tags", "\"1\"") ==
        R"({"tags":["Expected a list of items but got type \"str\"."]})");
  CHECK(shop.ask("POST", "/api/devices/", R"({"serial":"x","owner":99999999999999999999})") ==
        R"(400 {"owner":["Invalid pk \"99999999999999999999\" - object does not exist."]})");
}

TEST_CASE("fields: relations by URL") {
  Shop shop;
  auto refused = [&](std::string owner) {
    return shop.ask("POST", "/api/anns/", R"({"serial":"x","tags":[],"owner":)" + owner + "}");
  };
  CHECK(refused("\"/nowhere/\"") == R"(400 {"owner":["Invalid hyperlink - No URL match."]})");
  CHECK(refused("\"http://testserver/api/tags/1/\"") ==
        R"(400 {"owner":["Invalid hyperlink - Incorrect URL match."]})");
  CHECK(refused("\"http://testserver/api/owners/9/\"") ==
        R"(400 {"owner":["Invalid hyperlink - Object does not exist."]})");
  CHECK(refused("1") == R"(400 {"owner":["Incorrect type. Expected URL string, received int."]})");
  auto response = shop.send("POST", "/api/anns/",
                            R"({"serial":"x","tags":["/api/tags/2/"],"owner":"/api/owners/1/",)"
                            R"("secret":"abc"})");
  CHECK(response.status == 201);
  CHECK(response.body ==
        R"({"url":"http://testserver/api/devices/5/","serial":"x",)"
        R"("owner":"http://testserver/api/owners/1/","tags":["http://testserver/api/tags/2/"],)"
        R"("owner_name":"ann","owner_shown":{"id":1,"name":"ann","email":"ann@example.com"},)"
        R"("words":["old"],"tall":false})");
  CHECK(response.header("Location") == "http://testserver/api/devices/5/");
  CHECK(shop.ask("GET", "/api/devices/5/").contains(R"("notes":"made by root")"));
}

TEST_CASE("fields: a serializer's own check") {
  Shop shop;
  CHECK(shop.ask("POST", "/api/anns/", R"({"serial":"none","tags":[],"owner":"/api/owners/1/"})") ==
        R"(400 {"serial":["Not that one."]})");
}

TEST_CASE("fields: forms say less than JSON") {
  Shop shop;
  web::Client::Headers form = {{"Authorization", "Basic cm9vdDpzZWNyZXQ="},
                               {"Content-Type", "application/x-www-form-urlencoded"}};
  // A box that is not ticked is not sent; an empty text may mean null.
  auto made = shop.send("POST", "/api/devices/",
                        "serial=x&owner=2&tags=1&tags=3&humidity=&extra=%7B%22a%22:1%7D", form);
  CHECK(made.status == 201);
  CHECK(made.body.contains(R"("tags":[1,3])"));
  CHECK(made.body.contains(R"("humidity":null)"));
  CHECK(made.body.contains(R"("active":false)"));
  CHECK(made.body.contains(R"("extra":{"a":1})"));
  auto partial = shop.send("PATCH", "/api/devices/1/", "humidity=7", form);
  CHECK(partial.status == 200);
  CHECK(partial.body.contains(R"("active":true)"));
  CHECK(shop.send("PATCH", "/api/devices/1/", "extra=%7B", form).body ==
        R"({"extra":["Value must be valid JSON."]})");
}

TEST_CASE("fields: a serializer without a model") {
  Shop shop;
  CHECK(shop.ask("POST", "/command/?please", R"({"name":" on "})") ==
        R"(200 {"name":"on","level":1})");
  CHECK(shop.ask("POST", "/command/?please", R"({"level":0})") ==
        R"(400 {"name":["This field is required."],)"
        R"("level":["Ensure this value is greater than or equal to 1."]})");
  CHECK(shop.ask("POST", "/command/?please", "[1]") ==
        R"(400 {"non_field_errors":["Invalid data. Expected a dictionary, but got list."]})");
  CHECK(shop.ask("POST", "/command/?please", "null") ==
        R"(400 {"non_field_errors":["No data provided"]})");
}

}  // namespace
}  // namespace tt::shop
