#pragma once

// Dashboards: the pages of widgets that people make for themselves, and their links for others.
//
// A dashboard belongs to one account and goes with it.  It is written as a whole: whoever saves
// says which version was changed, so that two people at two screens do not undo each other's work.
// A share link is a random token that opens exactly this dashboard until it is withdrawn.

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "console/dashboard_layout.h"
#include "identity/caller.h"
#include "rt/offload.h"
#include "rt/task.h"

namespace tt::orm {
class Database;
}

namespace tt::console {

using DashboardId = std::int64_t;

struct Dashboard {
  DashboardId id = 0;
  identity::AccountId owner = 0;
  std::string name;
  std::string layout;  // see dashboard_layout.h
  std::int64_t version = 1;
  Time created, updated;
  std::string share_token;  // empty: not shared
};

// nullopt leaves a member as it is.
struct DashboardChange {
  std::optional<std::string> name;
  std::optional<std::string> layout;    // checked
  std::optional<std::int64_t> version;  // that was changed
};

enum class Sharing { on, off };

// Functions with an owner throw not_found for a dashboard of somebody else, too.
class Dashboards {
 public:
  // References must outlive this; the tables are made by migrate() in rows.h.
  Dashboards(orm::Database& database, rt::OffloadPool& pool, const Clock& clock,
             const Limits& limits)
      : database_(database), pool_(pool), clock_(clock), limits_(limits) {}

  // By name.
  Task<std::vector<Dashboard>> list(identity::AccountId owner);
  Task<Dashboard> find(identity::AccountId owner, DashboardId id);
  // `layout` was checked.  Throws unprocessable for a name that is empty or too long, exhausted if
  // the account has limits.dashboards_per_account_max.
  Task<Dashboard> create(identity::AccountId owner, std::string name, std::string layout);
  // Throws conflict if `change.version` is not the current one.
  Task<Dashboard> update(identity::AccountId owner, DashboardId id, DashboardChange change);
  // What was removed.
  Task<Dashboard> remove(identity::AccountId owner, DashboardId id);
  // On: keeps the token that there is.
  Task<Dashboard> share(identity::AccountId owner, DashboardId id, Sharing sharing);
  // nullopt if no dashboard has the token.
  Task<std::optional<Dashboard>> find_shared(std::string token);

 private:
  orm::Database& database_;
  rt::OffloadPool& pool_;
  const Clock& clock_;
  const Limits& limits_;
};

// "Name (copy)", cut where a name ends.
std::string name_of_copy(std::string_view name);

}  // namespace tt::console
