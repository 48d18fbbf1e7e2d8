#pragma once

// File: an open file, and the few calls that the engine makes itself.  All of them block.
//
// Failures throw Error(unavailable) with the path and the system's reason.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tt::store::rocks {

class File {
 public:
  static File open_to_read(const std::string& path);
  // The same; nullopt if there is no such file.
  static std::optional<File> find(const std::string& path);
  // The file must not exist.
  static File create(const std::string& path);
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();

  std::uint64_t size_bytes() const;
  // Appends all of `bytes`.
  void append(std::string_view bytes);
  // Fewer than `count` bytes only at the end of the file.
  std::string read_at(std::uint64_t offset, std::size_t count) const;
  // Returns when what was appended is on the disk.
  void sync();

 private:
  File(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

  int descriptor_ = -1;
  std::string path_;
};

bool exists(const std::string& path);
// Makes a folder that only this user may enter; nothing happens if it is there.
void make_folder(const std::string& path);
// The space that this user has left on the disk of the folder; 0 if that cannot be found out.
std::size_t free_bytes(const std::string& path) noexcept;
// Returns when the names in the folder are on the disk.
void sync_folder(const std::string& path);
// Replaces a file that has the name `to`.
void rename_file(const std::string& from, const std::string& to);
// Nothing happens if there is no such file.
void remove_file(const std::string& path);
// The same, and a failure is only logged.
void remove_quietly(const std::string& path) noexcept;

}  // namespace tt::store::rocks
