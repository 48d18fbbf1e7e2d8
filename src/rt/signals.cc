#include "rt/signals.h"

#include <boost/asio/signal_set.hpp>
#include <csignal>

namespace tt::rt {

struct StopSignal::Impl {
  explicit Impl(Loop& loop) : signals(loop.executor(), SIGINT, SIGTERM) {}
  boost::asio::basic_signal_set<Executor> signals;
};

StopSignal::StopSignal(Loop& loop) : impl_(std::make_unique<Impl>(loop)) {}
StopSignal::~StopSignal() = default;

Task<int> StopSignal::wait() {
  co_return co_await impl_->signals.async_wait(boost::asio::use_awaitable_t<Executor>{});
}

}  // namespace tt::rt
