#pragma once

// A backup that a running server makes: POST /api/v1/backup.

#include <string>

#include "app/backup_output.h"

namespace tt::app {

struct RemoteServer {
  std::string url;  // scheme, host and port
  std::string key;
};

// Throws unavailable if the server cannot be reached or the answer breaks off, denied and others
// with what the server says.
void download_backup(const RemoteServer& server, BackupOutput& output);

}  // namespace tt::app
