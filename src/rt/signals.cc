#include "rt/signals.h"

#include <boost/asio/signal_set.hpp>

namespace tt::rt {

struct Signals::Impl {
  explicit Impl(Loop& loop) : signals(loop.executor()) {}
  boost::asio::basic_signal_set<Executor> signals;
};

Signals::Signals(Loop& loop, std::initializer_list<int> numbers)
    : impl_(std::make_unique<Impl>(loop)) {
  for (int number : numbers) impl_->signals.add(number);
}
Signals::~Signals() = default;

Task<int> Signals::wait() {
  co_return co_await impl_->signals.async_wait(boost::asio::use_awaitable_t<Executor>{});
}

}  // namespace tt::rt
