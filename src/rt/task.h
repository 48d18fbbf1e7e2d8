#pragma once

// Task<T>: a coroutine pinned to one core.
//
// The concrete executor (not any_io_executor) keeps every await free of type erasure and halves
// the time to compile.  A Task runs when it is awaited, on the loop of the awaiting coroutine; it
// is awaited where it is made, in a statement of its own whose arguments are names, calls or
// literals.  Cancellation arrives as an exception, so cleanup is RAII.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace tt {

using Executor = boost::asio::io_context::executor_type;

template <class T = void>
using Task = boost::asio::awaitable<T, Executor>;

}  // namespace tt
