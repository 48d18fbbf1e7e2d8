#include "web/auth/password_hash.h"

#include <argon2.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/random.h"

namespace tt::web::auth {
namespace {

constexpr std::string_view pbkdf2_prefix = "pbkdf2_sha256$";
constexpr std::string_view argon2_prefix = "argon2";
constexpr std::size_t digest_bytes = 32;
constexpr std::size_t salt_characters = 22;  // 131 bits
constexpr std::size_t unusable_characters = 40;

// What OWASP names for argon2id.
constexpr std::uint32_t memory_kib = 19 * 1024;
constexpr std::uint32_t passes = 2;
constexpr std::uint32_t lanes = 1;
constexpr std::string_view argon2_costs = "argon2$argon2id$v=19$m=19456,t=2,p=1$";
constexpr std::size_t argon2_salt_bytes = 16;

struct Pbkdf2 {
  unsigned iterations = 0;
  std::string salt;
  std::string digest;  // in base 64
};

std::optional<Pbkdf2> parse_pbkdf2(std::string_view encoded) {
  if (!encoded.starts_with(pbkdf2_prefix)) return std::nullopt;
  encoded.remove_prefix(pbkdf2_prefix.size());
  Pbkdf2 out;
  auto [end, error] =
      std::from_chars(encoded.data(), encoded.data() + encoded.size(), out.iterations);
  bool is_number =
      error == std::errc() && out.iterations > 0 && end != encoded.end() && *end == '$';
  if (!is_number || out.iterations > pbkdf2_iterations_max) return std::nullopt;
  encoded.remove_prefix(static_cast<std::size_t>(end - encoded.data()) + 1);
  auto dollar = encoded.find('$');
  if (dollar == encoded.npos) return std::nullopt;
  out.salt = encoded.substr(0, dollar);
  out.digest = encoded.substr(dollar + 1);
  return out;
}

std::string pbkdf2_digest(std::string_view password, std::string_view salt, unsigned iterations) {
  std::string digest(digest_bytes, '\0');
  int done = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                               reinterpret_cast<const unsigned char*>(salt.data()),
                               static_cast<int>(salt.size()), static_cast<int>(iterations),
                               EVP_sha256(), static_cast<int>(digest.size()),
                               reinterpret_cast<unsigned char*>(digest.data()));
  if (done != 1) throw Error(Code::internal, "a password cannot be hashed");
  return digest;
}

// Characters [a-zA-Z0-9], each equally often.
std::string random_text(std::size_t length) {
  constexpr std::string_view alphabet =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  constexpr unsigned fair = 256 / alphabet.size() * alphabet.size();
  std::string out;
  while (out.size() < length) {
    for (char byte : random_bytes(length)) {
      auto value = static_cast<unsigned char>(byte);
      if (value < fair && out.size() < length) out += alphabet[value % alphabet.size()];
    }
  }
  return out;
}

std::string argon2_password(std::string_view password) {
  auto salt = random_bytes(argon2_salt_bytes);
  std::array<char, 256> encoded{};
  int status =
      argon2id_hash_encoded(passes, memory_kib, lanes, password.data(), password.size(),
                            salt.data(), salt.size(), digest_bytes, encoded.data(), encoded.size());
  if (status != ARGON2_OK) throw Error(Code::unavailable, argon2_error_message(status));
  return std::string(argon2_prefix) + encoded.data();
}

bool verify_argon2(std::string_view password, const std::string& encoded) {
  auto text = encoded.substr(argon2_prefix.size());
  auto type = text.starts_with("$argon2id$")  ? Argon2_id
              : text.starts_with("$argon2i$") ? Argon2_i
                                              : Argon2_d;
  int status = argon2_verify(text.c_str(), password.data(), password.size(), type);
  if (status != ARGON2_MEMORY_ALLOCATION_ERROR) return status == ARGON2_OK;
  throw Error(Code::unavailable, "no memory left to check a password");
}

}  // namespace

std::string pbkdf2_password(std::string_view password, std::string_view salt, unsigned iterations) {
  auto digest = pbkdf2_digest(password, salt, iterations);
  return fmt::format("{}{}${}${}", pbkdf2_prefix, iterations, salt, to_base64(digest));
}

std::string hash_password(std::string_view password, const PasswordHashing& hashing) {
  if (password.size() > password_bytes_max) throw Error(Code::invalid, "the password is too long");
  if (hashing.algorithm == HashAlgorithm::argon2) return argon2_password(password);
  return pbkdf2_password(password, random_text(salt_characters), hashing.iterations);
}

bool verify_password(std::string_view password, const std::string& encoded) {
  if (password.size() > password_bytes_max) return false;
  if (encoded.starts_with("argon2$argon2")) return verify_argon2(password, encoded);
  auto stored = parse_pbkdf2(encoded);
  if (!stored) return false;
  auto digest = to_base64(pbkdf2_digest(password, stored->salt, stored->iterations));
  return equal_constant_time(digest, stored->digest);
}

bool needs_rehash(const std::string& encoded, const PasswordHashing& hashing) {
  if (!is_usable_password(encoded)) return false;
  if (hashing.algorithm == HashAlgorithm::argon2) return !encoded.starts_with(argon2_costs);
  auto stored = parse_pbkdf2(encoded);
  return !stored || stored->iterations != hashing.iterations;
}

void spend_the_rest(std::string_view password, const std::string& encoded,
                    const PasswordHashing& hashing) {
  if (password.size() > password_bytes_max) return;
  auto stored = parse_pbkdf2(encoded);
  if (encoded.starts_with(argon2_costs) || hashing.algorithm == HashAlgorithm::argon2) {
    if (!encoded.starts_with("argon2$argon2")) hash_password(password, hashing);
    return;
  }
  unsigned spent = stored ? stored->iterations : 0;
  if (spent < hashing.iterations) pbkdf2_digest(password, "the rest", hashing.iterations - spent);
}

std::string unusable_password() { return "!" + random_text(unusable_characters); }

bool is_usable_password(std::string_view encoded) {
  return encoded.starts_with(pbkdf2_prefix) || encoded.starts_with("argon2$argon2");
}

}  // namespace tt::web::auth
