#pragma once

// Names of tables, columns and indexes that are too long for a server.

#include <string>
#include <string_view>

namespace tt::orm {

// The name, or if it is longer than `bytes_max` its beginning and a checksum of the whole: servers
// cut such names or refuse them, and two that begin alike would be one.
std::string short_name(std::string_view name, std::size_t bytes_max);

}  // namespace tt::orm
