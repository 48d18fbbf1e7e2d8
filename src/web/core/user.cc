#include "web/core/user.h"

namespace tt::web {

std::string User::full_name() const {
  auto name = first_name;
  if (!first_name.empty() && !last_name.empty()) name += ' ';
  name += last_name;
  return name.empty() ? username : name;
}

UserPtr anonymous() {
  static const UserPtr nobody = std::make_shared<const User>();
  return nobody;
}

}  // namespace tt::web
