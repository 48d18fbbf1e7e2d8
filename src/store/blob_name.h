#pragma once

// What every engine of Blob asks of a name.

#include <cstddef>
#include <string_view>

namespace tt::store {

inline constexpr std::size_t blob_name_bytes_max = 1024;

// Throws invalid unless `name` has 1 to blob_name_bytes_max bytes.
void check_blob_name(std::string_view name);

}  // namespace tt::store
