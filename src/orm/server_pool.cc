#include "orm/server_pool.h"

#include <fmt/format.h>

namespace tt::orm {

ServerPool::ServerPool(Server& server, PoolOptions options) : server_(server), options_(options) {
  TT_ASSERT(options.connections_max > 0);
}

std::unique_ptr<ServerConnection> ServerPool::take() {
  std::unique_lock lock(mutex_);
  if (!freed_.wait_for(lock, options_.wait_timeout,
                       [&] { return !idle_.empty() || open_ < options_.connections_max; })) {
    throw Error(Code::unavailable, fmt::format("all {} connections to the database are in use",
                                               options_.connections_max));
  }
  if (auto connection = take_idle()) return connection;
  ++open_;
  lock.unlock();
  try {
    return server_.connect(Patience::bounded);
  } catch (...) {
    forget_one();
    throw;
  }
}

// The one used last first: the others may age and be closed by the server.
std::unique_ptr<ServerConnection> ServerPool::take_idle() {
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    if (connection->is_usable()) return connection;
    --open_;
  }
  return nullptr;
}

void ServerPool::give_back(std::unique_ptr<ServerConnection> connection) {
  if (!connection) return;
  if (!connection->is_usable() || connection->is_in_transaction()) {
    connection.reset();
    return forget_one();
  }
  {
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
  }
  freed_.notify_one();
}

void ServerPool::forget_one() {
  {
    std::lock_guard lock(mutex_);
    --open_;
  }
  freed_.notify_one();
}

void Lease::renew() {
  pool_.give_back(std::move(connection_));
  connection_ = pool_.take();
}

}  // namespace tt::orm
