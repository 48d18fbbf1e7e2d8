#pragma once

// Implementation of rt::run_alone.

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <optional>

#include "rt/loop.h"

namespace tt::rt {

// Stays until its thread ends: a pool that has just brought a result back may still be inside its
// post to the loop.
inline Loop& loop_of_thread() {
  thread_local Loop loop(0);
  loop.context().restart();
  return loop;
}

template <class T>
T run_alone(Task<T> task) {
  Loop& loop = loop_of_thread();
  std::exception_ptr failure;
  if constexpr (std::is_void_v<T>) {
    auto done = [&](std::exception_ptr e) {
      failure = e;
      loop.stop();
    };
    boost::asio::co_spawn(loop.executor(), std::move(task), done);
    loop.run();
    if (failure) std::rethrow_exception(failure);
  } else {
    std::optional<T> result;
    auto done = [&](std::exception_ptr e, T value) {
      failure = e;
      if (!e) result.emplace(std::move(value));
      loop.stop();
    };
    boost::asio::co_spawn(loop.executor(), std::move(task), done);
    loop.run();
    if (failure) std::rethrow_exception(failure);
    return std::move(*result);
  }
}

}  // namespace tt::rt
