#include "orm/migrations/history.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "orm/migrations/names.h"

namespace tt::orm::migrations {
namespace {

std::string file_of(const MigrationKey& key) {
  return fmt::format("{}/migrations/{}.json", key.app, key.name);
}

State state_without_files(std::span<const App> apps) {
  std::vector<App> all(apps.begin(), apps.end());
  State state = state_of(all);  // of all, so that relations find their targets
  for (const App& app : apps) {
    if (app.folder.empty()) continue;
    for (const ModelInfo* model : app.models) {
      std::string key = key_of(app.label, model->name);
      if (state.find(key)) state.remove(key);
    }
  }
  return state;
}

}  // namespace

History History::read(std::span<const App> apps) {
  std::vector<Migration> migrations;
  for (const App& app : apps) {
    for (Migration& migration : read_migrations(app)) migrations.push_back(std::move(migration));
  }
  return {apps, std::move(migrations)};
}

History::History(std::span<const App> apps, std::vector<Migration> migrations)
    : ordered_(std::move(migrations)), beginning_(state_without_files(apps)) {
  for (std::size_t i = 0; i < ordered_.size(); ++i) places_[ordered_[i].key] = i;
  require_dependencies(apps);
  sort();
}

void History::require_dependencies(std::span<const App> apps) const {
  for (const Migration& migration : ordered_) {
    for (const MigrationKey& key : migration.dependencies) {
      if (places_.contains(key)) continue;
      bool is_app = std::ranges::count(apps, key.app, &App::label) > 0;
      throw Error(Code::invalid,
                  fmt::format("{}: depends on {}, but {}", file_of(migration.key), key.text(),
                              is_app ? fmt::format("there is no file {}: restore it, or mend "
                                                   "\"dependencies\"",
                                                   file_of(key))
                                     : fmt::format("there is no app {}: add it to the apps of "
                                                   "the project",
                                                   key.app)));
    }
  }
}

namespace {

// A way along dependencies that comes back to where it began.
std::string find_cycle(const std::map<MigrationKey, std::set<MigrationKey>>& open) {
  std::vector<MigrationKey> way{open.begin()->first};
  for (;;) {
    const auto& waits_for = open.at(way.back());
    auto next = std::ranges::find_if(waits_for, [&](auto& key) { return open.contains(key); });
    auto seen = std::ranges::find(way, *next);
    bool is_closed = seen != way.end();
    if (is_closed) way.erase(way.begin(), seen);
    way.push_back(*next);
    if (is_closed) break;
  }
  std::string text;
  for (const MigrationKey& key : way) text += (text.empty() ? "" : " -> ") + file_of(key);
  return text;
}

}  // namespace

// The smallest key that waits for nothing comes next.
void History::sort() {
  std::map<MigrationKey, std::set<MigrationKey>> open;
  std::map<MigrationKey, std::vector<MigrationKey>> followers;
  std::set<MigrationKey> ready;
  for (const Migration& migration : ordered_) {
    auto& waits_for = open[migration.key];
    waits_for.insert(migration.dependencies.begin(), migration.dependencies.end());
    for (const MigrationKey& key : waits_for) followers[key].push_back(migration.key);
    if (waits_for.empty()) ready.insert(migration.key);
  }
  std::vector<Migration> sorted;
  while (!ready.empty()) {
    MigrationKey key = *ready.begin();
    ready.erase(ready.begin());
    open.erase(key);
    sorted.push_back(std::move(ordered_[places_.at(key)]));
    for (const MigrationKey& follower : followers[key]) {
      auto& waits_for = open.at(follower);
      waits_for.erase(key);
      if (waits_for.empty()) ready.insert(follower);
    }
  }
  if (!open.empty()) {
    throw Error(Code::invalid, fmt::format("migrations depend on each other in a circle: {}: take "
                                           "one of these out of \"dependencies\"",
                                           find_cycle(open)));
  }
  ordered_ = std::move(sorted);
  for (std::size_t i = 0; i < ordered_.size(); ++i) places_[ordered_[i].key] = i;
}

// --- looking up ----------------------------------------------------------------------------------

const Migration* History::find(const MigrationKey& key) const {
  auto found = places_.find(key);
  return found == places_.end() ? nullptr : &ordered_[found->second];
}

const Migration& History::find_by_prefix(std::string_view app, std::string_view name) const {
  if (const Migration* exact = find({std::string(app), std::string(name)})) return *exact;
  const Migration* found = nullptr;
  for (const Migration& migration : ordered_) {
    if (migration.key.app != app || !migration.key.name.starts_with(name)) continue;
    if (found) {
      throw Error(Code::invalid, fmt::format("more than one migration of {} begins with '{}': {} "
                                             "and {}",
                                             app, name, found->key.name, migration.key.name));
    }
    found = &migration;
  }
  if (found) return *found;
  throw Error(Code::not_found,
              fmt::format("the app {} has no migration that begins with '{}'", app, name));
}

std::vector<MigrationKey> History::leaves(std::string_view app) const {
  std::set<MigrationKey> keys;
  for (const Migration& migration : ordered_) {
    if (migration.key.app == app) keys.insert(migration.key);
  }
  for (const Migration& migration : ordered_) {
    if (migration.key.app != app) continue;
    for (const MigrationKey& key : migration.dependencies) keys.erase(key);
  }
  return {keys.begin(), keys.end()};
}

void History::require_one_leaf() const {
  std::set<std::string> apps;
  for (const Migration& migration : ordered_) apps.insert(migration.key.app);
  for (const std::string& app : apps) {
    auto found = leaves(app);
    if (found.size() < 2) continue;
    std::string files;
    for (const MigrationKey& key : found) files += (files.empty() ? "" : ", ") + file_of(key);
    throw Error(Code::conflict,
                fmt::format("the migrations of {} have come apart: nothing follows {}; put one of "
                            "them into \"dependencies\" of the other",
                            app, files));
  }
}

std::set<MigrationKey> History::with_dependencies(const MigrationKey& key) const {
  std::set<MigrationKey> keys{key};
  for (std::size_t i = ordered_.size(); i-- > 0;) {
    if (!keys.contains(ordered_[i].key)) continue;
    keys.insert(ordered_[i].dependencies.begin(), ordered_[i].dependencies.end());
  }
  return keys;
}

std::set<MigrationKey> History::with_dependants(const MigrationKey& key) const {
  std::set<MigrationKey> keys{key};
  for (const Migration& migration : ordered_) {
    auto needs = [&](const MigrationKey& other) { return keys.contains(other); };
    if (std::ranges::any_of(migration.dependencies, needs)) keys.insert(migration.key);
  }
  return keys;
}

// --- states --------------------------------------------------------------------------------------

void History::advance(State& state, const Migration& migration) const {
  std::size_t number = 0;
  for (const Operation& operation : migration.operations) {
    ++number;
    try {
      apply(operation, migration.key.app, state);
    } catch (const Error& error) {
      throw Error(error.code(), fmt::format("{}: operation {} ({}): {}", file_of(migration.key),
                                            number, describe(operation), error.what()));
    }
  }
}

State History::end() const {
  State state = beginning_;
  for (const Migration& migration : ordered_) advance(state, migration);
  return state;
}

}  // namespace tt::orm::migrations
