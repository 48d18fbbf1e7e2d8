#pragma once

// Credentials: what a first start makes so that people and programs can sign in at once.

#include <optional>
#include <string>

namespace tt::app {

struct Credentials {
  std::string login = "admin";
  std::string password;
  std::string api_key;        // the Xively master key
  std::string access_key_id;  // AWS
  std::string secret_access_key;
};

// From the file DIR/credentials; nullopt if there is none.  Throws corrupt if it cannot be read.
std::optional<Credentials> read_credentials(const std::string& path);

// Mode 0600, replaced as a whole.  The AWS shared-credentials format, so that
// AWS_SHARED_CREDENTIALS_FILE may name it; the rest stands in a section [thingtank].
void write_credentials(const std::string& path, const Credentials& credentials);

// Fresh secrets, except those that the environment brings (THINGTANK_ADMIN_PASSWORD,
// THINGTANK_API_KEY, THINGTANK_ACCESS_KEY_ID, THINGTANK_SECRET_ACCESS_KEY).
Credentials make_credentials();

// Replaces what the environment brings; true if something changed.
bool apply_environment(Credentials& credentials);

}  // namespace tt::app
