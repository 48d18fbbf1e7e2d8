#include "console/share.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "console/rows.h"
#include "support/cloud.h"

using namespace tt;
using namespace tt::console;

namespace {

class NoBody final : public http::BodyReader {
 public:
  Task<std::string> read_some() override { co_return std::string(); }
};

// A dashboard of ann's with the channel "a" of her feed, and who looks at it by its link.
struct Viewer {
  explicit Viewer(Services& services) : services(services), share(services) {
    share.add_routes(router);
  }

  Services& services;
  Share share;
  http::Router router;
  registry::FeedPtr feed, other;
  identity::AccountId owner = 0;
  DashboardId id = 0;
  std::string token;
};

Task<registry::FeedPtr> make_feed(Services& services, identity::AccountId owner,
                                  std::string title) {
  registry::FeedChange change;
  change.title = std::move(title);
  change.is_private = true;
  change.location.lat = 47.5;
  change.location.lon = 8.5;
  std::vector<registry::ChannelChange> channels(2);
  channels[0].name = "a";
  channels[1].name = "secret";
  co_return co_await services.registry.create(owner, std::move(change), std::move(channels));
}

Task<> send(Services& services, identity::AccountId owner, registry::FeedPtr feed) {
  auto caller = test::Cloud::master(owner);
  std::vector<telemetry::ChannelReadings> readings(2);
  auto now = services.clock.now();
  readings[0] = {.channel = "a", .samples = {{now, "21.5"}}};
  readings[1] = {.channel = "secret", .samples = {{now, "42"}}};
  co_await services.telemetry.record(*caller, identity::Action::update, feed, std::move(readings));
}

Task<> prepare(Viewer& viewer, std::string_view type) {
  auto& services = viewer.services;
  auto migrating = [&] { migrate(services.database); };
  co_await rt::offload(services.pool, migrating);
  auto account =
      co_await services.identity.create_account("ann", "a-right-pony-7", identity::Role::user);
  viewer.owner = account.id;
  viewer.feed = co_await make_feed(services, account.id, "Roof");
  viewer.other = co_await make_feed(services, account.id, "Safe");
  co_await send(services, account.id, viewer.feed);
  Dashboards dashboards(services.database, services.pool, services.clock, services.limits);
  auto layout = fmt::format(
      R"({{"window":{{"live_s":300}},"widgets":[{{"id":"w1","type":"{}","x":0,"y":0,"w":3,"h":3,)"
      R"("title":"","channels":[{{"feed":{},"channel":"a"}}],"options":{{}}}}]}})",
      type, viewer.feed->id);
  auto made = co_await dashboards.create(account.id, "Home", layout);
  auto shared = co_await dashboards.share(account.id, made.id, Sharing::on);
  viewer.id = made.id;
  viewer.token = shared.share_token;
}

Task<> view(Services& services, std::string_view type, const std::function<Task<>(Viewer&)>& test) {
  Viewer viewer(services);
  co_await prepare(viewer, type);
  co_await test(viewer);
}

void as_viewer(std::string_view type, std::function<Task<>(Viewer&)> test, Limits limits = {}) {
  test::Cloud cloud;
  cloud.limits = limits;
  cloud.run([&](Services& services) { return view(services, type, test); });
}

Task<http::Response> request(Viewer& viewer, std::string_view method, std::string target) {
  wire::HttpHead head;
  head.method = method;
  head.target = target;
  head.headers.push_back({"Host", "localhost"});
  rt::Peer peer;
  NoBody body;
  http::Request request(head, peer, body, viewer.services.limits);
  co_return co_await viewer.router.handle(request);
}

Task<http::Response> get(Viewer& viewer, std::string path) {
  auto target = fmt::format("/share/{}{}", viewer.token, path);
  co_return co_await request(viewer, "GET", std::move(target));
}

Task<> shows_its_channels_only(Viewer& viewer) {
  auto page = co_await get(viewer, "");
  CHECK(page.status == 200);
  CHECK(page.header("X-Robots-Tag") == "noindex, nofollow");
  CHECK(page.header("Referrer-Policy") == "no-referrer");
  CHECK(page.header("Cache-Control") == "no-store");

  auto values = co_await get(viewer, "/api/values");
  CHECK(values.status == 200);
  CHECK(values.body.contains(R"("id":"a","current_value":"21.5")"));
  CHECK(!values.body.contains("secret"));
  CHECK(!values.body.contains("Safe"));
  CHECK(!values.body.contains("location"));

  auto series = [&](registry::FeedId feed, std::string_view channel) {
    return get(viewer, fmt::format("/api/series?feed={}&channel={}", feed, channel));
  };
  auto shown = co_await series(viewer.feed->id, "a");
  CHECK(shown.status == 200);
  CHECK(shown.body.contains(R"("values":[21.5])"));
  auto hidden = co_await series(viewer.feed->id, "secret");
  CHECK(hidden.status == 404);
  auto others = co_await series(viewer.other->id, "a");
  CHECK(others.status == 404);
  auto latest =
      co_await get(viewer, fmt::format("/api/latest?feed={}&channel=secret", viewer.feed->id));
  CHECK(latest.status == 404);
}

Task<> writes_nothing(Viewer& viewer) {
  for (auto method : {"POST", "PUT", "DELETE", "PATCH"}) {
    for (auto path : {"", "/api/values", "/api/series", "/api/dashboard", "/api/value"}) {
      auto answer =
          co_await request(viewer, method, fmt::format("/share/{}{}", viewer.token, path));
      CHECK((answer.status == 405 || answer.status == 404));
    }
  }
}

Task<> map_shows_places(Viewer& viewer) {
  auto values = co_await get(viewer, "/api/values");
  CHECK(values.body.contains(R"("lat":47.5,"lon":8.5)"));
  CHECK(!values.body.contains("secret"));
}

Task<> ends(Viewer& viewer) {
  Dashboards dashboards(viewer.services.database, viewer.services.pool, viewer.services.clock,
                        viewer.services.limits);
  co_await dashboards.share(viewer.owner, viewer.id, Sharing::off);
  for (auto path : {"", "/api/dashboard", "/api/values", "/api/series?feed=1&channel=a"}) {
    auto answer = co_await get(viewer, path);
    CHECK(answer.status == 404);
    CHECK(answer.header("X-Robots-Tag") == "noindex, nofollow");
  }
  viewer.token = "";
  auto nobody = co_await get(viewer, "/api/dashboard");
  CHECK(nobody.status == 404);
}

Task<> is_bounded(Viewer& viewer) {
  for (int i = 0; i < 3; ++i) {
    auto answer = co_await get(viewer, "/api/dashboard");
    CHECK(answer.status == 200);
  }
  auto refused = co_await get(viewer, "/api/dashboard");
  CHECK(refused.status == 429);
}

}  // namespace

TEST_CASE("a link shows the channels of its dashboard and nothing else") {
  as_viewer("value", shows_its_channels_only);
}

TEST_CASE("nothing can be written by a link") { as_viewer("switch", writes_nothing); }

TEST_CASE("a map shows where its devices are") { as_viewer("map", map_shows_places); }

TEST_CASE("a withdrawn link is gone") { as_viewer("value", ends); }

TEST_CASE("a link is used so often in a minute") {
  Limits limits;
  limits.shared_requests_per_minute_max = 3;
  as_viewer("value", is_bounded, limits);
}
