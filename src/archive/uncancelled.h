#pragma once

// uncancelled: lets a Task run to its end although the waiting coroutine is cancelled meanwhile.
//
// What has begun to be written is brought to its end: a cancellation between a commit and the
// change of memory that belongs to it would leave the two apart.  The cancellation arrives at the
// next await of the caller.

#include <boost/asio/this_coro.hpp>
#include <exception>
#include <optional>
#include <type_traits>

#include "rt/task.h"

namespace tt::archive {

template <class T>
Task<T> uncancelled(Task<T> task) {
  bool before = co_await boost::asio::this_coro::throw_if_cancelled();
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  std::exception_ptr failure;
  std::conditional_t<std::is_void_v<T>, std::optional<bool>, std::optional<T>> result;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(task);
    } else {
      result.emplace(co_await std::move(task));
    }
  } catch (...) {
    failure = std::current_exception();
  }
  co_await boost::asio::this_coro::throw_if_cancelled(before);
  if (failure) std::rethrow_exception(failure);
  if constexpr (!std::is_void_v<T>) co_return std::move(*result);
}

}  // namespace tt::archive
