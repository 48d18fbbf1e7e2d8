#pragma once

// The checks that guard a site: hosts, redirects, CSRF tokens.  Signed values: signing.h.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "web/core/signing.h"

namespace tt::web {

struct HostPort {
  std::string host;  // lower case, without the final dot; empty if the header is malformed
  std::string port;
};
HostPort split_host(std::string_view host_header);
// "example.com", ".example.com" (with all below it) or "*".
bool host_is_allowed(std::string_view host, std::span<const std::string> allowed);

// Whether a redirect to `url` stays on one of `hosts` (empty url: false).  Refuses other schemes,
// "//evil", "/\evil", control characters.
enum class RequireHttps : bool { no, yes };
bool is_safe_redirect(std::string_view url, std::span<const std::string> hosts,
                      RequireHttps require_https);

// --- CSRF: a secret of 32 characters, sent masked so that no two pages hold the same text --------
std::string make_csrf_secret();
std::string mask_csrf_secret(std::string_view secret);
// Whether a token of 64 characters holds the secret; constant time.
bool csrf_token_matches(std::string_view token, std::string_view secret);
// The secret in a token of 64 characters or a bare secret; nullopt for anything else.
std::optional<std::string> unmask_csrf_token(std::string_view token);

}  // namespace tt::web
