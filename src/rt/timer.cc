#include "rt/timer.h"

#include "base/error.h"

namespace tt::rt {

Task<> sleep_for(Microseconds duration) {
  auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>, Executor>
      timer(executor, duration);
  boost::system::error_code ec;
  co_await timer.async_wait(
      boost::asio::redirect_error(boost::asio::use_awaitable_t<Executor>{}, ec));
  if (ec) throw Error(Code::cancelled, "the wait was cancelled");
}

Task<> VirtualTimers::sleep(Microseconds duration) {
  auto deadline = clock_.steady() + duration;
  auto start = [&](Waiter<Done> waiter) {
    auto later = [&](const Sleeper& other) { return other.deadline > deadline; };
    auto place = std::find_if(sleepers_.begin(), sleepers_.end(), later);
    sleepers_.insert(place, Sleeper{deadline, std::move(waiter)});
  };
  co_await wait<Done>(start);
}

void VirtualTimers::advance(Microseconds by) {
  clock_.advance(by);
  while (!sleepers_.empty() && sleepers_.front().deadline <= clock_.steady()) {
    auto waiter = std::move(sleepers_.front().waiter);
    sleepers_.pop_front();
    waiter.post_resume(Done{});
  }
}

}  // namespace tt::rt
