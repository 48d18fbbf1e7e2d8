#pragma once

// Records: which migrations a database has seen.

#include <map>
#include <string>

#include "orm/database.h"
#include "orm/migrations/file.h"

namespace tt::orm::migrations {

// With the digest that the file had then.
using Applied = std::map<MigrationKey, std::string>;

// None if the table of records is not there yet.
Applied read_records(Session& session);
// Makes the table if need be.
void make_records(Session& session);
void add_record(Session& session, const Migration& migration);
void remove_record(Session& session, const MigrationKey& key);

}  // namespace tt::orm::migrations
