#pragma once

// Accounts as the API's users: JSON and XML.
//
//   {"user":{"login":"skeletor","roles":["user"]}}
//   <user><login>skeletor</login><roles type="array"><role>user</role></roles></user>

#include <span>

#include "gateway/xively/api.h"

namespace tt::gateway::xively {

// What a client may say about an account; what identity does not keep (names, addresses, quotas)
// is ignored.
struct UserInput {
  std::optional<std::string> login, password;
  std::optional<identity::Role> role;
};
// Throws invalid for broken syntax, unprocessable for meaning, not_acceptable.
UserInput parse_user(std::string_view body, Format format, const Limits& limits);

std::string user_document(const identity::Account& account, Format format);
std::string users_document(std::span<const identity::Account> accounts, Format format);

}  // namespace tt::gateway::xively
