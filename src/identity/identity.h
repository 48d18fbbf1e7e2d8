#pragma once

// Identity: accounts, their passwords, sessions and API keys, and the rate limits of callers.
//
// Rows live in the orm database; keys and sessions that were used lately are cached in memory and
// dropped from there by the same functions that write.  All functions may be called from any loop.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "identity/caller.h"
#include "rt/offload.h"
#include "rt/task.h"

namespace tt::orm {
class Database;
}

namespace tt::identity {

// The cookie that carries the secret of a browser's session.
inline constexpr std::string_view session_cookie = "thingtank_session";

enum class Role { user, administrator };

struct Account {
  AccountId id = 0;
  std::string login;
  bool is_admin = false;
};

struct KeyDraft {
  std::string label;
  bool private_access = false;
  std::optional<Time> expires_at;
  std::vector<Permission> permissions;
};

struct Key {
  std::int64_t id = 0;
  AccountId account = 0;
  std::string secret;  // 48 characters of base64url
  KeyDraft settings;
};

class Identity {
 public:
  virtual ~Identity() = default;

  // --- accounts -----------------------------------------------------------------------------
  // Throws conflict if `login` is taken.  The password is kept as an argon2id hash.
  virtual Task<Account> create_account(std::string login, std::string password, Role role) = 0;
  virtual Task<std::optional<Account>> find_account(std::string login) = 0;
  virtual Task<std::vector<Account>> accounts() = 0;
  // Throws not_found.  Ends the account's sessions, and what open connections may do with the old
  // password.
  virtual Task<> set_password(std::string login, std::string password) = 0;
  // Throws not_found, and conflict if nobody would be left to administrate.  Sessions go on with
  // the new role, connections must open again.
  virtual Task<> set_role(AccountId account, Role role) = 0;
  // Ends the account with its sessions and keys, also where a connection is open with one.  False
  // if there was none.  Throws conflict if it owns feeds or nobody would be left to administrate.
  virtual Task<bool> delete_account(AccountId account) = 0;

  // nullptr if login or password is wrong (takes equally long for both).  Throws exhausted after
  // too many failures for this login or from this address.
  virtual Task<CallerPtr> authenticate_password(std::string login, std::string password,
                                                Origin origin) = 0;

  // --- sessions of people in a browser ------------------------------------------------------
  // The secret for the cookie; it ends after two weeks without use.  Only its hash is stored.
  virtual Task<std::string> open_session(AccountId account) = 0;
  // nullptr if unknown or ended.  The caller is the account itself: every permission on its own.
  virtual Task<CallerPtr> authenticate_session(std::string_view secret, Origin origin) = 0;
  virtual Task<> close_session(std::string_view secret) = 0;

  // --- API keys -----------------------------------------------------------------------------
  // Makes the secret, unless `secret` is given (the configured master key: 8 to 200 visible ASCII
  // characters).  Throws conflict if that key exists already or the account does not, invalid for a
  // draft over the limits of rows.h.
  virtual Task<Key> create_key(AccountId account, KeyDraft draft, std::string secret = {}) = 0;
  // One for each draft, in their order; all or none.  Otherwise as create_key().
  virtual Task<std::vector<Key>> create_keys(AccountId account, std::vector<KeyDraft> drafts) = 0;
  virtual Task<std::optional<Key>> find_key(std::string_view secret) = 0;
  virtual Task<std::vector<Key>> keys(AccountId account) = 0;
  // Replaces the key's settings; connections that were opened with the key must open again.  False
  // if there is none; throws invalid like create_key().
  virtual Task<bool> update_key(std::int64_t id, KeyDraft draft) = 0;
  // Replaces the key's secret, the old one ends at once.  The new one; nullopt if there is no key.
  virtual Task<std::optional<std::string>> renew_key(std::int64_t id) = 0;
  // Ends the key at once, also where a connection is open with it.  False if there was none.
  virtual Task<bool> delete_key(std::int64_t id) = 0;

  // nullptr if unknown or expired.  In memory for keys in use: no allocation but the origin's.
  virtual Task<CallerPtr> authenticate_key(std::string_view secret, Origin origin) = 0;

  // --- rates --------------------------------------------------------------------------------
  // Takes one call from the caller's budget; false if it is used up.  Always true when the
  // configuration names no rate (the default).
  virtual bool take_call(const Caller& caller) = 0;
};

struct Rates {
  double calls_per_minute = 0;             // of one key, average over three minutes; 0: unlimited
  unsigned login_failures_max = 10;        // for one login or address …
  std::chrono::seconds login_window{900};  // … within this time
};

// The tables are made or migrated by open().  References must outlive the result.
Task<std::unique_ptr<Identity>> open(orm::Database& database, rt::OffloadPool& pool,
                                     const Clock& clock, Rates rates);

}  // namespace tt::identity
