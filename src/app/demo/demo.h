#pragma once

// The demo weather station: a device in a process of its own that sends readings to a server over
// the public API.  The server knows nothing of it.
//
//   thingtank demo --url http://127.0.0.1:8080 --key KEY
//
// It finds or creates the feed "Demo weather station", sends what it measured since its last
// reading there (the last day on the first run), then one reading every interval.  While the
// server is away it keeps the readings of the last hour and tries again, ever more slowly.

#include <string>

namespace tt::app {

struct DemoOptions {
  std::string url = "http://127.0.0.1:8080";
  std::string key;        // an API key that may create and update feeds
  double interval_s = 1;  // > 0
};

// Sends until SIGINT or SIGTERM and returns 0; returns 1, with a sentence on stderr, if the server
// refuses the key.  Call on a process's only thread.
int run_demo(const DemoOptions& options);

}  // namespace tt::app
