#pragma once

// The API over HTTP: /v2/…, /v1/… and the old address of activation.

#include "gateway/xively/api.h"

namespace tt::gateway::xively {

class HttpTransport {
 public:
  HttpTransport(Services& services, Api& api) : services_(services), api_(api) {}

  // Everything under /v2 and /v1.
  Task<http::Response> handle(http::Request& request);
  // /activate/CODE.csv is /v2/devices/CODE/activate.csv.
  Task<http::Response> activate(http::Request& request);

 private:
  Task<ApiReply> answer(http::Request& request, ApiRequest& api_request);

  Services& services_;
  Api& api_;
};

}  // namespace tt::gateway::xively
