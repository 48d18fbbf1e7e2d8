#pragma once

// Scope: the children of one coroutine whose number is not known beforehand (connections,
// subscriptions).  They run on the loop of the scope; none outlives join().
//
//   rt::Scope scope(loop);
//   scope.spawn(serve(connection));
//   …
//   scope.cancel();             // asks: the children's pending operations throw
//   co_await scope.join();      // waits until all of them have ended
//
// A destructor cannot await: destroying a Scope with living children is a bug and aborts.

#include <boost/asio/cancellation_signal.hpp>
#include <list>

#include "rt/loop.h"
#include "rt/waiter.h"

namespace tt::rt {

class Scope {
 public:
  explicit Scope(Loop& loop) : loop_(loop) {}
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  // Starts `child`; call on the scope's loop.  A child that ends with an exception other than a
  // cancellation has its message logged: it is expected to handle its own failures.
  void spawn(Task<> child);
  // Requests the cancellation of every child that runs now.
  void cancel();
  // Returns when there is no child left.
  Task<> join();
  std::size_t size() const { return children_.size(); }

 private:
  using Children = std::list<boost::asio::cancellation_signal>;
  void ended(Children::iterator child, std::exception_ptr failure);

  Loop& loop_;
  Children children_;
  std::vector<Waiter<Done>> joining_;
};

}  // namespace tt::rt
