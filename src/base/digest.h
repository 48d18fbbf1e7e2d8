#pragma once

// Message digests and HMAC (OpenSSL); every result is raw bytes, see to_hex.

#include <cstdint>
#include <string>
#include <string_view>

namespace tt {

std::string md5(std::string_view message);
std::string sha1(std::string_view message);
std::string sha256(std::string_view message);
std::string hmac_sha1(std::string_view key, std::string_view message);
std::string hmac_sha256(std::string_view key, std::string_view message);

// CRC-32C (Castagnoli), as stored beside bytes on disk; `crc` continues an earlier call.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0);

}  // namespace tt
