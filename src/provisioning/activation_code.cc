#include "base/bytes.h"
#include "base/digest.h"
#include "provisioning/provisioning.h"

namespace tt::provisioning {

std::string activation_code(std::string_view secret, std::string_view serial) {
  auto key = from_hex(secret);
  TT_ASSERT(key.has_value());
  return to_hex(hmac_sha1(*key, serial));
}

}  // namespace tt::provisioning
