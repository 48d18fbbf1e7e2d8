#pragma once

// Addresses in a plain text become links, as the filters urlize and urlizetrunc want it.

#include <cstdint>
#include <string>
#include <string_view>

namespace tt::web {

enum class Escaping : std::uint8_t { none, html };

// http:// and https:// addresses, "www." and well-known domains, and mail addresses as <a>; the
// text of a link is cut to `shown_max` characters.  With Escaping::html the rest is escaped.
std::string link_addresses(std::string_view text, std::size_t shown_max, Escaping escaping);

}  // namespace tt::web
