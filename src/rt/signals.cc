#include "rt/signals.h"

#include <boost/asio/signal_set.hpp>
#include <csignal>

namespace tt::rt {

Task<int> wait_for_stop_signal() {
  auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::basic_signal_set<Executor> signals(executor, SIGINT, SIGTERM);
  co_return co_await signals.async_wait(boost::asio::use_awaitable_t<Executor>{});
}

}  // namespace tt::rt
