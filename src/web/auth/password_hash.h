#pragma once

// How passwords are stored: as Django writes them, so that the accounts of a Django site go on.
//
//   pbkdf2_sha256$ITERATIONS$SALT$BASE64
//   argon2$argon2id$v=19$m=MEMORY_KIB,t=PASSES,p=LANES$SALT$HASH
//   !RANDOM                                  no password opens the account
//
// All calls that take a password cost tens of milliseconds on purpose.

#include <cstdint>
#include <string>
#include <string_view>

namespace tt::web::auth {

inline constexpr std::size_t password_bytes_max = 4096;
inline constexpr unsigned pbkdf2_iterations_max = 20'000'000;

enum class HashAlgorithm : std::uint8_t { pbkdf2_sha256, argon2 };

// How new passwords are stored.
struct PasswordHashing {
  HashAlgorithm algorithm = HashAlgorithm::pbkdf2_sha256;
  unsigned iterations = 600'000;  // of PBKDF2
};

// With a fresh salt.  Throws invalid if the password is longer than password_bytes_max, unavailable
// if there is no memory for argon2.
std::string hash_password(std::string_view password, const PasswordHashing& hashing);
// PBKDF2 with a given salt, for tests and imports.
std::string pbkdf2_password(std::string_view password, std::string_view salt, unsigned iterations);

// False, too, for a text that is no stored password.  Compares in constant time.
bool verify_password(std::string_view password, const std::string& encoded);
// Whether the password should be stored anew: another algorithm, or other costs.
bool needs_rehash(const std::string& encoded, const PasswordHashing& hashing);
// Does what checking a password with today's costs takes beyond what `encoded` has cost, so that a
// refusal takes equally long for old and for new passwords.
void spend_the_rest(std::string_view password, const std::string& encoded,
                    const PasswordHashing& hashing);

std::string unusable_password();
bool is_usable_password(std::string_view encoded);

}  // namespace tt::web::auth
