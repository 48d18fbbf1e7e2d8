#pragma once

// Api: Xively's API v2 without a transport.
//
// HTTP, the WebSocket and the MQTT topics /v2/… all bring an ApiRequest and send an ApiReply on
// their way; what a request means is said once, here.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/xively/format.h"
#include "host/host.h"

namespace tt::gateway::xively {

struct ApiRequest {
  std::string_view method;       // "GET", "PUT", "POST", "DELETE"
  std::string_view path;         // behind /v2, without format suffix: "/feeds/504/datastreams/0"
  std::string_view whole_path;   // as the client wrote it, for "No route matches …"
  Format format = Format::json;  // of the reply
  Format body_format = Format::json;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string_view body;
  identity::CallerPtr caller;  // nullptr: no key, or one that is not known
  std::string base_url;        // "http://HOST", for the URLs in documents

  // Empty if absent.
  std::string_view parameter(std::string_view name) const;
  bool has_parameter(std::string_view name) const;
};

struct ApiReply {
  int status = 200;
  std::string body;
  std::string location;  // of what was created; empty: none
};

// The document that says what went wrong, in the request's format.
ApiReply error_reply(const Error& error, Format format);

class Api {
 public:
  explicit Api(Services& services) : services_(services) {}

  // Never throws an Error: it becomes the reply.
  Task<ApiReply> handle(const ApiRequest& request);

 private:
  Task<ApiReply> dispatch(const ApiRequest& request);

  Services& services_;
};

}  // namespace tt::gateway::xively
