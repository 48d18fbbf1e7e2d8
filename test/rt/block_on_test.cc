#include "rt/block_on.h"

#include <doctest/doctest.h>

#include <thread>

#include "base/error.h"
#include "rt/offload.h"

using namespace tt;

namespace {

// A loop on a thread of its own, as the program's loops are to the threads of views.
class RunningLoop {
 public:
  RunningLoop() : thread_([this] { loop_.run(); }) {}
  ~RunningLoop() { loop_.stop(); }
  rt::Loop& operator*() { return loop_; }

 private:
  rt::Loop loop_{0};
  std::jthread thread_;
};

Task<std::string> doubled(rt::OffloadPool& pool, std::string text) {
  auto work = [&] { return text + text; };
  co_return co_await rt::offload(pool, work);
}

Task<> note_thread(std::thread::id& id) {
  id = std::this_thread::get_id();
  co_return;
}

Task<int> fail() {
  throw Error(Code::conflict, "taken");
  co_return 1;
}

}  // namespace

TEST_CASE("a thread sleeps until the Task has ended and gets its result") {
  RunningLoop loop;
  rt::OffloadPool pool(1);
  std::string text = "ab";
  auto make = [&] { return doubled(pool, text); };
  CHECK(rt::block_on(*loop, make) == "abab");
}

TEST_CASE("the Task runs on the loop") {
  RunningLoop loop;
  std::thread::id id;
  auto make = [&] { return note_thread(id); };
  rt::block_on(*loop, make);
  CHECK(id != std::thread::id());
  CHECK(id != std::this_thread::get_id());
}

TEST_CASE("the Task's exception comes to the thread that waits") {
  RunningLoop loop;
  auto make = [] { return fail(); };
  try {
    rt::block_on(*loop, make);
    FAIL("nothing was thrown");
  } catch (const Error& e) {
    CHECK(e.code() == Code::conflict);
    CHECK(std::string_view(e.what()) == "taken");
  }
}

TEST_CASE("all threads of one pool may wait for Tasks that use another") {
  RunningLoop loop;
  rt::OffloadPool inner(1);
  std::atomic<int> right = 0;
  {
    rt::OffloadPool waiting(3);
    for (int i = 0; i < 30; ++i) {
      waiting.submit([&] {
        auto make = [&] { return doubled(inner, "x"); };
        if (rt::block_on(*loop, make) == "xx") ++right;
      });
    }
  }
  CHECK(right == 30);
}
