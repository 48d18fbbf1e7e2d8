#include "rt/scope.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/system/system_error.hpp>

#include "base/error.h"
#include "base/log.h"

namespace tt::rt {
namespace {

void log_failure(std::exception_ptr failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& e) {
    if (e.code() != Code::cancelled) log::error("a background task failed", {{"error", e.what()}});
  } catch (const boost::system::system_error& e) {
    if (e.code() != boost::asio::error::operation_aborted) {
      log::error("a background task failed", {{"error", e.what()}});
    }
  } catch (const std::exception& e) {
    log::error("a background task failed", {{"error", e.what()}});
  }
}

}  // namespace

Scope::~Scope() { TT_ASSERT(children_.empty()); }

void Scope::spawn(Task<> child) {
  auto it = children_.emplace(children_.end());
  auto done = [this, it](std::exception_ptr failure) { ended(it, failure); };
  boost::asio::co_spawn(loop_.executor(), std::move(child),
                        boost::asio::bind_cancellation_slot(it->slot(), done));
}

void Scope::cancel() {
  // emit() may end a child at once, which removes it from the list.
  for (auto it = children_.begin(); it != children_.end();) {
    auto child = it++;
    child->emit(boost::asio::cancellation_type::terminal);
  }
}

Task<> Scope::join() {
  if (children_.empty()) co_return;
  auto start = [this](Waiter<Done> waiter) { joining_.push_back(std::move(waiter)); };
  co_await wait<Done>(start);
}

void Scope::ended(Children::iterator child, std::exception_ptr failure) {
  if (failure) log_failure(failure);
  // The signal's slot is still in use on this stack: it goes when the stack is gone.
  boost::asio::post(loop_.executor(), [this, child] {
    children_.erase(child);
    if (!children_.empty()) return;
    for (auto& waiter : std::exchange(joining_, {})) waiter.resume(Done{});
  });
}

}  // namespace tt::rt
