#pragma once

// World: the engine of the triggers with all that it stands on, and a carrier that only notes what
// it is given.  Each run() is a start of the server; what was stored stays.

#include <stdlib.h>

#include <deque>
#include <filesystem>
#include <functional>

#include "base/error.h"
#include "identity/rows.h"
#include "orm/engine/sqlite/sqlite.h"
#include "store/engine/memory/memory_kv.h"
#include "triggers/engine.h"

namespace tt::triggers {

class NotingCarrier final : public Carrier {
 public:
  struct Carried {
    TriggerId trigger = 0;
    Record record;
  };
  std::vector<Carried> carried;
  std::deque<Outcome> answers;  // of the next calls; without any: delivered
  std::string stuck_url;        // never answers before stop()
  std::size_t stuck = 0;        // calls that wait for it

  Task<Outcome> carry(const Trigger& trigger, const Record& record) override {
    if (record.kind == Kind::webhook && trigger.settings.url == stuck_url) {
      ++stuck;
      auto start = [&](rt::Waiter<Outcome> waiter) { waiting_.push_back(std::move(waiter)); };
      co_return co_await rt::wait<Outcome>(start);
    }
    carried.push_back({trigger.id, record});
    arrived_.set();
    Outcome outcome{.result = Result::delivered, .status = 200};
    if (!answers.empty()) {
      outcome = answers.front();
      answers.pop_front();
    }
    co_return outcome;
  }
  bool has_mail() const override { return true; }
  void stop() override {
    for (auto& waiter : waiting_) waiter.post_resume(Outcome{});
    waiting_.clear();
  }

  // Returns when `count` have been carried since the start.
  Task<> arrived(std::size_t count) {
    while (carried.size() < count) co_await arrived_.wait();
  }

 private:
  rt::Event arrived_;
  std::vector<rt::Waiter<Outcome>> waiting_;
};

class World {
 public:
  // What a test has at hand while the server runs.
  struct Server {
    World& world;
    Engine& engine;
    NotingCarrier& carrier;
    telemetry::Telemetry& telemetry;
    registry::Registry& registry;

    Task<> write(std::string value) {
      auto feed = co_await registry.find(world.feed);
      archive::SampleView sample{world.clock.now(), value};
      std::vector<telemetry::ChannelReadings> readings;
      readings.push_back({"temperature", {sample}});
      auto caller = world.caller();
      co_await telemetry.record(*caller, identity::Action::update, feed, std::move(readings));
    }
    // Each a second after the other.
    Task<> write_all(std::vector<std::string> values) {
      for (auto& value : values) {
        world.clock.advance(std::chrono::seconds(1));
        co_await write(std::move(value));
      }
    }
    void pass(Microseconds time) {
      world.clock.advance(time);
      engine.look_now();
    }
    // Until the delivery with that number, from the oldest, is in `state`.
    Task<Delivery> settled(TriggerId id, std::size_t number, DeliveryState state) {
      while (true) {
        auto log = co_await engine.deliveries(id, 100);
        bool is_there = log.size() > number;
        if (is_there && log[log.size() - 1 - number].state == state) {
          co_return log[log.size() - 1 - number];
        }
        co_await turn();
      }
    }
    // Until the newest delivery was tried so often.
    Task<Delivery> attempted(TriggerId id, unsigned attempts) {
      while (true) {
        auto log = co_await engine.deliveries(id, 1);
        if (!log.empty() && log[0].attempts >= attempts) co_return log[0];
        co_await turn();
      }
    }
    // Lets others run.
    static Task<> turn() {
      auto start = [](rt::Waiter<rt::Done> waiter) { waiter.post_resume({}); };
      co_await rt::wait<rt::Done>(start);
    }
    // What it throws; empty if it does not.
    template <class T>
    static Task<std::string> failure_of(Task<T> task) {
      try {
        co_await std::move(task);
      } catch (const Error& e) {
        co_return fmt::format("{}: {}", name_of(e.code()), e.what());
      }
      co_return std::string();
    }
    Task<AlarmPage> alarms_until(std::function<bool(const AlarmPage&)> is_right) {
      while (true) {
        AlarmQuery query{.with_cleared = true};
        auto page = co_await engine.alarms(query);
        if (is_right(page)) co_return page;
      }
    }
  };
  using Test = std::function<Task<>(Server&)>;

  Limits limits;
  VirtualClock clock{*parse_time("2026-01-02T03:04:05Z")};
  identity::AccountId owner = 0;
  registry::FeedId feed = 0;
  bool loses_listener = false;  // readings are stored, but the engine does not hear of them

  World() {
    char name[] = "/tmp/thingtank-test-XXXXXX";
    folder_ = ::mkdtemp(name);
    database_ = orm::engine::open_sqlite(folder_ + "/test.db");
    identity::migrate(*database_);
    orm::objects<identity::AccountRow>(*database_)
        .create({.login = "anna", .password = "-", .is_admin = false, .created = clock.now()});
    owner = 1;
  }
  ~World() {
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  void run(const Test& test) {
    rt::Loops loops(1);
    rt::OffloadPool pool(1);
    std::exception_ptr failure;
    auto done = [&](std::exception_ptr e) {
      failure = e;
      loops.stop();
    };
    boost::asio::co_spawn(loops.at(0).executor(), build(test, loops, pool), done);
    loops.run();
    if (failure) std::rethrow_exception(failure);
  }

  Draft draft(Condition condition, std::string threshold = {}) const {
    return {.feed = feed,
            .channel = "temperature",
            .condition = condition,
            .threshold = std::move(threshold),
            .url = "http://192.0.2.1/hook"};
  }

  identity::CallerPtr caller() const {
    auto caller = std::make_shared<identity::Caller>();
    caller->account = owner;
    caller->private_access = true;
    caller->permissions.push_back({.actions = identity::all_actions});
    return caller;
  }

 private:
  Task<> build(const Test& test, rt::Loops& loops, rt::OffloadPool& pool) {
    Metrics metrics;
    archive::Options options;
    auto archive = co_await archive::open(*kv_, pool, clock, metrics, options);
    auto registry = co_await registry::open(*database_, pool, clock, limits);
    if (feed == 0) {
      registry::FeedChange change{.title = "Attic"};
      std::vector<registry::ChannelChange> channels(1);
      channels[0].name = "temperature";
      auto made = co_await registry->create(owner, std::move(change), std::move(channels));
      feed = made->id;
    }
    auto bus = bus::make_bus(loops, *kv_, clock, limits, metrics);
    telemetry::Telemetry telemetry(*registry, *archive, *bus, clock, limits, metrics);
    telemetry::Telemetry unheard(*registry, *archive, *bus_for_unheard(loops, metrics), clock,
                                 limits, metrics);
    triggers::Parts parts{*database_, *kv_, loops, pool,   *registry, *archive,
                          telemetry,  *bus, clock, limits, metrics};
    auto carrier = std::make_unique<NotingCarrier>();
    auto& noting = *carrier;
    Engine engine(parts, "http://cloud", std::move(carrier));
    co_await engine.load();
    co_await bus->start();
    co_await engine.start();
    Server server{*this, engine, noting, loses_listener ? unheard : telemetry, *registry};
    std::exception_ptr failure;
    try {
      co_await test(server);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await engine.stop();
    co_await bus->stop();
    co_await unheard_bus_->stop();
    if (failure) std::rethrow_exception(failure);
  }

  bus::Bus* bus_for_unheard(rt::Loops& loops, Metrics& metrics) {
    unheard_bus_ = bus::make_bus(loops, *kv_, clock, limits, metrics);
    return unheard_bus_.get();
  }

  std::string folder_;
  std::unique_ptr<store::Kv> kv_ = store::make_memory_kv();
  std::unique_ptr<orm::Database> database_;
  std::unique_ptr<bus::Bus> unheard_bus_;
};

}  // namespace tt::triggers
