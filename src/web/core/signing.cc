#include "web/core/signing.h"

#include <algorithm>

#include <boost/json/value.hpp>

#include "base/bytes.h"
#include "base/digest.h"
#include "wire/gzip.h"
#include "wire/json.h"
#include "wire/json_writer.h"

namespace tt::web {
namespace {

constexpr std::string_view base62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t object_bytes_max = 1024 * 1024;  // of a signed object's JSON text
constexpr std::size_t object_depth_max = 64;

std::string to_base62(std::int64_t number) {
  std::string digits;
  do {
    digits += base62[static_cast<std::size_t>(number % 62)];
    number /= 62;
  } while (number > 0);
  std::ranges::reverse(digits);
  return digits;
}

std::optional<std::int64_t> from_base62(std::string_view text) {
  if (text.empty() || text.size() > 10) return std::nullopt;  // 62^10 < 2^63
  std::int64_t number = 0;
  for (char c : text) {
    auto digit = base62.find(c);
    if (digit == base62.npos) return std::nullopt;
    number = number * 62 + static_cast<std::int64_t>(digit);
  }
  return number;
}

std::string signature_of(std::string_view value, std::string_view salt, std::string_view secret) {
  return to_base64url(salted_hmac(std::string(salt) + "signer", value, secret));
}

std::int64_t seconds_of(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return equal_constant_time(a, b);
}

std::string salted_hmac(std::string_view salt, std::string_view value, std::string_view secret) {
  std::string seed(salt);
  seed += secret;
  return hmac_sha256(sha256(seed), value);
}

std::string sign(std::string_view value, std::string_view salt, std::string_view secret) {
  return std::string(value) + ":" + signature_of(value, salt, secret);
}

std::optional<std::string> unsign(std::string_view text, std::string_view salt,
                                  std::string_view secret) {
  auto colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  auto value = text.substr(0, colon);
  if (!equal_constant_time(text.substr(colon + 1), signature_of(value, salt, secret))) {
    return std::nullopt;
  }
  return std::string(value);
}

std::string sign_with_time(std::string_view value, std::string_view salt, std::string_view secret,
                           Time now) {
  return sign(std::string(value) + ":" + to_base62(seconds_of(now)), salt, secret);
}

std::optional<std::string> unsign_with_time(std::string_view text, std::string_view salt,
                                            std::string_view secret, Freshness freshness) {
  auto signed_text = unsign(text, salt, secret);
  if (!signed_text) return std::nullopt;
  auto colon = signed_text->rfind(':');
  if (colon == signed_text->npos) return std::nullopt;
  auto made = from_base62(std::string_view(*signed_text).substr(colon + 1));
  if (!made || seconds_of(freshness.now) - *made > freshness.max_age.count()) return std::nullopt;
  signed_text->resize(colon);
  return signed_text;
}

std::string sign_object(const boost::json::value& object, std::string_view salt,
                        std::string_view secret, Time now) {
  auto json = wire::to_json(object);
  std::string packed;
  wire::Deflater deflater(wire::GzipFormat::zlib);
  deflater.append(json, packed);
  deflater.finish(packed);
  bool is_shorter = packed.size() + 1 < json.size();
  auto text = is_shorter ? "." + to_base64url(packed) : to_base64url(json);
  return sign_with_time(text, salt, secret, now);
}

std::optional<boost::json::value> unsign_object(std::string_view text, std::string_view salt,
                                                std::string_view secret, Freshness freshness) {
  auto encoded = unsign_with_time(text, salt, secret, freshness);
  if (!encoded) return std::nullopt;
  bool is_packed = encoded->starts_with('.');
  auto bytes = from_base64(std::string_view(*encoded).substr(is_packed ? 1 : 0));
  if (!bytes) return std::nullopt;
  if (is_packed) {
    wire::Inflater inflater(wire::GzipFormat::zlib, {.bytes_max = object_bytes_max});
    std::string json;
    if (!inflater.append(*bytes, json) || !inflater.finish()) return std::nullopt;
    bytes = std::move(json);
  }
  auto object = wire::parse_json(*bytes, object_depth_max);
  if (!object) return std::nullopt;
  return *std::move(object);
}

}  // namespace tt::web
