#pragma once

// Signing: values that may travel through other hands and come back unchanged or not at all.
//
//   "value:signature"               sign
//   "value:time:signature"          sign_with_time; the time in base 62
//   "base64:time:signature"         sign_object; ".base64…" if zlib made the JSON text shorter
//
// The signature is HMAC-SHA256 under a key derived from `secret` (SECRET_KEY) and `salt`, which
// says what the value is for, so that one signed for another purpose is refused.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "base/time.h"

namespace tt::web {

// Raw bytes; see to_hex.
std::string salted_hmac(std::string_view salt, std::string_view value, std::string_view secret);

std::string sign(std::string_view value, std::string_view salt, std::string_view secret);
// nullopt if the signature is not that of the value.
std::optional<std::string> unsign(std::string_view text, std::string_view salt,
                                  std::string_view secret);

std::string sign_with_time(std::string_view value, std::string_view salt, std::string_view secret,
                           Time now);
// How old a signature may be.
struct Freshness {
  Time now;
  std::chrono::seconds max_age = std::chrono::seconds::max();
};
// nullopt, too, if it is older than that.
std::optional<std::string> unsign_with_time(std::string_view text, std::string_view salt,
                                            std::string_view secret, Freshness freshness);

// A JSON tree, as sessions and messages are kept.
std::string sign_object(const boost::json::value& object, std::string_view salt,
                        std::string_view secret, Time now);
std::optional<boost::json::value> unsign_object(std::string_view text, std::string_view salt,
                                                std::string_view secret, Freshness freshness);
inline constexpr std::string_view session_salt = "django.contrib.sessions.SessionStore";

bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace tt::web
