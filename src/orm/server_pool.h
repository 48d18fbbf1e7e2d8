#pragma once

// ServerPool: the connections to one database server, opened when needed and never more than so
// many.  A connection that the server has closed is thrown away when it would be used next, so a
// server that was started again is found by itself.

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "orm/server.h"

namespace tt::orm {

struct PoolOptions {
  unsigned connections_max = 8;
  std::chrono::milliseconds wait_timeout{5000};  // for a free connection
};

class ServerPool {
 public:
  // `server` must outlive the pool.
  ServerPool(Server& server, PoolOptions options);

  // Waits for a free connection.  Throws unavailable after wait_timeout, and as Server::connect().
  std::unique_ptr<ServerConnection> take();
  // Keeps the connection for the next one who needs it, if it is fit for that.
  void give_back(std::unique_ptr<ServerConnection> connection);

 private:
  std::unique_ptr<ServerConnection> take_idle();
  void forget_one();

  Server& server_;
  PoolOptions options_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<ServerConnection>> idle_;
  unsigned open_ = 0;
};

// A connection of the pool for as long as it lives.
class Lease {
 public:
  explicit Lease(ServerPool& pool) : pool_(pool), connection_(pool.take()) {}
  ~Lease() { pool_.give_back(std::move(connection_)); }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  ServerConnection& operator*() { return *connection_; }
  // Exchanges a connection that was lost for another one.
  void renew();

 private:
  ServerPool& pool_;
  std::unique_ptr<ServerConnection> connection_;
};

}  // namespace tt::orm
