#pragma once

// Passwords are kept as argon2id hashes with the parameters that OWASP names: 19 MiB, 2 passes,
// 1 lane.  Hashing takes some 40 ms and blocks: run it in the offload pool.

#include <string>
#include <string_view>

namespace tt::identity {

// Longer ones are refused with invalid, empty ones as well.
inline constexpr std::size_t password_bytes_max = 1024;

// "$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH".  Throws unavailable if there is no memory for it.
std::string hash_password(std::string_view password);

// `encoded` is what hash_password() returned, possibly with other parameters.  Throws corrupt if
// it is something else.
bool verify_password(std::string_view password, const std::string& encoded);

// The hash of a password that nobody knows: verifying against it takes as long as against a real
// one, so that the time of an answer does not tell whether a login exists.
const std::string& nobodys_hash();

}  // namespace tt::identity
