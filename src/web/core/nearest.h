#pragma once

// For messages that say which name was probably meant.

#include <span>
#include <string_view>

namespace tt::web {

// The name that becomes `name` with the fewest letters put in, taken out or changed; the first of
// several.  `names` must not be empty.
std::string_view nearest(std::string_view name, std::span<const std::string_view> names);

}  // namespace tt::web
