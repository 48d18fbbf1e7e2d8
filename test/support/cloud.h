#pragma once

// Cloud: the whole object graph on the memory engine and a database in a temporary folder, without
// any port, for tests of what stands on it.
//
//   Cloud cloud;
//   cloud.run([&](Services& services) { return my_test(services); });

#include <stdlib.h>

#include <filesystem>
#include <functional>

#include "host/host.h"
#include "orm/engine/sqlite/sqlite.h"
#include "store/engine/memory/memory_kv.h"

namespace tt::test {

class Cloud {
 public:
  Limits limits;
  VirtualClock clock{*parse_time("2026-01-02T03:04:05Z")};

  Cloud() {
    char name[] = "/tmp/thingtank-test-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  ~Cloud() { std::filesystem::remove_all(folder_); }

  // Runs the Task that `test` gives on loop 0; rethrows its exception.
  void run(std::function<Task<>(Services&)> test) {
    rt::Loops loops(1);
    rt::OffloadPool pool(2);
    std::exception_ptr failure;
    auto done = [&](std::exception_ptr e) {
      failure = e;
      loops.stop();
    };
    boost::asio::co_spawn(loops.at(0).executor(), build(test, loops, pool), done);
    loops.run();
    if (failure) std::rethrow_exception(failure);
  }

  // A caller with every right on what `account` owns.
  static identity::CallerPtr master(identity::AccountId account) {
    auto caller = std::make_shared<identity::Caller>();
    caller->account = account;
    caller->name = "master";
    caller->private_access = true;
    caller->permissions.push_back({.actions = identity::all_actions});
    return caller;
  }

  // A caller that may only do `actions`, on the public feeds and channels in `resources`.
  static identity::CallerPtr limited(identity::AccountId account, std::uint8_t actions,
                                     std::vector<identity::ResourceLimit> resources = {}) {
    auto caller = std::make_shared<identity::Caller>();
    caller->account = account;
    caller->name = "limited";
    identity::Permission permission;
    permission.actions = actions;
    permission.resources = std::move(resources);
    caller->permissions.push_back(std::move(permission));
    return caller;
  }

 private:
  Task<> build(const std::function<Task<>(Services&)>& test, rt::Loops& loops,
               rt::OffloadPool& pool) {
    Metrics metrics;
    auto kv = store::make_memory_kv();
    auto blob = store::make_memory_blob();
    auto database = orm::engine::open_sqlite(folder_ + "/test.db");
    identity::Rates rates;
    auto identity = co_await identity::open(*database, pool, clock, rates);
    archive::Options options;
    auto archive = co_await archive::open(*kv, pool, clock, metrics, options);
    auto registry = co_await registry::open(*database, pool, clock, limits);
    auto bus = bus::make_bus(loops, *kv, clock, limits, metrics);
    telemetry::Telemetry telemetry(*registry, *archive, *bus, clock, limits, metrics);
    auto audit = audit::make_audit(*kv, clock, limits);
    request_log::RequestLog request_log(limits);
    auto provisioning =
        co_await provisioning::open({*database, pool, *identity, *registry, clock, limits});
    auto twins = twin::make_twins({*kv, *registry, *bus, telemetry, clock, limits});
    triggers::Parts trigger_parts{*database, *kv,  loops, pool,   *registry, *archive,
                                  telemetry, *bus, clock, limits, metrics};
    triggers::Settings trigger_settings;
    trigger_settings.allowed_networks = {"127.0.0.0/8"};
    auto triggers = co_await triggers::open(trigger_parts, trigger_settings);
    backup::Backup backup({folder_, *kv, *blob, *database, pool, clock, "test"});
    Services services{loops,         pool,   clock,     limits,   metrics,   *kv,    *blob,
                      *identity,     *bus,   *registry, *archive, telemetry, *audit, request_log,
                      *provisioning, *twins, *triggers, backup,   *database};
    co_await bus->start();
    co_await triggers->start();
    std::exception_ptr failure;
    try {
      co_await test(services);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await triggers->stop();
    co_await bus->stop();
    if (failure) std::rethrow_exception(failure);
  }

  std::string folder_;
};

}  // namespace tt::test
