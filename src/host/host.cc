#include "host/host.h"

#include "base/error.h"

namespace tt {

void Host::serve(const std::string& listener, rt::Protocol protocol, rt::ProtocolHandler handler) {
  auto added = handlers_[listener].emplace(protocol, std::move(handler)).second;
  TT_ASSERT(added);
}

std::optional<rt::Endpoint> Host::endpoint(const std::string& listener) const {
  std::lock_guard lock(endpoints_mutex_);
  auto found = endpoints_.find(listener);
  if (found == endpoints_.end()) return std::nullopt;
  return found->second;
}

void Host::set_endpoint(const std::string& listener, const rt::Endpoint& endpoint) {
  std::lock_guard lock(endpoints_mutex_);
  endpoints_[listener] = endpoint;
}

}  // namespace tt
