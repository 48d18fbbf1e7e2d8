#pragma once

// Restore: a backup becomes a data folder again.

#include <cstdint>
#include <functional>
#include <string>

namespace tt::backup {

// Throws conflict if there is something in the folder already (a lock file and lost+found do not
// count).  No such folder is an empty one.
void require_empty(const std::string& folder);

// Throws corrupt if restore() was cut off in this folder: what is there may be a part only.
void require_whole(const std::string& folder);

struct Restored {
  std::string version;  // of the program that made the backup
  std::string created;
  std::size_t files = 0;
  std::uint64_t bytes = 0;
};

// Unpacks the archive from `descriptor`, whose name for messages is `name`, into the empty data
// folder, which is locked by the caller.  All sums are checked before anything is put in place; if
// that fails the folder is left empty.  `progress` is told the packed bytes so far.
//
// Throws corrupt if it is no backup, damaged or cut off (the message names the file and what is
// wrong in it), unsupported if a newer program made it, unavailable if the disk is full.
Restored restore(int descriptor, const std::string& name, const std::string& folder,
                 const std::function<void(std::uint64_t bytes)>& progress);

}  // namespace tt::backup
