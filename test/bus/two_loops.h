#pragma once

// TwoLoops: real loops on real threads, and a way for the test's thread to run a Task on one.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <exception>
#include <future>
#include <optional>
#include <thread>

#include "base/error.h"
#include "rt/loop.h"
#include "rt/waiter.h"

namespace tt::test {

class TwoLoops {
  template <class Make>
  using Result = typename std::invoke_result_t<Make&>::value_type;
  template <class Make>
  using Caught = std::conditional_t<std::is_void_v<Result<Make>>, rt::Done, Result<Make>>;

 public:
  explicit TwoLoops(unsigned count = 2) : loops_(count), thread_([this] { loops_.run(); }) {}
  ~TwoLoops() { stop(); }

  rt::Loops& loops() { return loops_; }

  // Blocks until the Task that `make` returns has ended on loop `index`; throws the Error that it
  // throws, as one of this thread's own (tsan does not see how libstdc++ counts shared exceptions).
  template <class Make>
  auto run(unsigned index, Make make) {
    std::optional<Error> failure;
    auto result = start(index, [&] { return catch_error(make, failure); }).get();
    if (failure) throw Error(failure->code(), failure->what());
    if constexpr (!std::is_void_v<Result<Make>>) return std::move(*result);
  }

  // The same without waiting.
  template <class Make>
  auto start(unsigned index, Make make) {
    return boost::asio::co_spawn(loops_.at(index).executor(), std::move(make),
                                 boost::asio::use_future);
  }

  // Runs `work` on loop `index` and waits.
  template <class Work>
  void on(unsigned index, Work work) {
    std::promise<void> done;
    loops_.at(index).post([&] {
      work();
      done.set_value();
    });
    done.get_future().get();
  }

  void stop() {
    loops_.stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  template <class Make>
  static Task<std::optional<Caught<Make>>> catch_error(Make& make, std::optional<Error>& failure) {
    try {
      if constexpr (std::is_void_v<Result<Make>>) {
        co_await make();
        co_return rt::Done{};
      } else {
        co_return co_await make();
      }
    } catch (const Error& e) {
      failure.emplace(e.code(), e.what());
    }
    co_return std::nullopt;
  }

  rt::Loops loops_;
  std::jthread thread_;
};

}  // namespace tt::test
