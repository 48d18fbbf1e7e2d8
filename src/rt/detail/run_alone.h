#pragma once

// Implementation of rt::run_alone.

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <optional>

#include "rt/loop.h"

namespace tt::rt {

template <class T>
T run_alone(Task<T> task) {
  Loop loop(0);
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
