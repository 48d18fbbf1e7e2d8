#pragma once

// What engines that talk to a database server keep beyond orm_contract.h: servers that go away and
// come back, pools, time-outs, deadlocks.
//
//   TEST_CASE("…") { check_server_contract({server, open, "SELECT pg_sleep(?)"}); }

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "orm/database.h"
#include "support/database_server.h"

namespace tt::orm::contract {

// Of the options of the engine.
struct ServerLimits {
  unsigned connections_max = 8;
  std::chrono::milliseconds wait_timeout{10000};
  std::chrono::milliseconds statement_timeout{10000};
  std::size_t statements_max = 64;
};

struct ServerUnderTest {
  test::DatabaseServer& server;
  // Opens the database of this name.
  std::function<std::unique_ptr<Database>(const std::string& name, const ServerLimits&)> open;
  std::string sleep;  // SQL that takes `?` seconds

  // An empty database with the tables of orm_contract.h.
  std::string make_database() const;
  std::unique_ptr<Database> open_ready(const ServerLimits& limits = {}) const;
};

void check_server_contract(const ServerUnderTest& under_test);

}  // namespace tt::orm::contract
