#pragma once

// Caller: who asks, and what that one may do.
//
// A Caller is made by Identity from a credential of any kind (API key, password, session) and is
// immutable from then on; every request carries one.  allow() is the one permission check; every
// edge, whatever its protocol, calls it (or the bus does on its behalf).

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace tt::identity {

using AccountId = std::int64_t;

// The words of an API key's access_methods: get, put, post, delete.
enum class Action : std::uint8_t { read = 1, update = 2, create = 4, remove = 8 };
inline constexpr std::uint8_t all_actions = 15;

// One thing that a permission is limited to: a feed, or one channel of it.
struct ResourceLimit {
  std::int64_t feed = 0;
  std::string channel;  // empty: the feed with all its channels
};

struct Permission {
  std::uint8_t actions = 0;              // a sum of Action values
  std::vector<ResourceLimit> resources;  // empty: everything of the owner
  std::string source_ip;                 // empty: from anywhere
  std::string referer;                   // host name; empty: whatever page
  std::int64_t minimum_interval_s = 0;   // of history that may be read
  std::string label;
};

// What a request touches.  Fields that do not apply stay empty.
struct Resource {
  std::optional<std::int64_t> feed;
  std::string_view channel;
  std::optional<AccountId> owner;  // of the feed; nullopt: no particular feed (lists, topics, …)
  bool is_private = true;
};

// Where the request came from, for permissions that are bound to it.
struct Origin {
  std::string address;
  std::string referer_host;
};

struct Caller {
  AccountId account = 0;        // 0: nobody (anonymous)
  std::int64_t key = 0;         // the API key's row; 0 when not authenticated by key
  std::string name;             // login or key label, for logs; never the secret
  bool is_admin = false;        // of the whole server
  bool private_access = false;  // may read private feeds
  std::optional<Time> expires_at;
  std::vector<Permission> permissions;
  Origin origin;
  // Raised when the credential ends: key deleted or changed, password set.  nullptr: never.
  std::shared_ptr<const std::atomic<bool>> revoked;

  // True once the credential behind this caller has ended; allow() then allows nothing.
  bool is_revoked() const { return revoked && revoked->load(std::memory_order_relaxed); }

  // No resource limit, private access, all four methods: may manage products, devices and keys.
  bool is_master() const;
};

using CallerPtr = std::shared_ptr<const Caller>;

// True if `caller` may do `action` to `resource` at `now`.  Writes need the feed's owner to be the
// caller's account; reads also reach public feeds of others.  contracts: the key not expired, some
// permission with the method, address and referer equal or unlimited, no resources or one that
// matches, the feed public or private_access.  A permission with resources never matches a request
// about no particular feed (lists, topics); a feed whose owner is not named belongs to nobody.
bool allow(const Caller& caller, Action action, const Resource& resource, Time now);

// Throws denied (unauthenticated for nobody) unless allow().
void require(const Caller& caller, Action action, const Resource& resource, Time now);

}  // namespace tt::identity
