#pragma once

// API keys as clients write and read them:
//
//   {"key":{"label":"sharing key","private_access":true,
//           "expires_at":"2013-03-27T01:23:45.123456Z",
//           "permissions":[{"access_methods":["put"],"label":"fans","minimum_interval":3600,
//                           "source_ip":"128.44.98.129","referer":"my-domain.com",
//                           "resources":[{"feed_id":504,"datastream_id":"fan1"}]},
//                          {"access_methods":["get"]}]}}
//
// What is written has these members and api_key, and no other: there are clients that stop at a
// member they do not know.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "identity/identity.h"

namespace tt::gateway::xively {

// Not more than identity takes; resources are those of all permissions together.
inline constexpr std::size_t permissions_per_key_max = 64;
inline constexpr std::size_t resources_per_key_max = 1000;

// What a client says about a key; nullopt: nothing.
struct KeyInput {
  std::optional<std::string> label;
  std::optional<bool> private_access;
  std::optional<std::optional<Time>> expires_at;  // that holds nothing: never
  std::optional<std::vector<identity::Permission>> permissions;
};

// Members that a client cannot set (api_key) are ignored, since clients echo what they have read.
// Throws Error(invalid) for broken syntax ("parse error: …"), Error(unprocessable) for meaning.
KeyInput parse_key(std::string_view body, const Limits& limits);

// `settings` with what the input says in place of what they had.  Throws unprocessable if the key
// has no label or no permission then.
identity::KeyDraft changed_by(KeyInput input, identity::KeyDraft settings);

// {"key":{…}}
std::string key_json(const identity::Key& key);
// {"keys":[…]}
std::string keys_json(std::span<const identity::Key> keys);

}  // namespace tt::gateway::xively
