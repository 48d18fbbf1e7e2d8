#pragma once

// How blobs are stored.  In the Kv:
//
//   "blob/name/" name  -> place
//   "blob/waste/" file -> ""          a file that may exist and that no name needs
//
//   place  = %x00 bytes               the blob itself
//          / %x01 size file           the blob is a file of the folder
//   size   = u64, little-endian       of the blob
//   file   = 32 lower-case hexadecimal digits, drawn at random: the name of the file
//
// A file:
//
//   blob = chunk* crc*                one crc for every chunk
//   chunk = 65536 bytes, fewer in the last one
//   crc  = u32, little-endian         CRC-32C of the chunk
//
// A file is noted as waste before it is made, and the commit that gives it a name takes the note
// away; the commit that takes its name away notes it again.  So whenever the program dies, the
// files without a name are those that are noted.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"

namespace tt::store::rocks {

inline constexpr std::size_t chunk_bytes = 64 * 1024;
inline constexpr std::size_t crc_bytes = sizeof(std::uint32_t);
inline constexpr std::string_view name_prefix = "blob/name/";
inline constexpr std::string_view waste_prefix = "blob/waste/";

struct FilePlace {
  std::uint64_t size_bytes = 0;
  std::string file;
};

// The bytes of the blob, or where they are.
using Place = std::variant<std::string, FilePlace>;

std::string encode_place(const Place& place);
Result<Place> decode_place(std::string_view bytes);

std::string encode_crc(std::string_view chunk);

}  // namespace tt::store::rocks
