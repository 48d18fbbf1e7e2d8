#include "rt/scope.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "rt/event.h"
#include "rt/memory_stream.h"
#include "rt/offload.h"
#include "rt/run_on.h"
#include "rt/timer.h"

using namespace tt;

namespace {

Task<> sleep_and_note(std::vector<int>& notes, int note) {
  try {
    co_await rt::sleep_for(std::chrono::hours(1));
  } catch (const Error& e) {
    CHECK(e.code() == Code::cancelled);
    notes.push_back(note);
    throw;
  }
}

Task<> cancel_and_join(rt::Loop& loop, std::vector<int>& notes) {
  rt::Scope scope(loop);
  scope.spawn(sleep_and_note(notes, 1));
  scope.spawn(sleep_and_note(notes, 2));
  co_await boost::asio::post(loop.executor(), boost::asio::use_awaitable_t<Executor>{});
  CHECK(scope.size() == 2);
  scope.cancel();
  co_await scope.join();
  CHECK(scope.size() == 0);
}

// Runs `make(loop)` on a loop to its end.
template <class Make>
void on_loop(Make make) {
  rt::Loop loop(0);
  std::exception_ptr failure;
  auto done = [&](std::exception_ptr e) {
    failure = e;
    loop.stop();
  };
  boost::asio::co_spawn(loop.executor(), make(loop), done);
  loop.run();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

TEST_CASE("the children of a scope are cancelled and joined") {
  std::vector<int> notes;
  on_loop([&](rt::Loop& loop) { return cancel_and_join(loop, notes); });
  CHECK(notes.size() == 2);
}

TEST_CASE("offloaded work brings its result or its exception back") {
  auto work = []() -> Task<int> {
    rt::OffloadPool pool(2);
    auto add = [] { return 40 + 2; };
    auto sum = co_await rt::offload(pool, add);
    auto fail = []() -> int { throw Error(Code::unavailable, "the disk is gone"); };
    bool failed = false;
    try {
      co_await rt::offload(pool, fail);
    } catch (const Error& e) {
      failed = e.code() == Code::unavailable;
    }
    CHECK(failed);
    co_return sum;
  };
  CHECK(rt::run_alone(work()) == 42);
}

namespace {

Task<> wait_twice(rt::Event& event, int& woken) {
  co_await event.wait();
  ++woken;
  co_await event.wait();
  ++woken;
}

Task<> wake_twice(rt::Loop& loop) {
  rt::Event event;
  int woken = 0;
  rt::Scope scope(loop);
  scope.spawn(wait_twice(event, woken));
  event.set();
  event.set();  // counts as one
  for (int i = 0; i < 5; ++i)
    co_await boost::asio::post(loop.executor(), boost::asio::use_awaitable_t<Executor>{});
  CHECK(woken == 1);
  event.set();
  co_await scope.join();
  CHECK(woken == 2);
}

Task<> note_after(rt::VirtualTimers& timers, Microseconds delay, std::vector<int>& notes,
                  int note) {
  co_await timers.sleep(delay);
  notes.push_back(note);
}

Task<> move_time(rt::Loop& loop) {
  rt::VirtualTimers timers(from_us(0));
  std::vector<int> notes;
  rt::Scope scope(loop);
  scope.spawn(note_after(timers, std::chrono::seconds(2), notes, 2));
  scope.spawn(note_after(timers, std::chrono::seconds(1), notes, 1));
  co_await boost::asio::post(loop.executor(), boost::asio::use_awaitable_t<Executor>{});
  timers.advance(std::chrono::milliseconds(999));
  co_await boost::asio::post(loop.executor(), boost::asio::use_awaitable_t<Executor>{});
  CHECK(notes.empty());
  timers.advance(std::chrono::seconds(10));
  co_await scope.join();
  CHECK(notes == std::vector<int>{1, 2});
}

Task<> fail_there() {
  throw Error(Code::denied, "no");
  co_return;
}

}  // namespace

TEST_CASE("an event wakes its sleeper once for any number of calls") {
  on_loop([](rt::Loop& loop) { return wake_twice(loop); });
}

TEST_CASE("virtual sleepers wake in the order of their deadlines") {
  on_loop([](rt::Loop& loop) { return move_time(loop); });
}

TEST_CASE("work on another loop returns to the caller's loop with its exception") {
  rt::Loops loops(2);
  std::exception_ptr failure;
  auto whole = [](rt::Loops& loops) -> Task<> {
    bool ran_there = false;
    auto note = [&]() -> Task<> {
      ran_there = loops.at(1).is_current();
      co_return;
    };
    co_await rt::run_on(loops.at(1), note);
    CHECK(ran_there);
    CHECK(loops.at(0).is_current());
    bool refused = false;
    try {
      co_await rt::run_on(loops.at(1), fail_there);
    } catch (const Error& e) {
      refused = e.code() == Code::denied;
    }
    CHECK(refused);
  };
  auto done = [&](std::exception_ptr e) {
    failure = e;
    loops.stop();
  };
  boost::asio::co_spawn(loops.at(0).executor(), whole(loops), done);
  loops.run();
  CHECK(!failure);
}

namespace {

Task<> fill_window(rt::Stream& stream, std::string_view text, bool& done) {
  co_await rt::write_all(stream, text);
  done = true;
}

Task<> through_memory(rt::Loop& loop) {
  auto [a, b] = rt::memory_stream_pair(10);
  std::string text = "0123456789abcdef";
  bool done = false;
  rt::Scope scope(loop);
  scope.spawn(fill_window(*a, text, done));
  char buffer[100];
  auto first = co_await b->read_some(buffer);
  CHECK(std::string_view(buffer, first) == "0123456789");
  auto second = co_await b->read_some(buffer);
  CHECK(std::string_view(buffer, second) == "abcdef");
  co_await scope.join();
  CHECK(done);
  co_await a->shutdown_write();
  CHECK(co_await b->read_some(buffer) == 0);
  b->close();
  bool broken = false;
  try {
    co_await rt::write_all(*a, "x");
  } catch (const Error& e) {
    broken = e.code() == Code::unavailable;
  }
  CHECK(broken);
}

}  // namespace

TEST_CASE("a memory stream has a window, an end and a break") {
  on_loop([](rt::Loop& loop) { return through_memory(loop); });
}
