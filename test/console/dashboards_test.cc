#include "console/dashboards.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "console/rows.h"
#include "support/cloud.h"

using namespace tt;
using namespace tt::console;

namespace {

constexpr std::string_view empty = R"({"window":{"live_s":300},"widgets":[]})";

struct Desk {
  Services& services;
  Dashboards dashboards;
  identity::AccountId ann = 0, bob = 0;
};

Task<> prepare(Desk& desk) {
  auto migrating = [&] { migrate(desk.services.database); };
  co_await rt::offload(desk.services.pool, migrating);
  auto ann =
      co_await desk.services.identity.create_account("ann", "a-right-pony-7", identity::Role::user);
  auto bob =
      co_await desk.services.identity.create_account("bob", "a-right-pony-7", identity::Role::user);
  desk.ann = ann.id;
  desk.bob = bob.id;
}

Task<> with_desk(Services& services, const std::function<Task<>(Desk&)>& test) {
  Desk desk{services,
            Dashboards(services.database, services.pool, services.clock, services.limits)};
  co_await prepare(desk);
  co_await test(desk);
}

void at_desk(std::function<Task<>(Desk&)> test, Limits limits = {}) {
  test::Cloud cloud;
  cloud.limits = limits;
  cloud.run([&](Services& services) { return with_desk(services, test); });
}

template <class Result>
Task<Code> code_of(Task<Result> call) {
  try {
    co_await std::move(call);
  } catch (const Error& e) {
    co_return e.code();
  }
  FAIL("no Error was thrown");
  co_return Code::internal;
}

Task<Dashboard> make(Desk& desk, std::string name) {
  co_return co_await desk.dashboards.create(desk.ann, std::move(name), std::string(empty));
}

Task<> keeps_versions(Desk& desk) {
  auto made = co_await make(desk, "  Roof ");
  CHECK(made.name == "Roof");
  CHECK(made.version == 1);
  DashboardChange change;
  change.name = "Attic";
  change.version = 1;
  auto changed = co_await desk.dashboards.update(desk.ann, made.id, change);
  CHECK(changed.version == 2);
  CHECK(changed.name == "Attic");
  CHECK(changed.layout == empty);
  auto late = desk.dashboards.update(desk.ann, made.id, change);
  CHECK(co_await code_of(std::move(late)) == Code::conflict);
  change.version.reset();
  auto renamed = co_await desk.dashboards.update(desk.ann, made.id, change);
  CHECK(renamed.version == 3);
}

Task<> are_ones_own(Desk& desk) {
  auto made = co_await make(desk, "Roof");
  CHECK(co_await code_of(desk.dashboards.find(desk.bob, made.id)) == Code::not_found);
  CHECK(co_await code_of(desk.dashboards.remove(desk.bob, made.id)) == Code::not_found);
  CHECK(co_await code_of(desk.dashboards.update(desk.bob, made.id, {})) == Code::not_found);
  auto sharing = desk.dashboards.share(desk.bob, made.id, Sharing::on);
  CHECK(co_await code_of(std::move(sharing)) == Code::not_found);
  auto of_bob = co_await desk.dashboards.list(desk.bob);
  CHECK(of_bob.empty());
  auto of_ann = co_await desk.dashboards.list(desk.ann);
  CHECK(of_ann.size() == 1);
  co_await desk.dashboards.remove(desk.ann, made.id);
  CHECK(co_await code_of(desk.dashboards.find(desk.ann, made.id)) == Code::not_found);
}

Task<> names_are_checked(Desk& desk) {
  CHECK(co_await code_of(make(desk, " ")) == Code::unprocessable);
  CHECK(co_await code_of(make(desk, std::string(101, 'x'))) == Code::unprocessable);
  auto second = co_await make(desk, "b");
  auto first = co_await make(desk, "a");
  auto listed = co_await desk.dashboards.list(desk.ann);
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].id == first.id);
  CHECK(listed[1].id == second.id);
  CHECK(co_await code_of(make(desk, "c")) == Code::exhausted);
}

Task<> links_open_and_end(Desk& desk) {
  auto made = co_await make(desk, "Roof");
  auto nobody = co_await desk.dashboards.find_shared("");
  CHECK(!nobody);
  auto shared = co_await desk.dashboards.share(desk.ann, made.id, Sharing::on);
  CHECK(shared.share_token.size() == 32);
  auto again = co_await desk.dashboards.share(desk.ann, made.id, Sharing::on);
  CHECK(again.share_token == shared.share_token);
  CHECK(again.version == made.version);
  auto found = co_await desk.dashboards.find_shared(shared.share_token);
  REQUIRE(found);
  CHECK(found->id == made.id);
  co_await desk.dashboards.share(desk.ann, made.id, Sharing::off);
  auto gone = co_await desk.dashboards.find_shared(shared.share_token);
  CHECK(!gone);
  auto anew = co_await desk.dashboards.share(desk.ann, made.id, Sharing::on);
  CHECK(anew.share_token != shared.share_token);
}

Task<> go_with_their_account(Desk& desk) {
  auto made = co_await make(desk, "Roof");
  auto shared = co_await desk.dashboards.share(desk.ann, made.id, Sharing::on);
  co_await desk.services.identity.create_account("root", "a-right-pony-7",
                                                 identity::Role::administrator);
  CHECK(co_await desk.services.identity.delete_account(desk.ann));
  auto gone = co_await desk.dashboards.find_shared(shared.share_token);
  CHECK(!gone);
}

}  // namespace

TEST_CASE("who saves an old version is told so") { at_desk(keeps_versions); }

TEST_CASE("dashboards of others do not exist") { at_desk(are_ones_own); }

TEST_CASE("names are checked and sorted, and there are only so many") {
  Limits limits;
  limits.dashboards_per_account_max = 2;
  at_desk(names_are_checked, limits);
}

TEST_CASE("a link works until it is withdrawn") { at_desk(links_open_and_end); }

TEST_CASE("dashboards go with their account") { at_desk(go_with_their_account); }

TEST_CASE("a copy has a name that fits") {
  CHECK(name_of_copy("Roof") == "Roof (copy)");
  auto cut = name_of_copy(std::string(99, 'x'));
  CHECK(cut == std::string(93, 'x') + " (copy)");
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += "ü";
  CHECK(name_of_copy(wide).size() == 2 * 93 + 7);
}
