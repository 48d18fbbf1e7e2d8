#include "orm/server_names.h"

#include "base/bytes.h"
#include "base/digest.h"

namespace tt::orm {

std::string short_name(std::string_view name, std::size_t bytes_max) {
  if (name.size() <= bytes_max) return std::string(name);
  std::string checksum = to_hex(sha256(name)).substr(0, 8);
  std::size_t kept = bytes_max - checksum.size() - 1;
  while (kept > 0 && (static_cast<unsigned char>(name[kept]) & 0xc0) == 0x80) --kept;  // UTF-8
  return std::string(name.substr(0, kept)) + '_' + checksum;
}

}  // namespace tt::orm
