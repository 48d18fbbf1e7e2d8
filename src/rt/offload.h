#pragma once

// OffloadPool: threads for calls that block (files, databases, password hashes).
//
//   auto query = [&] { return db.query(sql); };
//   auto rows = co_await rt::offload(pool, query);
//
// The lambda runs on a thread of the pool, its result or exception comes back on the awaiting
// loop.  What it refers to must outlive the await, which the awaiting coroutine's locals do.

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

#include "rt/waiter.h"

namespace tt::rt {

class OffloadPool {
 public:
  explicit OffloadPool(unsigned threads);
  // Waits for the work that was submitted.
  ~OffloadPool();
  OffloadPool(const OffloadPool&) = delete;
  OffloadPool& operator=(const OffloadPool&) = delete;

  // Runs `work` on a thread of the pool.  It must not throw.
  void submit(std::move_only_function<void()> work);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// `Work` takes nothing; its result must be movable and default-constructible, or void.
template <class Work>
Task<std::invoke_result_t<Work&>> offload(OffloadPool& pool, Work work) {
  using R = std::invoke_result_t<Work&>;
  using Held = std::conditional_t<std::is_void_v<R>, Done, R>;
  auto start = [&](Waiter<Held> waiter) {
    pool.submit([&work, waiter = std::move(waiter)]() mutable {
      std::optional<Held> result;
      std::exception_ptr failure;
      try {
        if constexpr (std::is_void_v<R>) {
          work();
          result.emplace();
        } else {
          result.emplace(work());
        }
      } catch (...) {
        failure = std::current_exception();
      }
      // Behind the handler: the exception must not be in use by this thread any more when the
      // loop looks at it.
      if (failure) {
        waiter.post_fail(std::move(failure));
      } else {
        waiter.post_resume(std::move(*result));
      }
    });
  };
  if constexpr (std::is_void_v<R>) {
    co_await wait<Held>(start);
  } else {
    co_return co_await wait<Held>(start);
  }
}

}  // namespace tt::rt
