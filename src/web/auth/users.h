#pragma once

// Users: the accounts in the application's own database (models.h), as the framework asks for them.
//
//   auth::Users users(database, auth::users_settings(settings), clock);
//   users.create_superuser({.username = "ann", .password = "…"});
//   Application application({…, .users = &users, …});
//
// What is asked for at every request is kept in memory for at most `cache_age`: what this object
// changes is seen at once, what others change (the admin, another process) within that time, or at
// once after forget().

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/recent_map.h"
#include "orm/database.h"
#include "web/auth/login_throttle.h"
#include "web/auth/models.h"
#include "web/auth/password_cache.h"
#include "web/auth/password_hash.h"
#include "web/core/settings.h"
#include "web/core/user.h"

namespace tt::web::auth {

struct UsersSettings {
  std::string secret_key;
  PasswordHashing hashing;
  LoginThrottleLimits throttle;
  PasswordCacheLimits passwords;
  std::size_t cached_users_max = 10'000;
  Microseconds cache_age = std::chrono::seconds(1);
};
UsersSettings users_settings(const Settings& settings);

struct NewUser {
  std::string username;
  std::string email = {};
  std::optional<std::string> password = {};  // absent: the account cannot sign in with one
  std::string first_name = {};
  std::string last_name = {};
  bool is_staff = false;
  bool is_superuser = false;
};

class Users final : public UserStore {
 public:
  // `database` and `clock` outlive the object.
  Users(orm::Database& database, UsersSettings settings, const Clock& clock);

  UserPtr authenticate(std::string_view username, std::string_view password,
                       std::string_view address) override;
  UserPtr find(std::int64_t id) override;
  // Notes the time.
  void signed_in(const web::User& user) override;

  // The new account.  Throws invalid for a name that cannot be one, conflict if it is taken.
  User create_user(NewUser user);
  // The same, with all permissions.
  User create_superuser(NewUser user);
  // Ends the sessions of the user.  Throws not_found if there is none.
  void set_password(std::int64_t id, std::string_view password);
  // Whether it is the user's password; is not counted as a login.
  bool check_password(std::int64_t id, std::string_view password);
  // The stored form of a password, for rows that are written by other ways.
  std::string hash(std::string_view password) const;

  // To be called when the account, its groups or their permissions have been changed elsewhere.
  void forget(std::int64_t id);
  void forget_all();

 private:
  struct Account {
    UserPtr user;
    std::string encoded;  // the stored password
    Microseconds loaded_at{0};
  };
  std::shared_ptr<const Account> cached(std::int64_t id);
  std::shared_ptr<const Account> account(std::int64_t id);
  std::shared_ptr<const Account> account_named(std::string_view username);
  std::shared_ptr<const Account> loaded(std::optional<User> row, std::uint64_t generation);
  std::shared_ptr<const Account> with_right_password(std::string_view username,
                                                     std::string_view password);
  void store_password(std::int64_t id, std::string encoded);
  std::uint64_t generation();

  orm::Database& database_;
  const UsersSettings settings_;
  const Clock& clock_;
  const std::string nobodys_password_;
  LoginThrottle throttle_;
  PasswordCache passwords_;

  std::mutex mutex_;              // of what follows
  std::uint64_t generation_ = 0;  // rises when something is forgotten
  RecentMap<std::int64_t, std::shared_ptr<const Account>> accounts_;
  RecentMap<std::string, std::int64_t> ids_;  // by user name; may be wrong
};

// The hash that a session keeps of the stored password, so that it ends with the password.
std::string session_hash(std::string_view encoded_password, std::string_view secret_key);

}  // namespace tt::web::auth
