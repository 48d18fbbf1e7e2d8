#include "gateway/xively/exchange.h"

#include <doctest/doctest.h>

#include "support/cloud.h"

using namespace tt;
using namespace tt::gateway::xively;

namespace {

struct Desk {
  explicit Desk(Services& services) : services(services), api(services) {}

  Task<> prepare() {
    auto account =
        co_await services.identity.create_account("anna", "a long password", identity::Role::user);
    owner = account.id;
    registry::FeedChange change;
    change.title = "Attic";
    std::vector<registry::ChannelChange> no_channels;
    feed = co_await services.registry.create(owner, std::move(change), std::move(no_channels));
    auto caller = std::make_shared<identity::Caller>(*test::Cloud::master(owner));
    caller->key = 7;
    key_holder = caller;
  }

  ApiRequest request(std::string_view method, std::string_view path, std::string_view body) {
    ApiRequest made;
    made.method = method;
    made.path = made.whole_path = path;
    made.format = made.body_format = Format::csv;
    made.body = body;
    made.caller = key_holder;
    made.arrival = {"http", "192.0.2.7", target, headers};
    return made;
  }

  Services& services;
  Api api;
  identity::AccountId owner = 0;
  registry::FeedPtr feed;
  identity::CallerPtr key_holder;
  std::string_view target = "/v2/feeds/1.csv?key=secret-of-the-key&limit=3";
  std::vector<wire::HttpHeader> headers = {{"Host", "cloud"},
                                           {"x-apikey", "secret-of-the-key"},
                                           {"Authorization", "Bearer secret-of-the-key"},
                                           {"Cookie", "thingtank_session=secret"}};
};

Task<> log_a_write(Services& services) {
  Desk desk(services);
  co_await desk.prepare();
  auto path = fmt::format("/feeds/{}", desk.feed->id);
  auto request = desk.request("PUT", path, "temperature,21.5");
  auto reply = co_await desk.api.handle(request);
  REQUIRE(reply.status == 200);

  auto logged = services.request_log.recent(desk.feed->id, 10);
  REQUIRE(logged.size() == 1);
  const auto& exchange = *logged.front();
  CHECK(exchange.protocol == "http");
  CHECK(exchange.method == "PUT");
  CHECK(exchange.target == "/v2/feeds/1.csv?key=…&limit=3");
  CHECK(exchange.key_label == "master");
  CHECK(exchange.address == "192.0.2.7");
  CHECK(exchange.status == 200);
  CHECK(exchange.request_body == "temperature,21.5");
  for (const auto& [name, value] : exchange.request_headers) {
    CHECK_MESSAGE(value == (name == "Host" ? "cloud" : "…"), name);
  }
}

Task<> log_refusals(Services& services) {
  Desk desk(services);
  co_await desk.prepare();
  auto path = fmt::format("/feeds/{}", desk.feed->id);
  auto nobody = desk.request("PUT", path, "");
  nobody.caller = nullptr;
  co_await desk.api.handle(nobody);
  auto stranger = std::make_shared<identity::Caller>(*test::Cloud::master(desk.owner + 1));
  stranger->key = 8;
  stranger->name = "a name of theirs";
  auto theirs = desk.request("PUT", path, "temperature,1");
  theirs.caller = stranger;
  co_await desk.api.handle(theirs);

  auto logged = services.request_log.recent(desk.feed->id, 10);
  REQUIRE(logged.size() == 2);
  CHECK(logged[1]->status == 401);
  CHECK(logged[0]->status == 403);
  CHECK(logged[0]->key_label.empty());
}

Task<> log_nothing(Services& services) {
  Desk desk(services);
  co_await desk.prepare();
  auto missing = desk.request("GET", "/feeds/999999", "");
  co_await desk.api.handle(missing);
  CHECK(services.request_log.recent(999999, 10).empty());

  // A page of the console, with the session's cookie.
  auto path = fmt::format("/feeds/{}", desk.feed->id);
  desk.headers = {{"Host", "cloud"}, {"Cookie", "thingtank_session=secret"}};
  auto page = desk.request("GET", path, "");
  page.caller = test::Cloud::master(desk.owner);
  co_await desk.api.handle(page);
  CHECK(services.request_log.recent(desk.feed->id, 10).empty());
}

Task<> log_creation(Services& services) {
  Desk desk(services);
  co_await desk.prepare();
  auto request = desk.request("POST", "/feeds", R"({"title":"Roof"})");
  request.format = request.body_format = Format::json;
  auto reply = co_await desk.api.handle(request);
  REQUIRE(reply.status == 201);
  auto logged = services.request_log.recent(desk.feed->id + 1, 10);
  REQUIRE(logged.size() == 1);
  CHECK(logged.front()->status == 201);
}

}  // namespace

TEST_CASE("keys in a target are left out, everything else stays as it was sent") {
  CHECK(without_secrets("/v2/feeds/504.csv") == "/v2/feeds/504.csv");
  CHECK(without_secrets("/v2/feeds?key=abc") == "/v2/feeds?key=…");
  CHECK(without_secrets("/v2/feeds?a=1&KEY=abc&b=%20") == "/v2/feeds?a=1&KEY=…&b=%20");
  CHECK(without_secrets("/v2/feeds?oauth_token=x&x-apikey=y") ==
        "/v2/feeds?oauth_token=…&x-apikey=…");
  CHECK(without_secrets("/v2/feeds?monkey=1&") == "/v2/feeds?monkey=1&");
}

TEST_CASE("a request about a feed is logged whole, without its secrets") {
  test::Cloud().run(log_a_write);
}

TEST_CASE("refused requests are logged, without the names that others give their keys") {
  test::Cloud().run(log_refusals);
}

TEST_CASE("feeds that do not exist and pages of the console leave nothing") {
  test::Cloud().run(log_nothing);
}

TEST_CASE("the request that made a feed is the first in its log") {
  test::Cloud().run(log_creation);
}
