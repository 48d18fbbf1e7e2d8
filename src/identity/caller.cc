#include "identity/caller.h"

#include <algorithm>

namespace tt::identity {
namespace {

// "source_ip equal/absent and referer host equal/absent (subdomains differ)"
bool comes_from(const Permission& permission, const Origin& origin) {
  if (!permission.source_ip.empty() && permission.source_ip != origin.address) return false;
  return permission.referer.empty() || permission.referer == origin.referer_host;
}

// "Permissions cascade": a limit to a feed covers its channels.
bool covers(const ResourceLimit& limit, const Resource& resource) {
  if (resource.feed != limit.feed) return false;
  return limit.channel.empty() || limit.channel == resource.channel;
}

bool permits(const Permission& permission, const Caller& caller, Action action,
             const Resource& resource) {
  if ((permission.actions & static_cast<std::uint8_t>(action)) == 0) return false;
  if (!comes_from(permission, caller.origin)) return false;
  auto matches = [&](const ResourceLimit& limit) { return covers(limit, resource); };
  return permission.resources.empty() || std::ranges::any_of(permission.resources, matches);
}

// "the feed public or private_access"; writes only to feeds of one's own.
bool reaches(const Caller& caller, Action action, const Resource& resource) {
  if (!resource.feed && !resource.owner) return true;
  bool is_own = resource.owner && *resource.owner == caller.account;
  if (action != Action::read) return is_own && (!resource.is_private || caller.private_access);
  return !resource.is_private || (is_own && caller.private_access);
}

}  // namespace

bool Caller::is_master() const {
  std::uint8_t unlimited = 0;
  for (const Permission& permission : permissions) {
    if (permission.resources.empty() && comes_from(permission, origin)) {
      unlimited |= permission.actions;
    }
  }
  return account != 0 && private_access && unlimited == all_actions;
}

bool allow(const Caller& caller, Action action, const Resource& resource, Time now) {
  if (caller.account == 0 || caller.is_revoked()) return false;
  if (caller.expires_at && *caller.expires_at <= now) return false;
  if (!reaches(caller, action, resource)) return false;
  return std::ranges::any_of(caller.permissions, [&](const Permission& permission) {
    return permits(permission, caller, action, resource);
  });
}

void require(const Caller& caller, Action action, const Resource& resource, Time now) {
  if (allow(caller, action, resource, now)) return;
  if (caller.account == 0) {
    throw Error(Code::unauthenticated, "This request needs credentials");
  }
  throw Error(Code::denied, "You do not have the necessary permissions to access this resource");
}

}  // namespace tt::identity
