#pragma once

// Waiter: a coroutine that sleeps until somebody, perhaps on another thread, brings its result.
//
//   co_return co_await rt::wait<Outcome>([&](rt::Waiter<Outcome> w) { queue.push(std::move(w)); });
//
// Exactly one of resume() and fail() must be called, once, on the loop of the waiting coroutine
// (post there from elsewhere: several waiters of one loop can share one post).

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <functional>
#include <optional>

#include "rt/task.h"

namespace tt::rt {

// The result of a wait that brings nothing but its end.
struct Done {};

template <class T>
class Waiter {
 public:
  using Resume = std::move_only_function<void(std::exception_ptr, T)>;
  Waiter() = default;
  Waiter(Executor executor, Resume resume) : executor_(executor), resume_(std::move(resume)) {}

  // The loop on which resume() and fail() must be called.
  const Executor& executor() const { return *executor_; }
  void resume(T value) { std::exchange(resume_, nullptr)(nullptr, std::move(value)); }
  void fail(std::exception_ptr failure) {
    std::exchange(resume_, nullptr)(std::move(failure), T{});
  }

  // The same from any thread, at the price of one post.
  void post_resume(T value) {
    auto executor = *executor_;
    boost::asio::post(executor, [waiter = std::move(*this), value = std::move(value)]() mutable {
      waiter.resume(std::move(value));
    });
  }
  void post_fail(std::exception_ptr failure) {
    auto executor = *executor_;
    boost::asio::post(executor,
                      [waiter = std::move(*this), failure = std::move(failure)]() mutable {
                        waiter.fail(std::move(failure));
                      });
  }

 private:
  std::optional<Executor> executor_;
  Resume resume_;
};

// Calls `start` with the Waiter, then sleeps until its result is there.
template <class T, class Start>
Task<T> wait(Start start) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto initiate = [&](auto handler) { start(Waiter<T>(executor, std::move(handler))); };
  using Token = boost::asio::use_awaitable_t<Executor>;
  constexpr Token token;
  co_return co_await boost::asio::async_initiate<const Token, void(std::exception_ptr, T)>(initiate,
                                                                                           token);
}

}  // namespace tt::rt
