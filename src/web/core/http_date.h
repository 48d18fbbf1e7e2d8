#pragma once

// Dates of HTTP headers: "Sun, 22 Nov 2026 13:43:48 GMT" (RFC 9110 section 5.6.7).

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace tt::web {

std::string http_date(Time time);
// nullopt for anything but that form.
std::optional<Time> parse_http_date(std::string_view text);

}  // namespace tt::web
