#pragma once

// Migration files: FOLDER/migrations/0002_station_elevation.json.
//
//   {
//     "name": "0002_station_elevation",
//     "dependencies": [["weather", "0001_initial"], ["accounts", "0003_user_email"]],
//     "operations": [
//       {
//         "operation": "AddField",
//         "model": "Station",
//         "field": {"name": "elevation", "type": "FloatField", "null": true}
//       }
//     ]
//   }
//
//   operation             besides "model"
//   CreateModel           "table", "fields" [FIELD…], and if there are any "unique_together"
//                         [["owner", "name"]…], "indexes" [INDEX…], "ordering" ["-made"…]
//   DeleteModel
//   RenameModel           "new_name", "table"
//   AlterModelTable       "table"
//   AddField, AlterField  "field" FIELD; "rows_get" VALUE, for rows that exist
//   RemoveField           "field" NAME
//   RenameField           "field" NAME, "new_name"
//   AddIndex              "index" INDEX
//   RemoveIndex           "index" NAME
//   AlterUniqueTogether   "unique_together"
//   AlterModelOptions     "ordering"
//   RunSQL                no model; "sql" [STATEMENT…], and if it can be undone "reverse_sql"
//
//   FIELD   {"name", "type" as in fields.h, "null", "unique", "db_index", "max_length",
//            "max_digits", "decimal_places", "default" VALUE or "computed_default" true,
//            of relations "to" "app.Model", "on_delete" restrict | cascade | set_null,
//            of ManyToManyField "table", "from_column", "to_column";
//            "column" if it is not NAME, or NAME_id of a foreign key}
//   INDEX   {"name", "fields" ["-made"…]}
//   VALUE   as in orm/fixtures/json_value.h
//
// What is not known is refused, so that a misspelt key is found.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "orm/migrations/operation.h"

namespace tt::orm::migrations {

inline constexpr std::size_t file_size_bytes_max = 4 * 1024 * 1024;
inline constexpr std::size_t file_depth_max = 16;

// Which migration of which app.
struct MigrationKey {
  std::string app;
  std::string name;
  auto operator<=>(const MigrationKey&) const = default;
  std::string text() const { return app + "." + name; }
};

struct Migration {
  MigrationKey key;
  std::vector<MigrationKey> dependencies;
  std::vector<Operation> operations;
};

// The content of the file.
std::string to_text(const Migration& migration);
// Throws invalid, saying what is wrong where, if `text` is no migration.  `key` is what the place
// of the file says.
Migration from_text(std::string_view text, const MigrationKey& key);

// Of the meaning: white space and the order of keys do not count.
std::string digest_of(const Migration& migration);

// FOLDER/migrations/NAME.json
std::filesystem::path path_of(const App& app, std::string_view name);
// Reads all files of the app, by name.  None without a folder.  Throws as from_text(), naming the
// file, or unavailable if one cannot be read.
std::vector<Migration> read_migrations(const App& app);
// Makes the folder if need be.  Throws conflict if the file is there already, unavailable if it
// cannot be written.
void write_migration(const App& app, const Migration& migration);

}  // namespace tt::orm::migrations
