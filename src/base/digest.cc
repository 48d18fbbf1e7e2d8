#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

#include "base/error.h"

namespace tt {
namespace {

std::string digest(const EVP_MD* type, std::string_view message) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  auto* bytes = reinterpret_cast<unsigned char*>(out.data());
  if (EVP_Digest(message.data(), message.size(), bytes, &length, type, nullptr) != 1) {
    throw Error(Code::internal, "OpenSSL refused to compute a digest");
  }
  out.resize(length);
  return out;
}

std::string hmac(const EVP_MD* type, std::string_view key, std::string_view message) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  auto* bytes = reinterpret_cast<unsigned char*>(out.data());
  auto* text = reinterpret_cast<const unsigned char*>(message.data());
  auto* done =
      HMAC(type, key.data(), static_cast<int>(key.size()), text, message.size(), bytes, &length);
  if (!done) throw Error(Code::internal, "OpenSSL refused to compute an HMAC");
  out.resize(length);
  return out;
}

// The Castagnoli polynomial, bits reflected.
constexpr std::uint32_t polynomial = 0x82F63B78;

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? polynomial : 0);
    table[i] = value;
  }
  return table;
}

std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t crc) {
  static constexpr auto table = make_table();
  for (unsigned char byte : bytes) crc = table[(crc ^ byte) & 255] ^ crc >> 8;
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(std::string_view bytes,
                                                             std::uint32_t crc) {
  std::uint64_t wide = crc;
  while (bytes.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data(), 8);
    wide = _mm_crc32_u64(wide, word);
    bytes.remove_prefix(8);
  }
  auto narrow = static_cast<std::uint32_t>(wide);
  for (unsigned char byte : bytes) narrow = _mm_crc32_u8(narrow, byte);
  return narrow;
}
#endif

}  // namespace

std::string md5(std::string_view message) { return digest(EVP_md5(), message); }
std::string sha1(std::string_view message) { return digest(EVP_sha1(), message); }
std::string sha256(std::string_view message) { return digest(EVP_sha256(), message); }

std::string hmac_sha1(std::string_view key, std::string_view message) {
  return hmac(EVP_sha1(), key, message);
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  return hmac(EVP_sha256(), key, message);
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc) {
#if defined(__x86_64__)
  static const bool fast = __builtin_cpu_supports("sse4.2");
  if (fast) return ~crc32c_sse42(bytes, ~crc);
#endif
  return ~crc32c_portable(bytes, ~crc);
}

struct Sha256::Impl {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {
  if (EVP_DigestInit_ex(impl_->context.get(), EVP_sha256(), nullptr) != 1) {
    throw Error(Code::internal, "OpenSSL refused to compute a digest");
  }
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
  TT_ASSERT(EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::finish() {
  std::string out(32, '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(out.data());
  TT_ASSERT(EVP_DigestFinal_ex(impl_->context.get(), bytes, nullptr) == 1);
  return out;
}

}  // namespace tt
