#pragma once

// Audit: who changed what, when and from where.
//
// Every change of something that stays (feeds and their metadata, keys, triggers, products,
// devices, accounts, dashboards, retention, backups) and every login is one entry; readings are
// not, see telemetry and request_log for those.  Entries are never changed; those that are older
// than limits.audit_retention go.  Secrets never stand in an entry: a key appears as its label.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "identity/caller.h"
#include "rt/task.h"
#include "store/kv.h"

namespace tt::audit {

struct Event {
  std::string action;  // "feed.create", "key.delete", "login.failed", …
  std::string object;  // "feeds/504", "triggers/7", "accounts/anna"; empty: the server itself
  std::string detail;  // for people: "title: 'Attic' → 'Roof'"; may be empty
  identity::AccountId owner = 0;  // of the object, who may read the entry besides administrators
};

struct Entry {
  std::string id;  // ascending with time
  Time at;
  identity::AccountId account = 0;  // who did it
  std::string actor;                // login or key label
  std::string address;              // where the request came from; empty: the server itself
  Event event;
};

struct Filter {
  std::optional<identity::AccountId> visible_to;  // entries by or about this account; nullopt: all
  std::string object;  // this object and what is below it ("feeds/504" also "feeds/504/a")
  std::string action;  // "key" finds "key.create" and "key.delete"
  std::string before;  // an id: only older entries
  std::size_t limit = 50;
};

class Audit {
 public:
  virtual ~Audit() = default;

  // Durable on return.  Call after the change has been made.
  virtual Task<> record(const identity::Caller& caller, Event event) = 0;
  // Newest first.
  virtual Task<std::vector<Entry>> entries(Filter filter) = 0;
  // Removes what is older than the retention.  Cheap, call now and then.
  virtual Task<> expire() = 0;
};

// References must outlive the result.
std::unique_ptr<Audit> make_audit(store::Kv& kv, const Clock& clock, const Limits& limits);

}  // namespace tt::audit
