#pragma once

// History: the migrations of all apps, each after those it depends on.

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "orm/migrations/file.h"

namespace tt::orm::migrations {

class History {
 public:
  // Reads the files of all apps.  Throws invalid, naming the file and what to do, if a file is
  // damaged, a dependency is missing or there is a cycle.
  static History read(std::span<const App> apps);
  // As if they had been read.
  History(std::span<const App> apps, std::vector<Migration> migrations);

  // Always the same for the same files.
  const std::vector<Migration>& migrations() const { return ordered_; }
  // nullptr if there is none.
  const Migration* find(const MigrationKey& key) const;
  // The one whose name is `name` or, alone, begins with it.  Throws not_found, or invalid if there
  // are several.
  const Migration& find_by_prefix(std::string_view app, std::string_view name) const;
  // Those of the app that no other one of it follows; more than one is a conflict.
  std::vector<MigrationKey> leaves(std::string_view app) const;
  // Throws conflict if an app has several leaves.
  void require_one_leaf() const;
  // The migrations that `key` needs, itself included.
  std::set<MigrationKey> with_dependencies(const MigrationKey& key) const;
  // The migrations that need `key`, itself included.
  std::set<MigrationKey> with_dependants(const MigrationKey& key) const;

  // Before the first migration: the models of apps that have no folder, whose tables are made
  // otherwise.
  const State& beginning() const { return beginning_; }
  // After the last one.  Throws invalid, naming the migration, if an operation does not fit.
  State end() const;
  // `state` after the migration.
  void advance(State& state, const Migration& migration) const;

 private:
  void require_dependencies(std::span<const App> apps) const;
  void sort();

  std::vector<Migration> ordered_;
  std::map<MigrationKey, std::size_t> places_;
  State beginning_;
};

}  // namespace tt::orm::migrations
