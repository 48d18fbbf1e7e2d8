#include "console/api.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "console/rows.h"
#include "support/cloud.h"
#include "wire/json.h"

using namespace tt;
using namespace tt::console;

namespace {

class TextBody final : public http::BodyReader {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  Task<std::string> read_some() override { co_return std::exchange(text_, {}); }

 private:
  std::string text_;
};

struct Answer {
  int status = 0;
  std::string body;

  bool has(std::string_view text) const { return body.find(text) != body.npos; }
  // The text of a member of the answer's object.
  std::string member(std::string_view name) const {
    auto document = wire::read_json(body, 16);
    REQUIRE(document);
    auto value = document->root().find(name);
    REQUIRE_MESSAGE(value, body);
    return std::string(value->text());
  }
};

// Somebody who is signed in, in front of the console's interface.
class Person {
 public:
  explicit Person(Services& services) : services(services), host_(services, router_), api_(host_) {
    api_.add_routes(router_);
  }

  Task<> sign_in(std::string login) {
    auto migrating = [&] { migrate(services.database); };
    co_await rt::offload(services.pool, migrating);
    auto account = co_await services.identity.create_account(std::move(login), "a-right-pony-7",
                                                             identity::Role::user);
    owner = account.id;
    auto secret = co_await services.identity.open_session(owner);
    cookie_ = fmt::format("{}={}", identity::session_cookie, secret);
  }

  Task<Answer> ask(std::string_view method, std::string path, std::string text = "{}") {
    auto target = "/console/api" + path;
    wire::HttpHead head;
    head.method = method;
    head.target = target;
    head.headers = {{"Host", "localhost"}, {"Content-Type", "application/json"}};
    if (has_header) head.headers.push_back({"X-Thingtank-Console", "1"});
    if (!cookie_.empty()) head.headers.push_back({"Cookie", cookie_});
    head.content_length = text.size();
    rt::Peer peer;
    TextBody body(std::move(text));
    http::Request request(head, peer, body, services.limits);
    auto response = co_await router_.handle(request);
    Answer answer{response.status, std::move(response.body)};
    co_return answer;
  }

  // The path of a new device.
  Task<std::string> add_device(std::string title) {
    auto text = fmt::format(R"({{"title":"{}","private":true}})", title);
    auto answer = co_await ask("POST", "/devices", std::move(text));
    REQUIRE_MESSAGE(answer.status == 201, answer.body);
    key = answer.member("key");
    co_return "/devices/" + answer.member("id");
  }

  Services& services;
  identity::AccountId owner = 0;
  std::string key;  // of the last device
  bool has_header = true;

 private:
  http::Router router_;
  Host host_;
  Api api_;
  std::string cookie_;
};

void as_person(Task<> (*test)(Person&)) {
  struct Run {
    static Task<> signed_in(Services& services, Task<> (*test)(Person&)) {
      Person person(services);
      co_await person.sign_in("anna");
      co_await test(person);
    }
  };
  test::Cloud cloud;
  cloud.run([&](Services& services) { return Run::signed_in(services, test); });
}

Task<bool> was_recorded(Person& person, std::string action) {
  audit::Filter filter;
  filter.action = std::move(action);
  auto entries = co_await person.services.audit.entries(std::move(filter));
  co_return !entries.empty() && entries.front().account == person.owner;
}

}  // namespace

TEST_CASE("a device is described, changed as a whole or in part, and deleted with its keys") {
  as_person([](Person& person) -> Task<> {
    auto path = co_await person.add_device("Attic");
    auto device = co_await person.ask("GET", path);
    CHECK(device.member("title") == "Attic");
    CHECK(device.has(R"("serial":)"));
    CHECK(device.has(R"("lat":null)"));
    CHECK_FALSE(device.has(person.key));  // secrets are asked for

    auto changed = co_await person.ask(
        "PUT", path,
        R"({"title":"Roof","tags":["b","a"],"location":{"name":"Hut","lat":47.5,"lon":8.25}})");
    CHECK_MESSAGE(changed.status == 200, changed.body);
    CHECK(changed.has(R"("tags":["a","b"])"));
    CHECK(changed.has(R"("lat":47.5,"lon":8.25)"));
    auto moved = co_await person.ask("PUT", path, R"({"location":{"name":"Hut"}})");
    CHECK(moved.member("title") == "Roof");
    CHECK(moved.has(R"("lat":null,"lon":null)"));
    CHECK(co_await was_recorded(person, "feed.update"));

    auto blank = co_await person.ask("PUT", path, R"({"title":""})");
    CHECK(blank.status == 422);
    CHECK(blank.has("title can't be blank"));
    auto half = co_await person.ask("PUT", path, R"({"location":{"lat":1}})");
    CHECK(half.status == 422);

    auto deleted = co_await person.ask("DELETE", path);
    CHECK(deleted.status == 200);
    CHECK(co_await was_recorded(person, "feed.delete"));
    auto gone = co_await person.ask("GET", path);
    CHECK(gone.status == 404);
    CHECK_FALSE(co_await person.services.identity.find_key(person.key));
  });
}

TEST_CASE("what others own is not there") {
  as_person([](Person& person) -> Task<> {
    auto path = co_await person.add_device("Attic");
    auto product = co_await person.ask("POST", "/products", R"({"name":"Lamp"})");
    auto product_path = "/products/" + product.member("id");
    Person stranger(person.services);
    co_await stranger.sign_in("bert");
    for (auto below : {"", "/keys", "/triggers", "/requests"}) {
      auto answer = co_await stranger.ask("GET", path + below);
      CHECK_MESSAGE(answer.status == 404, below);
    }
    for (auto below : {"", "/secret", "/devices"}) {
      auto answer = co_await stranger.ask("GET", product_path + below);
      CHECK_MESSAGE(answer.status == 404, below);
    }
    auto change = co_await stranger.ask("PUT", path, R"({"title":"Mine"})");
    CHECK(change.status == 404);
    auto deleted = co_await stranger.ask("DELETE", path);
    CHECK(deleted.status == 404);
    auto channel = co_await stranger.ask("POST", path + "/channels", R"({"id":"a"})");
    CHECK(channel.status == 404);
  });
}

TEST_CASE("nothing changes without our own header, nothing is told without a session") {
  as_person([](Person& person) -> Task<> {
    auto path = co_await person.add_device("Attic");
    person.has_header = false;
    auto forged = co_await person.ask("DELETE", path);
    CHECK(forged.status == 403);
    auto read = co_await person.ask("GET", path);
    CHECK(read.status == 200);
    Person nobody(person.services);
    auto refused = co_await nobody.ask("GET", path);
    CHECK(refused.status == 401);
  });
}

TEST_CASE("channels are added, edited, written and deleted") {
  as_person([](Person& person) -> Task<> {
    auto path = co_await person.add_device("Attic");
    auto id = *parse_number<registry::FeedId>(path.substr(9));
    auto added = co_await person.ask(
        "POST", path + "/channels",
        R"({"id":"temperature","tags":["roof"],"label":"Celsius","symbol":"°C","value":"21.50"})");
    CHECK_MESSAGE(added.status == 201, added.body);
    auto feed = co_await person.services.registry.find(id);
    REQUIRE(feed->find("temperature"));
    CHECK(feed->find("temperature")->unit.symbol == "°C");
    auto values = co_await person.services.telemetry.current_values(feed);
    REQUIRE(values.front());
    CHECK(values.front()->last.value == "21.50");

    auto again = co_await person.ask("POST", path + "/channels", R"({"id":"temperature"})");
    CHECK(again.status == 422);
    auto spaces = co_await person.ask("POST", path + "/channels", R"({"id":"a b"})");
    CHECK(spaces.status == 422);
    CHECK(spaces.has("id must be"));

    auto changed = co_await person.ask("PUT", path + "/channels/temperature", R"({"symbol":"K"})");
    CHECK(changed.status == 200);
    auto sent =
        co_await person.ask("POST", path + "/channels/temperature/value", R"({"value":"22"})");
    CHECK(sent.status == 200);
    feed = co_await person.services.registry.find(id);
    CHECK(feed->find("temperature")->unit.symbol == "K");
    CHECK(feed->find("temperature")->unit.label == "Celsius");
    CHECK(feed->find("temperature")->tags == std::vector<std::string>{"roof"});
    values = co_await person.services.telemetry.current_values(feed);
    CHECK(values.front()->last.value == "22");

    auto deleted = co_await person.ask("DELETE", path + "/channels/temperature");
    CHECK(deleted.status == 200);
    auto missing = co_await person.ask("DELETE", path + "/channels/temperature");
    CHECK(missing.status == 404);
    CHECK(co_await was_recorded(person, "channel.delete"));
  });
}

TEST_CASE("a key has the permissions that were asked for, and its secret is shown on demand") {
  as_person([](Person& person) -> Task<> {
    auto path = co_await person.add_device("Attic");
    auto id = *parse_number<registry::FeedId>(path.substr(9));
    auto made = co_await person.ask(
        "POST", path + "/keys",
        R"({"label":"Display","actions":["read"],"private_access":false,"source_ip":"192.0.2.07",)"
        R"("referer":"example.org","minimum_interval":60,"channels":["temperature"]})");
    CHECK(made.status == 422);  // 07 is no part of an address
    made = co_await person.ask(
        "POST", path + "/keys",
        R"({"label":"Display","actions":["read"],"private_access":false,"source_ip":"192.0.2.7",)"
        R"("referer":"example.org","minimum_interval":60,"channels":["temperature"]})");
    REQUIRE_MESSAGE(made.status == 201, made.body);
    auto secret = made.member("key");
    auto key = co_await person.services.identity.find_key(secret);
    REQUIRE(key);
    REQUIRE(key->settings.permissions.size() == 1);
    const auto& permission = key->settings.permissions.front();
    CHECK(permission.actions == 1);
    CHECK(permission.source_ip == "192.0.2.7");
    CHECK(permission.minimum_interval_s == 60);
    REQUIRE(permission.resources.size() == 1);
    CHECK(permission.resources.front().feed == id);
    CHECK(permission.resources.front().channel == "temperature");

    auto list = co_await person.ask("GET", path + "/keys");
    CHECK(list.has(R"("label":"Display")"));
    CHECK(list.has(R"("actions":["read"])"));
    CHECK_FALSE(list.has(secret));
    auto key_path = path + "/keys/" + made.member("id");
    auto shown = co_await person.ask("GET", key_path + "/secret");
    CHECK(shown.member("key") == secret);
    auto renewed = co_await person.ask("POST", key_path + "/secret");
    CHECK(renewed.member("key") != secret);

    auto other = co_await person.add_device("Cellar");
    auto wrong = co_await person.ask("DELETE", other + "/keys/" + made.member("id"));
    CHECK(wrong.status == 404);
    auto nothing = co_await person.ask("POST", path + "/keys", R"({"actions":[]})");
    CHECK(nothing.status == 422);
    auto deleted = co_await person.ask("DELETE", key_path);
    CHECK(deleted.status == 200);
    CHECK_FALSE(co_await person.services.identity.find_key(renewed.member("key")));
    CHECK(co_await was_recorded(person, "key.delete"));
  });
}

TEST_CASE("triggers are made, changed without losing their secret, and deleted") {
  as_person([](Person& person) -> Task<> {
    auto path = co_await person.add_device("Attic");
    co_await person.ask("POST", path + "/channels", R"({"id":"temperature","value":"20"})");
    auto made = co_await person.ask(
        "POST", path + "/triggers",
        R"({"channel":"temperature","condition":"gt","threshold":"30",)"
        R"("url":"http://127.0.0.1:9/hook","secret":"pony","severity":"warning"})");
    REQUIRE_MESSAGE(made.status == 201, made.body);
    CHECK(made.member("has_secret") == "true");
    CHECK_FALSE(made.has("pony"));
    auto trigger_path = "/triggers/" + made.member("id");
    auto changed = co_await person.ask(
        "PUT", trigger_path,
        R"({"condition":"lt","threshold":"5","url":"http://127.0.0.1:9/hook"})");
    REQUIRE_MESSAGE(changed.status == 200, changed.body);
    CHECK(changed.member("condition") == "lt");
    CHECK(changed.member("has_secret") == "true");
    auto list = co_await person.ask("GET", path + "/triggers");
    CHECK(list.has(R"("threshold":"5")"));

    auto blank = co_await person.ask("POST", path + "/triggers",
                                     R"({"channel":"temperature","condition":"gt"})");
    CHECK(blank.status == 422);
    auto strange = co_await person.ask("POST", path + "/triggers",
                                       R"({"channel":"temperature","condition":"near"})");
    CHECK(strange.status == 422);

    Person stranger(person.services);
    co_await stranger.sign_in("bert");
    auto theirs = co_await stranger.ask("DELETE", trigger_path);
    CHECK(theirs.status == 404);
    auto tested = co_await stranger.ask("POST", trigger_path + "/test");
    CHECK(tested.status == 404);
    auto deleted = co_await person.ask("DELETE", trigger_path);
    CHECK(deleted.status == 200);
    auto gone = co_await person.ask("GET", trigger_path + "/deliveries");
    CHECK(gone.status == 404);
  });
}

TEST_CASE("a batch of serial numbers is added, searched, activated and deactivated") {
  as_person([](Person& person) -> Task<> {
    auto made = co_await person.ask(
        "POST", "/products",
        R"({"name":"Lamp","template":{"title":"Lamp","private":true,)"
        R"("channels":[{"id":"power","label":"Watt","symbol":"W","tags":["lamp"]}]}})");
    REQUIRE_MESSAGE(made.status == 201, made.body);
    auto path = "/products/" + made.member("id");
    auto added =
        co_await person.ask("POST", path + "/devices", R"({"serials":["A-1","A-2","B-1"]})");
    REQUIRE_MESSAGE(added.status == 201, added.body);
    CHECK(added.member("added") == "3");
    auto twice = co_await person.ask("POST", path + "/devices", R"({"serials":["C-1","A-1"]})");
    CHECK(twice.status == 422);
    auto none = co_await person.ask("POST", path + "/devices", R"({"serials":[]})");
    CHECK(none.status == 422);

    auto found = co_await person.ask("GET", path + "/devices?q=A-&limit=1");
    CHECK(found.member("total") == "2");
    auto activated = co_await person.ask("POST", path + "/devices/A-2/activation");
    REQUIRE_MESSAGE(activated.status == 200, activated.body);
    auto feed_id = *parse_number<registry::FeedId>(activated.member("feed"));
    auto feed = co_await person.services.registry.find(feed_id);
    REQUIRE(feed);
    CHECK(feed->find("power"));
    CHECK(co_await person.services.identity.find_key(activated.member("key")));
    auto active = co_await person.ask("GET", path + "/devices?activated=yes");
    CHECK(active.member("total") == "1");
    CHECK(active.has(R"("serial":"A-2")"));
    auto product = co_await person.ask("GET", path);
    CHECK(product.member("devices") == "3");
    CHECK(product.member("activated") == "1");

    auto ended = co_await person.ask("DELETE", path + "/devices/A-2/activation");
    CHECK(ended.status == 200);
    CHECK_FALSE(co_await person.services.identity.find_key(activated.member("key")));
    CHECK(co_await person.services.registry.find(feed_id));
    auto secret = co_await person.ask("GET", path + "/secret");
    auto code = co_await person.ask("GET", path + "/devices/A-1/code");
    CHECK(code.member("activation_code") ==
          provisioning::activation_code(secret.member("secret"), "A-1"));
    auto removed = co_await person.ask("DELETE", path + "/devices/A-1");
    CHECK(removed.status == 200);
    auto deleted = co_await person.ask("DELETE", path);
    CHECK(deleted.status == 200);
    CHECK(co_await was_recorded(person, "product.delete"));
  });
}

TEST_CASE("the request log shows summaries, and one request whole") {
  as_person([](Person& person) -> Task<> {
    auto path = co_await person.add_device("Attic");
    auto id = *parse_number<registry::FeedId>(path.substr(9));
    request_log::Exchange exchange;
    exchange.at = person.services.clock.now();
    exchange.method = "PUT";
    exchange.target = "/v2/feeds/1.json";
    exchange.status = 200;
    exchange.request_headers = {{"Host", "<b>cloud</b>"}};
    exchange.request_body = "body";
    person.services.request_log.add(id, std::move(exchange));
    auto list = co_await person.ask("GET", path + "/requests");
    CHECK(list.has(R"("target":"/v2/feeds/1.json")"));
    CHECK_FALSE(list.has("body"));
    auto number = person.services.request_log.recent(id, 1).front()->number;
    auto whole = co_await person.ask("GET", fmt::format("{}/requests/{}", path, number));
    CHECK(whole.member("request_body") == "body");
    auto gone = co_await person.ask("GET", path + "/requests/999999");
    CHECK(gone.status == 404);
    auto no_socket = co_await person.ask("GET", path + "/requests/live");
    CHECK(no_socket.status == 403);  // not from a page of this server
  });
}
