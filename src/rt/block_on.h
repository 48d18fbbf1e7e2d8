#pragma once

// From a thread that may block to the loops and back:
//
//   auto make = [&] { return identity.find_account(login); };
//   auto account = rt::block_on(loop, make);
//
// The Task that `make` gives runs on `loop`; this thread sleeps until it has ended and gets its
// result or its exception.  What `make` refers to stays alive meanwhile.
//
// Never from a loop (a bug), and never from a thread of a pool that the Task itself needs: when all
// threads of that pool sleep here, none is left to wake them.  The loop must run until it is done.

#include <boost/asio/co_spawn.hpp>
#include <future>
#include <memory>
#include <type_traits>

#include "base/error.h"
#include "rt/loop.h"

namespace tt::rt {

template <class Make>
typename std::invoke_result_t<Make&>::value_type block_on(Loop& loop, Make& make) {
  using T = typename std::invoke_result_t<Make&>::value_type;
  TT_ASSERT(!loop.is_current());
  // Shared: the sleeper may be gone before the loop has left the promise.
  auto promise = std::make_shared<std::promise<T>>();
  auto result = promise->get_future();
  loop.post([&loop, &make, promise = std::move(promise)] {
    if constexpr (std::is_void_v<T>) {
      auto done = [promise](std::exception_ptr failure) {
        failure ? promise->set_exception(std::move(failure)) : promise->set_value();
      };
      boost::asio::co_spawn(loop.executor(), make(), std::move(done));
    } else {
      auto done = [promise](std::exception_ptr failure, T value) {
        failure ? promise->set_exception(std::move(failure)) : promise->set_value(std::move(value));
      };
      boost::asio::co_spawn(loop.executor(), make(), std::move(done));
    }
  });
  return result.get();
}

}  // namespace tt::rt
