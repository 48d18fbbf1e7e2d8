#pragma once

// DataFolder: the one folder that holds everything, and the right of one process to it.

#include <string>

namespace tt::app {

class DataFolder {
 public:
  // Makes the folder (0700) if it is missing and locks it.  Throws conflict if another process
  // holds the lock, unavailable if the folder cannot be made or written to.
  explicit DataFolder(std::string path);
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;

  const std::string& path() const { return path_; }
  // The path of something inside.
  std::string operator/(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
  int lock_ = -1;
};

}  // namespace tt::app
