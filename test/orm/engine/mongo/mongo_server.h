#pragma once

// A private MongoDB server of a test program: mongo_server.py, in memory.  It ends with the
// program, even if that crashes.

#include <cstdint>
#include <cstdio>
#include <string>

#include "orm/engine/mongo/mongo.h"

namespace tt::test {

class MongoServer {
 public:
  // `replica_set`: its name, so that it has transactions; empty: it stands alone.  Throws
  // std::runtime_error.
  explicit MongoServer(std::string replica_set = {});
  ~MongoServer();
  MongoServer(const MongoServer&) = delete;
  MongoServer& operator=(const MongoServer&) = delete;

  // Of a database that nobody has used before.
  orm::engine::MongoOptions fresh();
  std::uint16_t port() const { return port_; }

  // As a loss of power would; all that it held is gone.
  void kill();
  // After kill(), on the same port; ready when it returns.
  void start();
  // It keeps its connections but does not answer, until go_on().
  void stall();
  void go_on();

 private:
  std::string replica_set_;
  std::uint16_t port_ = 0;
  int pid_ = -1;
  int input_ = -1;
  int databases_ = 0;
};

// Started by the first test that asks for it.
MongoServer& server_alone();
MongoServer& server_of_replica_set();

}  // namespace tt::test
