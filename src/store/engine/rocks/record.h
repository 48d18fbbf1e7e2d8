#pragma once

// How a value is stored under its key:
//
//   record  = version bytes
//   version = u64, little-endian: the sequence number that RocksDB gave to the write
//   bytes   = what was put, to the end of the record

#include <bit>
#include <cstring>
#include <string>
#include <string_view>

#include "base/error.h"
#include "store/kv.h"

namespace tt::store::rocks {

static_assert(std::endian::native == std::endian::little);

inline constexpr std::size_t version_bytes = sizeof(Version);

struct Record {
  Version version = 0;
  std::string_view bytes;  // into the decoded record
};

inline Result<Record> decode_record(std::string_view record) {
  if (record.size() < version_bytes) return problem("a record ends within its version");
  Record decoded{.bytes = record.substr(version_bytes)};
  std::memcpy(&decoded.version, record.data(), version_bytes);
  return decoded;
}

// The same for what was read from the database in the folder `path`; throws corrupt.
inline Record checked_record(std::string_view record, const std::string& path) {
  auto decoded = decode_record(record);
  if (decoded) return *decoded;
  throw Error(Code::corrupt, path + " is damaged: " + decoded.error().message);
}

}  // namespace tt::store::rocks
