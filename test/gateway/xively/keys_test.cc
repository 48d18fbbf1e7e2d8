#include <doctest/doctest.h>

#include "base/error.h"
#include "gateway/xively/api.h"
#include "gateway/xively/keys_json.h"
#include "support/cloud.h"

using namespace tt;
using namespace tt::gateway::xively;
using namespace std::chrono_literals;

namespace {

// Every member of a key and its parts.
constexpr std::string_view whole_key =
    R"({"key":{"label":"sharing key","private_access":true,)"
    R"("expires_at":"2033-03-27T01:23:45.123456Z","permissions":[)"
    R"({"access_methods":["put","get"],"source_ip":"128.44.98.129","referer":"my-domain.com",)"
    R"("minimum_interval":3600,"label":"fans","resources":[)"
    R"({"feed_id":504,"datastream_id":"fan1"},{"feed_id":505}]},{"access_methods":["delete"]}]}})";

identity::Key key_of(std::string_view body) {
  identity::Key key;
  key.secret = "SECRET";
  key.settings = changed_by(parse_key(body, Limits{}), {});
  return key;
}

// "unprocessable: Label can't be blank", or "ok".
std::string refusal_of(const std::string& body) {
  try {
    key_of(body);
  } catch (const Error& e) {
    return fmt::format("{}: {}", name_of(e.code()), e.what());
  }
  return "ok";
}

std::string with_permission(std::string_view members) {
  return fmt::format(R"({{"key":{{"label":"k","permissions":[{{{}}}]}}}})", members);
}

std::string with_resources(std::string_view resources) {
  return with_permission(fmt::format(R"("access_methods":["get"],"resources":{})", resources));
}

// Accounts ann and ben, a feed of each, and the API as one of them.
struct World {
  explicit World(Services& services) : services(services) {}

  Services& services;
  Api api{services};
  identity::AccountId ann = 0, ben = 0;
  registry::FeedId anns_feed = 0, bens_feed = 0;
  identity::CallerPtr caller;
  Format format = Format::json;

  Task<ApiReply> call(std::string_view method, std::string_view path, std::string_view body = {}) {
    ApiRequest request;
    auto question = path.find('?');
    request.method = method;
    request.path = request.whole_path = path.substr(0, question);
    if (question != path.npos) {
      auto equals = path.find('=', question);
      request.parameters.emplace_back(path.substr(question + 1, equals - question - 1),
                                      path.substr(equals + 1));
    }
    request.format = request.body_format = format;
    request.body = body;
    request.caller = caller;
    request.base_url = "http://h";
    co_return co_await api.handle(request);
  }

  Task<int> status(std::string_view method, std::string_view path, std::string_view body = {}) {
    auto reply = co_await call(method, path, body);
    co_return reply.status;
  }

  // The new key's secret.
  Task<std::string> make(std::string_view body) {
    auto reply = co_await call("POST", "/keys", body);
    INFO(reply.body);
    CHECK(reply.status == 201);
    CHECK(reply.body == "");
    REQUIRE(reply.location.starts_with("http://h/v2/keys/"));
    co_return reply.location.substr(17);
  }

  Task<identity::CallerPtr> holder(std::string_view secret) {
    identity::Origin here{"127.0.0.1", ""};
    co_return co_await services.identity.authenticate_key(secret, std::move(here));
  }
};

Task<registry::FeedId> make_feed(Services& services, identity::AccountId owner) {
  registry::FeedChange change;
  change.title = "A feed";
  std::vector<registry::ChannelChange> no_channels;
  auto feed = co_await services.registry.create(owner, std::move(change), std::move(no_channels));
  co_return feed->id;
}

Task<> run_world(Services& services, Task<> (*test)(World&)) {
  World world(services);
  auto ann = co_await services.identity.create_account("ann", "password", identity::Role::user);
  auto ben = co_await services.identity.create_account("ben", "password", identity::Role::user);
  world.ann = ann.id;
  world.ben = ben.id;
  world.anns_feed = co_await make_feed(services, ann.id);
  world.bens_feed = co_await make_feed(services, ben.id);
  world.caller = test::Cloud::master(ann.id);
  co_await test(world);
}

void in_world(Task<> (*test)(World&)) {
  test::Cloud cloud;
  cloud.run([&](Services& services) { return run_world(services, test); });
}

const std::string reader = with_permission(R"("access_methods":["get"])");
const std::string master = R"({"key":{"label":"m","private_access":true,)"
                           R"("permissions":[{"access_methods":["get","put","post","delete"]}]}})";

Task<> lives(World& world) {
  auto secret = co_await world.make(reader);
  CHECK(secret.size() == 48);
  auto path = "/keys/" + secret;
  auto read = co_await world.call("GET", path);
  CHECK(read.status == 200);
  CHECK(read.body == fmt::format(R"({{"key":{{"api_key":"{}","label":"k","private_access":false,)"
                                 R"("permissions":[{{"access_methods":["get"]}}]}}}})",
                                 secret));
  // What is not said stays.
  CHECK(co_await world.status("PUT", path, R"({"key":{"label":"renamed"}})") == 200);
  auto holder = co_await world.holder(secret);
  REQUIRE(holder);
  CHECK(holder->name == "renamed");
  CHECK(holder->permissions.size() == 1);

  auto regenerated = co_await world.call("POST", path + "/regenerate");
  CHECK(regenerated.status == 200);
  CHECK(regenerated.body == "");
  REQUIRE(regenerated.location.starts_with("http://h/v2/keys/"));
  auto renewed = regenerated.location.substr(17);
  CHECK(renewed.size() == 48);
  CHECK(renewed != secret);
  CHECK_FALSE(co_await world.holder(secret));
  CHECK(co_await world.status("GET", path) == 404);
  holder = co_await world.holder(renewed);
  REQUIRE(holder);
  CHECK(holder->name == "renamed");

  CHECK(co_await world.status("DELETE", "/keys/" + renewed) == 200);
  CHECK_FALSE(co_await world.holder(renewed));
  CHECK(co_await world.status("DELETE", "/keys/" + renewed) == 404);
}

Task<> listed(World& world) {
  auto all = co_await world.make(reader);
  auto limited = co_await world.make(
      with_resources(fmt::format(R"([{{"feed_id":{},"datastream_id":"a"}}])", world.anns_feed)));
  auto both = co_await world.call("GET", "/keys");
  CHECK(both.status == 200);
  CHECK(both.body.starts_with(R"({"keys":[{"api_key":")" + all));
  CHECK(both.body.find(limited) != std::string::npos);
  auto of_feed = co_await world.call("GET", fmt::format("/keys?feed_id={}", world.anns_feed));
  CHECK(of_feed.body.starts_with(R"({"keys":[{"api_key":")" + limited));
  CHECK(of_feed.body.find(all) == std::string::npos);
  auto of_none = co_await world.call("GET", fmt::format("/keys?feed_id={}", world.bens_feed));
  CHECK(of_none.body == R"({"keys":[]})");
  CHECK(co_await world.status("GET", "/keys?feed_id=x") == 400);
}

Task<> guarded(World& world) {
  auto own = co_await world.make(reader);
  auto other = co_await world.make(master);
  world.caller = co_await world.holder(own);
  REQUIRE(world.caller);
  CHECK(co_await world.status("GET", "/keys/" + own) == 200);
  CHECK(co_await world.status("GET", "/keys") == 403);
  CHECK(co_await world.status("POST", "/keys", reader) == 403);
  for (const auto& secret : {own, other, std::string("unknown-key")}) {
    CAPTURE(secret);
    if (secret != own) CHECK(co_await world.status("GET", "/keys/" + secret) == 403);
    CHECK(co_await world.status("PUT", "/keys/" + secret, master) == 403);
    CHECK(co_await world.status("DELETE", "/keys/" + secret) == 403);
    CHECK(co_await world.status("POST", "/keys/" + secret + "/regenerate") == 403);
  }
  CHECK(co_await world.holder(own));
  CHECK(co_await world.holder(other));

  world.caller = co_await world.holder(other);
  REQUIRE(world.caller);
  CHECK(co_await world.status("GET", "/keys/" + own) == 200);
  CHECK(co_await world.status("GET", "/keys/unknown-key") == 404);
}

Task<> foreign(World& world) {
  auto anns = co_await world.make(reader);
  world.caller = test::Cloud::master(world.ben);
  CHECK(co_await world.status("GET", "/keys/" + anns) == 404);
  CHECK(co_await world.status("PUT", "/keys/" + anns, reader) == 404);
  CHECK(co_await world.status("DELETE", "/keys/" + anns) == 404);
  CHECK(co_await world.status("POST", "/keys/" + anns + "/regenerate") == 404);
  auto list = co_await world.call("GET", "/keys");
  CHECK(list.body == R"({"keys":[]})");
  CHECK(co_await world.holder(anns));
}

Task<> resources(World& world) {
  auto key = co_await world.make(reader);
  for (auto feed : {world.bens_feed, registry::FeedId{999}}) {
    auto body = with_resources(fmt::format(R"([{{"feed_id":{}}}])", feed));
    auto refused = co_await world.call("POST", "/keys", body);
    CHECK(refused.status == 422);
    CHECK(refused.body == fmt::format(R"({{"title":"Unprocessable Entity",)"
                                      R"("errors":["Resource feed_id {} is no feed of yours"]}})",
                                      feed));
    CHECK(co_await world.status("PUT", "/keys/" + key, body) == 422);
  }
  auto list = co_await world.call("GET", "/keys");
  CHECK(list.body.find("resources") == std::string::npos);
}

Task<> formats(World& world) {
  auto key = co_await world.make(reader);
  for (auto format : {Format::csv, Format::xml, Format::png}) {
    world.format = format;
    CHECK(co_await world.status("GET", "/keys") == 406);
    CHECK(co_await world.status("POST", "/keys", reader) == 406);
    CHECK(co_await world.status("GET", "/keys/" + key) == 406);
    CHECK(co_await world.status("PUT", "/keys/" + key, reader) == 406);
    CHECK(co_await world.status("DELETE", "/keys/" + key) == 406);
    CHECK(co_await world.status("POST", "/keys/" + key + "/regenerate") == 406);
  }
  CHECK(co_await world.holder(key));
  world.format = Format::json;
  CHECK(co_await world.status("POST", "/keys", "{") == 400);
  CHECK(co_await world.status("PUT", "/keys", reader) == 404);
  CHECK(co_await world.status("GET", "/keys/" + key + "/regenerate") == 404);
  CHECK(co_await world.status("POST", "/keys/" + key + "/regenerate/x") == 404);
}

// A connection authenticates once; its key may expire while it is open.
Task<> expired(World& world) {
  auto caller = std::make_shared<identity::Caller>(*world.caller);
  caller->expires_at = world.services.clock.now() + 1s;
  world.caller = caller;
  CHECK(co_await world.status("GET", "/keys") == 200);
  caller->expires_at = world.services.clock.now();
  CHECK(co_await world.status("GET", "/keys") == 401);
  CHECK(co_await world.status("POST", "/keys", reader) == 401);
}

}  // namespace

TEST_CASE("a key is written as it was read, with the members that clients know") {
  CHECK(key_json(key_of(whole_key)) ==
        R"({"key":{"api_key":"SECRET","label":"sharing key","private_access":true,)"
        R"("expires_at":"2033-03-27T01:23:45.123456Z","permissions":[)"
        R"({"access_methods":["get","put"],"source_ip":"128.44.98.129",)"
        R"("referer":"my-domain.com","minimum_interval":3600,"label":"fans","resources":[)"
        R"({"feed_id":504,"datastream_id":"fan1"},{"feed_id":505}]},)"
        R"({"access_methods":["delete"]}]}})");
  CHECK(keys_json({}) == R"({"keys":[]})");
}

TEST_CASE("a key's members come in several spellings") {
  auto key = key_of(
      R"({"key":{"api_key":"mine","user":"x","label":"\u00fc","private_access":"true",)"
      R"("expires_at":null,"permissions":[{"access_methods":["post"],"minimum_interval":"60",)"
      R"("source_ip":"0:0::1","referer":null,"resources":[{"feed_id":"7","datastream_id":0}]}]}})");
  CHECK(key.secret == "SECRET");
  CHECK(key.settings.label == "ü");
  CHECK(key.settings.private_access);
  CHECK_FALSE(key.settings.expires_at);
  const auto& permission = key.settings.permissions.at(0);
  CHECK(permission.minimum_interval_s == 60);
  CHECK(permission.source_ip == "::1");
  CHECK(permission.referer == "");
  CHECK(permission.resources.at(0).feed == 7);
  CHECK(permission.resources.at(0).channel == "0");
  CHECK_FALSE(key_of(reader).settings.private_access);
}

TEST_CASE("keys that cannot be are refused with the reason") {
  auto unprocessable = [](const std::string& body, const std::string& message) {
    CAPTURE(body);
    CHECK(refusal_of(body) == "unprocessable: " + message);
  };
  CHECK(refusal_of("{").starts_with("invalid: parse error"));
  for (auto body : {"{}", "[]", R"({"key":null})", R"({"label":"k"})"}) {
    unprocessable(body, "Key can't be blank");
  }
  unprocessable(R"({"key":{"permissions":[{"access_methods":["get"]}]}})", "Label can't be blank");
  unprocessable(R"({"key":{"label":" ","permissions":[{"access_methods":["get"]}]}})",
                "Label can't be blank");
  for (auto key : {R"({"label":"k"})", R"({"label":"k","permissions":[]})"}) {
    unprocessable(fmt::format(R"({{"key":{}}})", key), "Permissions can't be blank");
  }
  unprocessable(R"({"key":{"permissions":{}}})", "Permissions must be an array");
  unprocessable(R"({"key":{"permissions":[1]}})", "Permission must be an object");
  unprocessable(R"({"key":{"label":[]}})", "Label is invalid");
  unprocessable(R"({"key":{"label":"a\u0000"}})", "Label is invalid");
  unprocessable(R"({"key":{"private_access":1}})", "Private access must be true or false");
  unprocessable(R"({"key":{"expires_at":"soon"}})", "Expires at is invalid");

  unprocessable(with_permission(""), "Access methods can't be blank");
  unprocessable(with_permission(R"("access_methods":[])"), "Access methods can't be blank");
  unprocessable(with_permission(R"("access_methods":"get")"), "Access methods must be an array");
  for (auto method : {"patch", "GET", "", "get,put"}) {
    unprocessable(with_permission(fmt::format(R"("access_methods":["get","{}"])", method)),
                  "Access methods must be of get, put, post and delete");
  }
  for (auto address : {"here", "1.2.3", "1.2.3.0/24", "1.2.3.4 "}) {
    unprocessable(with_permission(fmt::format(R"("source_ip":"{}")", address)),
                  "Source ip is invalid");
  }
  unprocessable(with_permission(R"("access_methods":["get"],"minimum_interval":-1)"),
                "Minimum interval must be greater than or equal to 0");
  unprocessable(with_permission(R"("minimum_interval":1.5)"), "Minimum interval is not a number");
  unprocessable(with_resources("{}"), "Resources must be an array");
  unprocessable(with_resources("[504]"), "Resource must be an object");
  unprocessable(with_resources("[{}]"), "Resource feed_id can't be blank");
  unprocessable(with_resources(R"([{"feed_id":"x"}])"), "Resource feed_id is not a number");
  unprocessable(with_resources(R"([{"feed_id":1,"datastream_id":"a b"}])"),
                "Resource datastream_id is invalid");
}

TEST_CASE("what a key may hold is limited") {
  auto repeated = [](std::string_view element, std::size_t count) {
    std::string list = "[";
    for (std::size_t i = 0; i < count; ++i) list.append(i ? "," : "").append(element);
    return list + "]";
  };
  auto label = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "ü";
    return fmt::format(R"({{"key":{{"label":"{}","permissions":[{{"access_methods":["get"]}}]}}}})",
                       text);
  };
  CHECK(refusal_of(label(255)) == "ok");
  CHECK(refusal_of(label(256)) == "unprocessable: Label is too long (maximum is 255 characters)");

  auto permissions = [&](std::string_view permission, std::size_t count) {
    return fmt::format(R"({{"key":{{"label":"k","permissions":{}}}}})",
                       repeated(permission, count));
  };
  constexpr std::string_view get = R"({"access_methods":["get"]})";
  CHECK(refusal_of(permissions(get, 64)) == "ok");
  CHECK(refusal_of(permissions(get, 65)) ==
        "unprocessable: Permissions are too many (maximum is 64)");

  constexpr std::string_view too_many = "unprocessable: Resources are too many (maximum is 1000)";
  constexpr std::string_view feed = R"({"feed_id":1})";
  CHECK(refusal_of(with_resources(repeated(feed, 1000))) == "ok");
  CHECK(refusal_of(with_resources(repeated(feed, 1001))) == too_many);
  auto half = fmt::format(R"({{"access_methods":["get"],"resources":{}}})", repeated(feed, 501));
  CHECK(refusal_of(permissions(half, 1)) == "ok");
  CHECK(refusal_of(permissions(half, 2)) == too_many);
}

TEST_CASE("a key is made, read, changed, regenerated and deleted") { in_world(lives); }
TEST_CASE("keys are listed, also those of one feed") { in_world(listed); }
TEST_CASE("only a master key manages keys, each may read itself") { in_world(guarded); }
TEST_CASE("keys of another account do not exist") { in_world(foreign); }
TEST_CASE("resources are feeds of the account") { in_world(resources); }
TEST_CASE("keys are offered as JSON only") { in_world(formats); }
TEST_CASE("an expired master key that is still connected manages nothing") { in_world(expired); }
