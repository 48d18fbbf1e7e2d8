#pragma once

// Manifest: what a backup holds, and the sum of every file; the last file of the backup, MANIFEST.
//
//   manifest = "thingtank backup " format "\n" "version " text "\n" "created " time "\n" "\n" file*
//   file     = sha256:64hex "  " path "\n"            as sha256sum(1) prints it
//
// format is 1; version that of the program; time as 2026-01-02T03:04:05Z.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tt::backup {

inline constexpr int format_version = 1;
inline constexpr const char* manifest_name = "MANIFEST";

struct Manifest {
  struct File {
    std::string path;
    std::string sha256;  // hex
    bool operator==(const File&) const = default;
  };
  int format = format_version;
  std::string version;
  std::string created;
  std::vector<File> files;
};

std::string encode(const Manifest& manifest);
// Of a format that is newer than ours it reads the first line only.
Result<Manifest> decode_manifest(std::string_view text);

// Whether a backup may hold a file of that name: a relative path below the data folder without
// "." and "..", among the names that a data folder has.
bool is_data_path(std::string_view path);

}  // namespace tt::backup
