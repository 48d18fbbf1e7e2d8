#include "web/auth/users.h"

#include <utility>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "web/auth/current.h"
#include "web/core/signing.h"
#include "web/template/text.h"

namespace tt::web::auth {
namespace {

using namespace tt::orm::literals;

constexpr std::string_view hash_salt =
    "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash";

// The domain of an address has no case.
std::string normalized_email(std::string_view email) {
  auto at = email.rfind('@');
  if (at == email.npos) return std::string(email);
  return std::string(email.substr(0, at)) + lower(email.substr(at));
}

void add_names(std::set<std::string, std::less<>>& names, const std::vector<Permission>& rows) {
  for (const auto& row : rows) names.insert(*row.app_label + "." + *row.codename);
}

std::set<std::string, std::less<>> permissions_of(orm::Session& session, const User& row) {
  std::set<std::string, std::less<>> names;
  add_names(names, row.user_permissions.in(session).all().rows());
  for (const auto& group : row.groups.in(session).all().rows()) {
    add_names(names, group.permissions.in(session).all().rows());
  }
  return names;
}

}  // namespace

std::string session_hash(std::string_view encoded_password, std::string_view secret_key) {
  return to_hex(salted_hmac(hash_salt, encoded_password, secret_key));
}

UsersSettings users_settings(const Settings& settings) {
  UsersSettings out;
  out.secret_key = settings.secret_key;
  out.hashing.iterations = settings.password_iterations;
  out.throttle.failures_max = settings.login_failures_max;
  out.throttle.window = settings.login_window;
  return out;
}

Users::Users(orm::Database& database, UsersSettings settings, const Clock& clock)
    : database_(database),
      settings_(std::move(settings)),
      clock_(clock),
      nobodys_password_(hash_password("nobody's", settings_.hashing)),
      throttle_(settings_.throttle, clock),
      passwords_(settings_.passwords, clock),
      accounts_(settings_.cached_users_max),
      ids_(settings_.cached_users_max) {}

// --- what is kept in memory --------------------------------------------------------------------

std::uint64_t Users::generation() {
  std::scoped_lock lock(mutex_);
  return generation_;
}

void Users::forget(std::int64_t id) {
  std::scoped_lock lock(mutex_);
  ++generation_;
  accounts_.erase(id);
}

void Users::forget_all() {
  std::scoped_lock lock(mutex_);
  ++generation_;
  accounts_.erase_if([](const auto&) { return true; });
}

std::shared_ptr<const Users::Account> Users::cached(std::int64_t id) {
  std::scoped_lock lock(mutex_);
  auto found = accounts_.find(id);
  bool is_fresh = found && clock_.steady() - (*found)->loaded_at < settings_.cache_age;
  return is_fresh ? *found : nullptr;
}

// Kept unless something has changed since `generation`: the row may be an old one.
std::shared_ptr<const Users::Account> Users::loaded(std::optional<User> row,
                                                    std::uint64_t generation) {
  if (!row) return nullptr;
  auto& session = session_for(database_);
  auto user = std::make_shared<web::User>();
  user->id = *row->id;
  user->username = *row->username;
  user->first_name = *row->first_name;
  user->last_name = *row->last_name;
  user->email = *row->email;
  user->is_active = *row->is_active;
  user->is_staff = *row->is_staff;
  user->is_superuser = *row->is_superuser;
  if (!user->is_superuser) user->permissions = permissions_of(session, *row);
  user->session_hash = session_hash(*row->password, settings_.secret_key);
  auto account = std::make_shared<const Account>(
      Account{std::move(user), *std::move(row->password), clock_.steady()});
  std::scoped_lock lock(mutex_);
  // What a transaction reads may never come true.
  if (generation == generation_ && &session == &database_) {
    accounts_.put(account->user->id, account);
    ids_.put(account->user->username, account->user->id);
  }
  return account;
}

std::shared_ptr<const Users::Account> Users::account(std::int64_t id) {
  if (auto found = cached(id)) return found;
  auto now = generation();
  auto users = orm::objects<User>(session_for(database_));
  return loaded(users.filter("id"_k = id).first(), now);
}

std::shared_ptr<const Users::Account> Users::account_named(std::string_view username) {
  std::int64_t id = 0;
  {
    std::scoped_lock lock(mutex_);
    if (auto found = ids_.find(std::string(username))) id = *found;
  }
  auto found = id != 0 ? cached(id) : nullptr;
  if (found && found->user->username == username) return found;
  auto now = generation();
  auto users = orm::objects<User>(session_for(database_));
  return loaded(users.filter("username"_k = username).first(), now);
}

// --- signing in --------------------------------------------------------------------------------

// nullptr after the time that a right password takes.
std::shared_ptr<const Users::Account> Users::with_right_password(std::string_view username,
                                                                 std::string_view password) {
  auto account = account_named(username);
  const auto& encoded =
      account && is_usable_password(account->encoded) ? account->encoded : nobodys_password_;
  bool is_right = verify_password(password, encoded);
  if (!is_right) spend_the_rest(password, encoded, settings_.hashing);
  bool is_theirs = account && &encoded == &account->encoded;
  return is_right && is_theirs ? account : nullptr;
}

UserPtr Users::authenticate(std::string_view username, std::string_view password,
                            std::string_view address) {
  if (username.size() > 4 * 150 || !is_utf8(username) || username.contains('\0')) username = "";
  auto known = account_named(username);
  if (known && passwords_.knows({username, password, known->encoded})) {
    return known->user->is_active ? known->user : nullptr;
  }
  throttle_.begin(username, address);
  auto account = with_right_password(username, password);
  if (!account || !account->user->is_active) return nullptr;
  throttle_.succeeded(username, address);
  if (needs_rehash(account->encoded, settings_.hashing)) {
    store_password(account->user->id, hash_password(password, settings_.hashing));
    account = this->account(account->user->id);
    if (!account) return nullptr;
  }
  passwords_.remember({username, password, account->encoded});
  return account->user;
}

UserPtr Users::find(std::int64_t id) {
  auto found = account(id);
  return found ? found->user : nullptr;
}

void Users::signed_in(const web::User& user) {
  auto users = orm::objects<User>(session_for(database_));
  users.filter("id"_k = user.id).update("last_login"_k = clock_.now());
}

// --- changing accounts -------------------------------------------------------------------------

std::string Users::hash(std::string_view password) const {
  return hash_password(password, settings_.hashing);
}

User Users::create_user(NewUser user) {
  if (user.username.empty()) throw Error(Code::invalid, "The given username must be set");
  if (auto problem = check_username(user.username)) throw Error(Code::invalid, *problem);
  User row;
  row.username = std::move(user.username);
  row.email = normalized_email(user.email);
  row.first_name = std::move(user.first_name);
  row.last_name = std::move(user.last_name);
  row.is_staff = user.is_staff;
  row.is_superuser = user.is_superuser;
  row.password = user.password ? hash(*user.password) : unusable_password();
  return orm::objects<User>(session_for(database_)).create(std::move(row));
}

User Users::create_superuser(NewUser user) {
  user.is_staff = true;
  user.is_superuser = true;
  return create_user(std::move(user));
}

void Users::store_password(std::int64_t id, std::string encoded) {
  auto users = orm::objects<User>(session_for(database_));
  auto changed = users.filter("id"_k = id).update("password"_k = encoded);
  forget(id);
  if (changed == 0) throw Error(Code::not_found, fmt::format("there is no user {}", id));
}

void Users::set_password(std::int64_t id, std::string_view password) {
  store_password(id, hash(password));
}

bool Users::check_password(std::int64_t id, std::string_view password) {
  auto found = account(id);
  return found && verify_password(password, found->encoded);
}

}  // namespace tt::web::auth
