#pragma once

// Running a piece of work on another loop and waiting for it here.

#include <boost/asio/co_spawn.hpp>

#include "rt/loop.h"
#include "rt/waiter.h"

namespace tt::rt {

// Runs the Task that `make` gives on `loop`; its exception comes back here.
template <class Make>
Task<> run_on(Loop& loop, Make make) {
  auto start = [&](Waiter<Done> waiter) {
    loop.post([&loop, &make, waiter = std::move(waiter)]() mutable {
      auto done = [waiter = std::move(waiter)](std::exception_ptr failure) mutable {
        if (failure) {
          std::move(waiter).post_fail(failure);
        } else {
          std::move(waiter).post_resume(Done{});
        }
      };
      boost::asio::co_spawn(loop.executor(), make(), std::move(done));
    });
  };
  co_await wait<Done>(start);
}

}  // namespace tt::rt
