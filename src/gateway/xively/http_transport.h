#pragma once

// The API over HTTP: /v2/… and our own bulk import.

#include "gateway/xively/api.h"

namespace tt::gateway::xively {

class HttpTransport {
 public:
  HttpTransport(Services& services, Api& api) : services_(services), api_(api) {}

  // Everything under /v2.
  Task<http::Response> handle(http::Request& request);

  // POST /api/v1/datapoints: rows feed_id,stream_id,at,value of any number of feeds, at most
  // limits.datapoints_per_import_max, all or nothing.  Answers {"datapoints":N}.
  Task<http::Response> import(http::Request& request);

 private:
  Task<ApiReply> answer(http::Request& request, ApiRequest& api_request);
  Task<std::size_t> import_rows(http::Request& request);

  Services& services_;
  Api& api_;
};

}  // namespace tt::gateway::xively
