#pragma once

// User: who a request is from, whatever keeps the accounts (web/auth: models of the application's
// own database; the cloud: its identities).

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace tt::web {

struct User {
  std::int64_t id = 0;  // 0: nobody is signed in
  std::string username;
  std::string first_name, last_name, email;
  bool is_active = false;
  bool is_staff = false;
  bool is_superuser = false;
  std::set<std::string, std::less<>> permissions;  // "myapp.add_station", groups' included
  // Changes with the password, so that a new one ends the sessions of the old.
  std::string session_hash;

  bool is_authenticated() const { return id != 0; }
  bool has_perm(std::string_view permission) const {
    return is_active && (is_superuser || permissions.contains(permission));
  }
  // "First Last", or the user name.
  std::string full_name() const;
};
using UserPtr = std::shared_ptr<const User>;  // never null; anonymous() for nobody

UserPtr anonymous();

// Where accounts are kept.  Calls block; they may come from many threads.
class UserStore {
 public:
  virtual ~UserStore() = default;
  // nullptr if the name is unknown, the password wrong or the account inactive; takes equally long
  // for each.  Throws exhausted after too many failures of this name or from this address.
  virtual UserPtr authenticate(std::string_view username, std::string_view password,
                               std::string_view address) = 0;
  // nullptr if there is no such user (any more).
  virtual UserPtr find(std::int64_t id) = 0;
  // Called after a person signed in, e.g. to note the time.
  virtual void signed_in(const User& user) = 0;
};

}  // namespace tt::web
