#include "identity/password.h"

#include <argon2.h>

#include <array>

#include "base/error.h"
#include "base/random.h"

namespace tt::identity {
namespace {

constexpr std::uint32_t memory_kib = 19 * 1024;
constexpr std::uint32_t passes = 2;
constexpr std::uint32_t lanes = 1;
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t hash_bytes = 32;

void check(std::string_view password) {
  if (password.empty()) throw Error(Code::invalid, "the password is empty");
  if (password.size() > password_bytes_max) throw Error(Code::invalid, "the password is too long");
}

}  // namespace

std::string hash_password(std::string_view password) {
  check(password);
  const std::string salt = random_bytes(salt_bytes);
  std::array<char, 256> encoded{};
  int status =
      argon2id_hash_encoded(passes, memory_kib, lanes, password.data(), password.size(),
                            salt.data(), salt.size(), hash_bytes, encoded.data(), encoded.size());
  if (status != ARGON2_OK) throw Error(Code::unavailable, argon2_error_message(status));
  return encoded.data();
}

bool verify_password(std::string_view password, const std::string& encoded) {
  if (password.size() > password_bytes_max) return false;
  int status = argon2id_verify(encoded.c_str(), password.data(), password.size());
  if (status == ARGON2_OK) return true;
  if (status == ARGON2_VERIFY_MISMATCH) return false;
  if (status == ARGON2_MEMORY_ALLOCATION_ERROR) {
    throw Error(Code::unavailable, "no memory left to check a password");
  }
  throw Error(Code::corrupt, "a stored password is damaged");
}

const std::string& nobodys_hash() {
  static const std::string encoded =
      "$argon2id$v=19$m=19456,t=2,p=1$dGhpbmd0YW5rLXNhbHQxNg$"
      "Scs6jjKHYH3Ro0EoHW+wlikDohz/8RUwUa/UaMth/V0";
  return encoded;
}

}  // namespace tt::identity
