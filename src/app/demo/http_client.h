#pragma once

// HttpClient: a blocking HTTP client over one kept connection (libcurl).

#include <functional>
#include <memory>
#include <string>

#include "app/demo/station.h"

namespace tt::app {

class HttpClient final : public Transport {
 public:
  // `url` is scheme, host and port of the server.  A call ends soon after `should_stop` is true.
  // Throws invalid if `url` is no http or https URL.
  HttpClient(std::string url, std::string key, std::function<bool()> should_stop);
  ~HttpClient() override;

  // Throws unavailable if there is no answer within ten seconds, and cancelled if asked to stop.
  HttpAnswer call(std::string_view method, const std::string& path,
                  const std::string& body) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tt::app
