#pragma once

// Message digests and HMAC (OpenSSL); every result is raw bytes, see to_hex.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tt {

std::string md5(std::string_view message);
std::string sha1(std::string_view message);
std::string sha256(std::string_view message);
std::string hmac_sha1(std::string_view key, std::string_view message);
std::string hmac_sha256(std::string_view key, std::string_view message);

// The SHA-256 of a message that comes in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(std::string_view bytes);
  // Raw bytes; call once, last.
  std::string finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// CRC-32C (Castagnoli), as stored beside bytes on disk; `crc` continues an earlier call.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0);

}  // namespace tt
