#pragma once

// Which passwords are accepted when one is set: AUTH_PASSWORD_VALIDATORS of the settings.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tt::web::auth {

// What the person's own data is; a password must not resemble it.
struct PersonalData {
  std::string username;
  std::string first_name;
  std::string last_name;
  std::string email;
};

// What is wrong with the password, in the words that people read; empty if nothing is.
// `validators` are short names ("MinimumLengthValidator"), or paths that end in one.  Throws
// invalid for a name that nobody knows.
std::vector<std::string> password_problems(std::string_view password, const PersonalData& person,
                                           std::span<const std::string> validators);

// What to tell people before they choose one.
std::vector<std::string> password_advice(std::span<const std::string> validators);

// Whether it is among those that are tried first (case ignored).
bool is_common_password(std::string_view password);

}  // namespace tt::web::auth
