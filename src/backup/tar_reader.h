#pragma once

// TarReader: the files of a tar archive, packed with Zstandard or not, from a descriptor.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tt::backup {

class TarReader {
 public:
  struct File {
    std::string path;
    std::uint64_t size_bytes = 0;
    bool is_regular = false;
  };

  // Reads from where `descriptor` stands; `name` is for messages.  All functions throw corrupt if
  // the bytes are no such archive, damaged or cut off.
  TarReader(int descriptor, std::string name);
  ~TarReader();
  TarReader(const TarReader&) = delete;
  TarReader& operator=(const TarReader&) = delete;

  // nullopt at the end of the archive.
  std::optional<File> next();
  // The next bytes of the file, which live until the next call; empty at its end.
  std::string_view read();
  // Packed bytes that were read.
  std::uint64_t bytes_read() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tt::backup
