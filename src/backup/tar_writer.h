#pragma once

// TarWriter: files as one tar archive, packed with Zstandard (libarchive), into memory that is
// emptied as it fills.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tt::backup {

class TarWriter {
 public:
  TarWriter();
  ~TarWriter();
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;

  // Begins a file of mode 0600, whose `size_bytes` bytes add() must bring.
  void begin(const std::string& path, std::uint64_t size_bytes, std::int64_t modified_s);
  void add(std::string_view bytes);
  // Ends the archive.
  void finish();

  // What was packed since the last call.
  std::string take();
  std::size_t size() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tt::backup
