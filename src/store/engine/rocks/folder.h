#pragma once

// The checks of a database folder that RocksDB itself does not make.
//
// A file FORMAT says which version of our formats the folder holds.  It is written when the
// database in the folder is complete for the first time:
//
//   FORMAT = "thingtank kv " number "\n"

#include <string>

namespace rocksdb {
class FileLock;
}

namespace tt::store::rocks {

inline constexpr int format_version = 1;

// Makes the folder, private to the user, if there is none; else checks that this program can read
// it.  Throws unsupported for a newer format, corrupt if FORMAT is garbled or a file is missing
// without which RocksDB would take the folder for an empty one.
void check_folder(const std::string& path);

// Whether the folder has a FORMAT.
bool is_marked(const std::string& path);

// Writes FORMAT if there is none; call when the database is open.
void mark_folder(const std::string& path);

// Holds the folder for this process while it lives.  Throws conflict, naming the process, if
// another one or this one itself has the database open.
class FolderLock {
 public:
  explicit FolderLock(std::string path);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  std::string path_;
  rocksdb::FileLock* lock_ = nullptr;
};

}  // namespace tt::store::rocks
