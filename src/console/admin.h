#pragma once

// The admin of the cloud: accounts, API keys, and feeds with their channels.
//
// Pages read the tables of identity and registry; all that they change goes through identity,
// registry and telemetry, whose caches and revocations then follow.

#include "host/host.h"
#include "rt/block_on.h"
#include "web/admin/site.h"

namespace tt::console {

// `services` must outlive the site.
web::admin::Site make_admin(Services& services);

// The parts of it.
web::admin::Options account_options(Services& services);
web::admin::Options key_options(Services& services, std::shared_ptr<web::admin::Journal> journal);
web::admin::Options feed_options(Services& services);

// Why the person may not have the new password, or may not set it; nullopt when it is set.  The
// session of the request goes on.
std::optional<std::string> change_own_password(Services& services, const web::HttpRequest& request,
                                               const std::string& old_password,
                                               const std::string& new_password);

// Runs the Task that `make` gives on a loop; for the threads of views.
template <class Make>
auto wait_for(Services& services, Make make) {
  return rt::block_on(services.loops.at(0), make);
}

// The field may stay empty although its column is never null; nothing then changes by itself.
inline void allow_nothing(web::forms::Field& field) {
  field.is_required = false;
  field.empty = orm::Null{};
}

// Throws denied if the address asks the list to compare one of the fields: who may not read a
// secret may not guess it piece by piece either.
void refuse_lookups(const web::HttpRequest& request, std::span<const std::string_view> fields);

// Is this the page that adds a row?
inline bool is_adding(const web::HttpRequest& request) {
  return request.resolver_match().view_name.ends_with("_add");
}

}  // namespace tt::console
