#pragma once

// thingtank backup and thingtank restore.

#include <string>
#include <string_view>

#include "app/config.h"

namespace tt::app {

struct BackupOptions {
  std::string file;  // "-": standard output
  std::string url;   // of a server; empty: that of config.data, or the folder itself
  std::string key;   // empty: the one in the folder's credentials
};

// Writes the backup of a server, or of a data folder that no server uses.  The file appears under
// its name when it is whole.  Tells people on stderr how far it is.  Throws Error.
void run_backup(const Config& config, const BackupOptions& options, std::string_view version);

// Makes the data folder out of the backup; see backup/restore.h.
void run_restore(const std::string& folder, const std::string& file);

}  // namespace tt::app
