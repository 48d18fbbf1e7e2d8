#pragma once

// The HTTP server of a site: an Application behind a listener, until the process is told to stop.

#include <functional>
#include <string>

#include "web/core/application.h"

namespace tt::web {

struct ServiceOptions {
  std::string listen = "127.0.0.1:8000";  // port 0 takes a free one
  unsigned view_threads = 16;             // views that run at once
  unsigned loops = 0;                     // 0: one per core
};

// Blocks until SIGINT or SIGTERM, then lets running requests finish.  `ready` is called with the
// address once it listens.  Throws unavailable if the address cannot be had.
void serve_http(Application& application, const ServiceOptions& options,
                const std::function<void(const std::string& address)>& ready);

}  // namespace tt::web
