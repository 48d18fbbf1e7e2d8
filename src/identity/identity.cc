// Identity on the orm: blocking work runs in the offload pool, what is asked on every request is
// answered from CallerCaches.

#include "identity/identity.h"

#include <atomic>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/random.h"
#include "identity/call_rates.h"
#include "identity/caller_cache.h"
#include "identity/login_limits.h"
#include "identity/password.h"
#include "identity/revocations.h"
#include "identity/rows.h"

namespace tt::identity {
namespace {

using orm::f;
using orm::objects;

constexpr std::size_t secret_characters = 48;
constexpr std::size_t secret_bytes_max = 512;  // longer ones are not looked up
constexpr std::size_t keys_cached_max = 65'536;
constexpr std::size_t sessions_cached_max = 16'384;
constexpr std::size_t passwords_cached_max = 4'096;
constexpr unsigned passwords_checked_max = 32;  // at the same time, waiting ones included
constexpr auto session_life = std::chrono::days(14);
constexpr auto session_renewal = std::chrono::hours(1);
constexpr auto password_life = std::chrono::minutes(1);

// The names of credentials in Revocations.
std::string account_credential(const std::string& login) { return "account " + login; }
std::string key_credential(const std::string& secret_hash) { return "key " + secret_hash; }

// The account's own and those of all its keys.
std::vector<std::string> credentials_of(orm::Session& session, const AccountRow& account) {
  std::vector<std::string> credentials = {account_credential(account.login)};
  auto keys = objects<KeyRow>(session).filter(f<&KeyRow::account> == account);
  for (const auto& key : keys.rows()) credentials.push_back(key_credential(key.secret_hash));
  return credentials;
}

void check_not_last_administrator(orm::Session& session, const AccountRow& account) {
  if (!account.is_admin) return;
  if (objects<AccountRow>(session).filter(f<&AccountRow::is_admin> == true).count() > 1) return;
  throw Error(Code::conflict, "this is the only administrator");
}

CallerPtr whole_account(const AccountRow& account, const Origin& origin,
                        Revocations::Flag revoked) {
  auto caller = std::make_shared<Caller>();
  caller->account = account.id;
  caller->name = account.login;
  caller->is_admin = account.is_admin;
  caller->private_access = true;
  caller->permissions.push_back({.actions = all_actions});
  caller->origin = origin;
  caller->revoked = std::move(revoked);
  return caller;
}

// Is a key of an administrator for everything?  Then it administrates.
std::shared_ptr<Caller> key_holder(const AccountRow& account, const Key& key,
                                   const Origin& origin) {
  auto caller = std::make_shared<Caller>();
  caller->account = account.id;
  caller->key = key.id;
  caller->name = key.settings.label;
  caller->private_access = key.settings.private_access;
  caller->expires_at = key.settings.expires_at;
  caller->permissions = key.settings.permissions;
  caller->origin = origin;
  caller->is_admin = account.is_admin && caller->is_master();
  return caller;
}

class OrmIdentity final : public Identity {
 public:
  OrmIdentity(orm::Database& database, rt::OffloadPool& pool, const Clock& clock, Rates rates)
      : database_(database),
        pool_(pool),
        clock_(clock),
        login_limits_(clock, rates),
        call_rates_(clock, rates.calls_per_minute) {}

  Task<Account> create_account(std::string login, std::string password, Role role) override;
  Task<std::optional<Account>> find_account(std::string login) override;
  Task<std::vector<Account>> accounts() override;
  Task<> set_password(std::string login, std::string password) override;
  Task<> set_role(AccountId account, Role role) override;
  Task<bool> delete_account(AccountId account) override;
  Task<CallerPtr> authenticate_password(std::string login, std::string password,
                                        Origin origin) override;
  Task<std::string> open_session(AccountId account) override;
  Task<CallerPtr> authenticate_session(std::string_view secret, Origin origin) override;
  Task<> close_session(std::string_view secret) override;
  Task<Key> create_key(AccountId account, KeyDraft draft, std::string secret) override;
  Task<std::vector<Key>> create_keys(AccountId account, std::vector<KeyDraft> drafts) override;
  Task<std::optional<Key>> find_key(std::string_view secret) override;
  Task<std::vector<Key>> keys(AccountId account) override;
  Task<bool> update_key(std::int64_t id, KeyDraft draft) override;
  Task<std::optional<std::string>> renew_key(std::int64_t id) override;
  Task<bool> delete_key(std::int64_t id) override;
  Task<CallerPtr> authenticate_key(std::string_view secret, Origin origin) override;
  bool take_call(const Caller& caller) override { return call_rates_.take(caller); }

 private:
  std::optional<AccountRow> load_account(AccountId id);
  // After its row was changed or has gone.
  void end_callers(AccountId account, const std::vector<std::string>& credentials);
  // The caller if login and password belong together.  Blocks.
  CallerPtr check_password(const std::string& login, const std::string& password,
                           const Origin& origin);
  Digest password_digest(const std::string& login, const std::string& password) const;
  KeyRow new_key(AccountId account, const KeyDraft& draft, const std::string& secret);
  std::optional<SessionRow> load_session(const std::string& secret_hash);
  std::optional<Key> load_key(orm::QuerySet<KeyRow> wanted);
  CallerPtr load_key_holder(const std::string& secret_hash, const Origin& origin);
  Task<CallerPtr> find_session(Digest digest, Origin origin);
  Task<> renew_session(std::string secret_hash);
  Task<CallerPtr> find_key_holder(Digest digest, Origin origin);

  orm::Database& database_;
  rt::OffloadPool& pool_;
  const Clock& clock_;
  LoginLimits login_limits_;
  CallRates call_rates_;
  Revocations revocations_;
  CallerCache keys_{keys_cached_max};
  CallerCache sessions_{sessions_cached_max};
  CallerCache passwords_{passwords_cached_max};
  const std::string password_cache_key_ = random_bytes(32);
  std::atomic<unsigned> passwords_checked_ = 0;
};

// --- accounts ----------------------------------------------------------------------------------

Task<Account> OrmIdentity::create_account(std::string login, std::string password, Role role) {
  check_login(login);
  auto work = [&] {
    AccountRow row{
        .login = login, .is_admin = role == Role::administrator, .created = clock_.now()};
    row.password = hash_password(password);
    return to_account(objects<AccountRow>(database_).create(std::move(row)));
  };
  co_return co_await rt::offload(pool_, work);
}

Task<std::optional<Account>> OrmIdentity::find_account(std::string login) {
  auto work = [&]() -> std::optional<Account> {
    auto row = objects<AccountRow>(database_).filter(f<&AccountRow::login> == login).first();
    if (!row) return std::nullopt;
    return to_account(*row);
  };
  co_return co_await rt::offload(pool_, work);
}

Task<std::vector<Account>> OrmIdentity::accounts() {
  auto work = [&] {
    std::vector<Account> accounts;
    for (const auto& row : objects<AccountRow>(database_).order_by("login").rows()) {
      accounts.push_back(to_account(row));
    }
    return accounts;
  };
  co_return co_await rt::offload(pool_, work);
}

Task<> OrmIdentity::set_password(std::string login, std::string password) {
  auto work = [&] {
    std::string encoded = hash_password(password);
    return database_.transact([&](orm::Session& session) {
      auto row = objects<AccountRow>(session).get(f<&AccountRow::login> == login);
      row.password = encoded;
      objects<AccountRow>(session).save(row);
      objects<SessionRow>(session).filter(f<&SessionRow::account> == row).erase();
      return *row.id;
    });
  };
  auto account = co_await rt::offload(pool_, work);
  sessions_.drop_account(account);
  passwords_.drop_account(account);
  revocations_.revoke(account_credential(login));
}

void OrmIdentity::end_callers(AccountId account, const std::vector<std::string>& credentials) {
  sessions_.drop_account(account);
  passwords_.drop_account(account);
  keys_.drop_account(account);
  for (const auto& credential : credentials) revocations_.revoke(credential);
}

Task<> OrmIdentity::set_role(AccountId account, Role role) {
  std::vector<std::string> credentials;
  auto work = [&] {
    database_.transact([&](orm::Session& session) {
      auto row = objects<AccountRow>(session).get(f<&AccountRow::id> == account);
      if (role != Role::administrator) check_not_last_administrator(session, row);
      row.is_admin = role == Role::administrator;
      objects<AccountRow>(session).save(row);
      credentials = credentials_of(session, row);
    });
  };
  co_await rt::offload(pool_, work);
  end_callers(account, credentials);
}

Task<bool> OrmIdentity::delete_account(AccountId account) {
  std::vector<std::string> credentials;
  auto work = [&] {
    database_.transact([&](orm::Session& session) {
      auto row = objects<AccountRow>(session).filter(f<&AccountRow::id> == account).first();
      if (!row) return;
      check_not_last_administrator(session, *row);
      credentials = credentials_of(session, *row);
      objects<AccountRow>(session).filter(f<&AccountRow::id> == account).erase();
    });
  };
  co_await rt::offload(pool_, work);
  end_callers(account, credentials);
  co_return !credentials.empty();
}

std::optional<AccountRow> OrmIdentity::load_account(AccountId id) {
  return objects<AccountRow>(database_).filter(f<&AccountRow::id> == id).first();
}

// --- passwords ---------------------------------------------------------------------------------

// A program that sends its password with every request does not cost 40 ms each time: a password
// that was right stays known for a minute, by a digest that is worth nothing outside of this
// process.
Digest OrmIdentity::password_digest(const std::string& login, const std::string& password) const {
  return hmac_sha256(password_cache_key_, sha256(login) + sha256(password));
}

CallerPtr OrmIdentity::check_password(const std::string& login, const std::string& password,
                                      const Origin& origin) {
  auto revoked = revocations_.flag(account_credential(login));
  auto row = objects<AccountRow>(database_).filter(f<&AccountRow::login> == login).first();
  bool is_right = verify_password(password, row ? *row->password : nobodys_hash());
  if (!row || !is_right) return nullptr;
  return whole_account(*row, origin, std::move(revoked));
}

Task<CallerPtr> OrmIdentity::authenticate_password(std::string login, std::string password,
                                                   Origin origin) {
  if (login.size() > secret_bytes_max || password.size() > password_bytes_max) co_return nullptr;
  Digest digest = password_digest(login, password);
  auto found = passwords_.find(digest, origin, clock_.now());
  if (found) co_return found->caller;

  login_limits_.begin(login, origin.address);
  auto ticket = passwords_.ticket(digest);
  auto work = [&] {
    struct Slot {
      std::atomic<unsigned>& taken;
      ~Slot() { --taken; }
    } slot(passwords_checked_);
    return check_password(login, password, origin);
  };
  CallerPtr caller;
  try {
    if (++passwords_checked_ > passwords_checked_max) {
      --passwords_checked_;
      throw Error(Code::exhausted, "Too many log-ins at the same time; try again");
    }
    caller = co_await rt::offload(pool_, work);
  } catch (...) {
    login_limits_.abandoned(login, origin.address);
    throw;
  }
  if (!caller) co_return nullptr;
  login_limits_.succeeded(login, origin.address);
  CallerCache::Entry entry{.caller = caller, .ends_at = clock_.now() + password_life};
  passwords_.keep(digest, std::move(entry), ticket);
  co_return caller;
}

// --- sessions ----------------------------------------------------------------------------------

Task<std::string> OrmIdentity::open_session(AccountId account) {
  std::string secret = random_token(secret_characters);
  auto work = [&] {
    Time now = clock_.now();
    SessionRow row{.account = account, .ends_at = now + session_life};
    row.secret_hash = to_hex(sha256(secret));
    database_.transact([&](orm::Session& session) { insert_session(session, row, now); });
  };
  co_await rt::offload(pool_, work);
  co_return secret;
}

Task<CallerPtr> OrmIdentity::authenticate_session(std::string_view secret, Origin origin) {
  if (secret.empty() || secret.size() > secret_bytes_max) co_return nullptr;
  Digest digest = sha256(secret);
  auto found = sessions_.find(digest, origin, clock_.now());
  if (!found) co_return co_await find_session(std::move(digest), std::move(origin));
  if (found->is_renewal_due) co_await renew_session(to_hex(digest));
  co_return found->caller;
}

std::optional<SessionRow> OrmIdentity::load_session(const std::string& secret_hash) {
  return objects<SessionRow>(database_)
      .filter(f<&SessionRow::secret_hash> == secret_hash, f<&SessionRow::ends_at> > clock_.now())
      .first();
}

Task<CallerPtr> OrmIdentity::find_session(Digest digest, Origin origin) {
  auto ticket = sessions_.ticket(digest);
  CallerCache::Entry entry;
  auto work = [&] {
    auto session = load_session(to_hex(digest));
    auto account = session ? load_account(session->account) : std::nullopt;
    if (!account) return;
    auto revoked = revocations_.flag(account_credential(account->login));
    entry.caller = whole_account(*account, origin, std::move(revoked));
    entry.ends_at = session->ends_at;
    entry.renew_at = *session->ends_at - session_life + session_renewal;
  };
  co_await rt::offload(pool_, work);
  CallerPtr caller = entry.caller;
  if (!caller) {
    sessions_.keep_unknown(digest, ticket);
  } else {
    sessions_.keep(digest, std::move(entry), ticket);
  }
  co_return caller;
}

// The next request finds the row with its new end.
Task<> OrmIdentity::renew_session(std::string secret_hash) {
  auto work = [&] {
    Time now = clock_.now();
    objects<SessionRow>(database_)
        .filter(f<&SessionRow::secret_hash> == secret_hash, f<&SessionRow::ends_at> > now)
        .update(f<&SessionRow::ends_at>.set(now + session_life));
  };
  co_await rt::offload(pool_, work);
  sessions_.drop(*from_hex(secret_hash));
}

Task<> OrmIdentity::close_session(std::string_view secret) {
  Digest digest = sha256(secret);
  auto work = [&] {
    objects<SessionRow>(database_).filter(f<&SessionRow::secret_hash> == to_hex(digest)).erase();
  };
  co_await rt::offload(pool_, work);
  sessions_.drop(digest);
}

// --- keys --------------------------------------------------------------------------------------

KeyRow OrmIdentity::new_key(AccountId account, const KeyDraft& draft, const std::string& secret) {
  check_secret(secret);
  check_draft(draft);
  return {.account = account,
          .label = draft.label,
          .secret = secret,
          .secret_hash = to_hex(sha256(secret)),
          .private_access = draft.private_access,
          .expires_at = draft.expires_at,
          .created = clock_.now()};
}

Task<Key> OrmIdentity::create_key(AccountId account, KeyDraft draft, std::string secret) {
  if (secret.empty()) secret = random_token(secret_characters);
  auto row = new_key(account, draft, secret);
  auto work = [&] {
    database_.transact([&](orm::Session& session) { insert_key(session, row, draft); });
  };
  co_await rt::offload(pool_, work);
  keys_.drop(sha256(secret));  // it may have been known to be nobody's
  co_return Key{row.id, account, std::move(secret), std::move(draft)};
}

Task<std::vector<Key>> OrmIdentity::create_keys(AccountId account, std::vector<KeyDraft> drafts) {
  std::vector<Key> keys;
  std::vector<KeyRow> rows;
  for (auto& draft : drafts) {
    auto secret = random_token(secret_characters);
    rows.push_back(new_key(account, draft, secret));
    keys.push_back({0, account, std::move(secret), std::move(draft)});
  }
  auto write = [&](orm::Session& session) {
    for (std::size_t i = 0; i < rows.size(); ++i) insert_key(session, rows[i], keys[i].settings);
  };
  auto work = [&] { database_.transact(write); };
  co_await rt::offload(pool_, work);
  for (std::size_t i = 0; i < rows.size(); ++i) keys[i].id = rows[i].id;
  co_return keys;
}

std::optional<Key> OrmIdentity::load_key(orm::QuerySet<KeyRow> wanted) {
  auto keys = load_keys(database_, wanted);
  if (keys.empty()) return std::nullopt;
  return std::move(keys.front());
}

Task<std::optional<Key>> OrmIdentity::find_key(std::string_view secret) {
  std::string secret_hash = to_hex(sha256(secret));
  auto work = [&] {
    return load_key(objects<KeyRow>(database_).filter(f<&KeyRow::secret_hash> == secret_hash));
  };
  co_return co_await rt::offload(pool_, work);
}

Task<std::vector<Key>> OrmIdentity::keys(AccountId account) {
  auto work = [&] {
    return load_keys(database_, objects<KeyRow>(database_).filter(f<&KeyRow::account> == account));
  };
  co_return co_await rt::offload(pool_, work);
}

Task<bool> OrmIdentity::update_key(std::int64_t id, KeyDraft draft) {
  check_draft(draft);
  auto work = [&]() -> std::string {
    return database_.transact([&](orm::Session& session) {
      auto row = objects<KeyRow>(session).filter(f<&KeyRow::id> == id).first();
      if (!row) return std::string();
      identity::update_key(session, *row, draft);
      return *row->secret_hash;
    });
  };
  std::string secret_hash = co_await rt::offload(pool_, work);
  if (secret_hash.empty()) co_return false;
  keys_.drop(*from_hex(secret_hash));
  revocations_.revoke(key_credential(secret_hash));
  co_return true;
}

Task<std::optional<std::string>> OrmIdentity::renew_key(std::int64_t id) {
  std::string secret = random_token(secret_characters);
  Digest digest = sha256(secret);
  auto work = [&]() -> std::string {
    return database_.transact([&](orm::Session& session) {
      auto row = objects<KeyRow>(session).filter(f<&KeyRow::id> == id).first();
      if (!row) return std::string();
      std::string old_hash = row->secret_hash;
      row->secret = secret;
      row->secret_hash = to_hex(digest);
      objects<KeyRow>(session).save(*row);
      return old_hash;
    });
  };
  std::string old_hash = co_await rt::offload(pool_, work);
  if (old_hash.empty()) co_return std::nullopt;
  keys_.drop(*from_hex(old_hash));
  revocations_.revoke(key_credential(old_hash));
  keys_.drop(digest);
  co_return secret;
}

Task<bool> OrmIdentity::delete_key(std::int64_t id) {
  auto work = [&]() -> std::string {
    return database_.transact([&](orm::Session& session) {
      auto keys = objects<KeyRow>(session).filter(f<&KeyRow::id> == id);
      auto key = keys.first();
      if (!key) return std::string();
      keys.erase();
      return *key->secret_hash;
    });
  };
  std::string secret_hash = co_await rt::offload(pool_, work);
  if (secret_hash.empty()) co_return false;
  keys_.drop(*from_hex(secret_hash));
  revocations_.revoke(key_credential(secret_hash));
  co_return true;
}

Task<CallerPtr> OrmIdentity::authenticate_key(std::string_view secret, Origin origin) {
  if (secret.empty() || secret.size() > secret_bytes_max) co_return nullptr;
  Digest digest = sha256(secret);
  auto found = keys_.find(digest, origin, clock_.now());
  if (found) co_return found->caller;
  co_return co_await find_key_holder(std::move(digest), std::move(origin));
}

CallerPtr OrmIdentity::load_key_holder(const std::string& secret_hash, const Origin& origin) {
  auto revoked = revocations_.flag(key_credential(secret_hash));
  auto key = load_key(objects<KeyRow>(database_).filter(f<&KeyRow::secret_hash> == secret_hash));
  if (!key) return nullptr;
  if (key->settings.expires_at && *key->settings.expires_at <= clock_.now()) return nullptr;
  auto account = load_account(key->account);
  if (!account) return nullptr;
  auto caller = key_holder(*account, *key, origin);
  caller->revoked = std::move(revoked);
  return caller;
}

Task<CallerPtr> OrmIdentity::find_key_holder(Digest digest, Origin origin) {
  auto ticket = keys_.ticket(digest);
  auto work = [&] { return load_key_holder(to_hex(digest), origin); };
  CallerPtr caller = co_await rt::offload(pool_, work);
  if (!caller) {
    keys_.keep_unknown(digest, ticket);
  } else {
    CallerCache::Entry entry{.caller = caller};
    entry.ends_at = caller->expires_at.value_or(Time::max());
    keys_.keep(digest, std::move(entry), ticket);
  }
  co_return caller;
}

}  // namespace

Task<std::unique_ptr<Identity>> open(orm::Database& database, rt::OffloadPool& pool,
                                     const Clock& clock, Rates rates) {
  auto work = [&] { migrate(database); };
  co_await rt::offload(pool, work);
  co_return std::make_unique<OrmIdentity>(database, pool, clock, rates);
}

}  // namespace tt::identity
