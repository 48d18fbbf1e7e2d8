#pragma once

// ServerDatabase: a Database over a pool of connections to a server.
//
// A read whose connection was lost is tried once more on a new one; so is the begin of a
// transaction.  A write is not: it may have been executed.  A write that stands alone is tried
// again after a TransactionConflict; a transaction is not, its work may not be repeatable.

#include <memory>

#include "orm/server_pool.h"

namespace tt::orm {

std::unique_ptr<Database> make_server_database(std::unique_ptr<Server> server, PoolOptions options);

}  // namespace tt::orm
