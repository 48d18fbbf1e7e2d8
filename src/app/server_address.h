#pragma once

// Where a running server listens, noted in the file DATA/address ("http=127.0.0.1:8080"), so that
// commands on the same machine find it.

#include <optional>
#include <string>

#include "rt/tcp.h"

namespace tt::app {

void write_address(const std::string& folder, const rt::Endpoint& http);

// "http://127.0.0.1:8080", whatever address of this machine the server listens on; nullopt if no
// server has noted one.
std::optional<std::string> read_server_url(const std::string& folder);

}  // namespace tt::app
