#pragma once

// Asset: a file of the front end (src/console/web) that the binary holds.

#include <span>
#include <string_view>

namespace tt::console {

struct Asset {
  std::string_view name;        // "console.js"
  std::string_view media_type;  // with charset
  std::string_view etag;        // with its quotes
  std::string_view gzip;        // the bytes, compressed
};

// All of them, ascending by name.  Defined by the file that tools/embed.py generates.
std::span<const Asset> assets();

}  // namespace tt::console
