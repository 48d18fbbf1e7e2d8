#pragma once

// A private database server of a test program: PostgreSQL or MariaDB in a temporary folder.  It is
// started once, by the first test that asks, and goes when the program ends, even if it crashes:
// database_server.py, which holds it, waits for the end of a pipe.

#include <cstdio>
#include <memory>
#include <string>

namespace tt::test {

class DatabaseServer {
 public:
  // `engine` is a name of settings.json: postgresql or mysql.  Throws std::runtime_error.
  explicit DatabaseServer(const std::string& engine);
  ~DatabaseServer();
  DatabaseServer(const DatabaseServer&) = delete;
  DatabaseServer& operator=(const DatabaseServer&) = delete;

  // The socket (MariaDB) or its folder (PostgreSQL).
  const std::string& host() const { return host_; }
  const std::string& user() const { return user_; }
  const std::string& password() const { return password_; }

  // Makes an empty database and returns its name.
  std::string create_database();
  // As a loss of power would; connections are not told.
  void kill() { command("kill"); }
  // In order; connections are closed.
  void stop() { command("stop"); }
  // After kill() or stop(); ready when it returns.
  void start() { command("start"); }

 private:
  std::string answer();
  void command(const std::string& line);

  int pid_ = -1;
  FILE* commands_ = nullptr;
  FILE* answers_ = nullptr;
  std::string host_, user_, password_;
  int databases_ = 0;
};

}  // namespace tt::test
