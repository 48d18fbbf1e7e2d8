#pragma once

// Api: Xively's API v2 without a transport.
//
// HTTP, the WebSocket and the MQTT topics /v2/… all bring an ApiRequest and send an ApiReply on
// their way; what a request means is said once, here.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/xively/format.h"
#include "gateway/xively/time_zone.h"
#include "host/host.h"
#include "wire/http_parser.h"

namespace tt::gateway::xively {

// How a request came, for the request log.
struct Arrival {
  std::string_view protocol = "mqtt";  // "http", "websocket", "tcp"
  std::string_view address;
  std::string_view target;  // as the client wrote it; empty: ApiRequest::whole_path
  std::span<const wire::HttpHeader> headers;
};

// v1 is for reading what a feed or datastream is now.
enum class Version { v1, v2 };

struct ApiRequest {
  Version version = Version::v2;
  std::string_view method;  // "GET", "PUT", "POST", "DELETE"
  std::string_view path;    // behind the version, without format suffix: "/feeds/504/datastreams/0"
  std::string_view whole_path;   // as the client wrote it, for "No route matches …"
  Format format = Format::json;  // of the reply
  Format body_format = Format::json;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string_view body;
  identity::CallerPtr caller;  // nullptr: no key, or one that is not known
  std::string base_url;        // "http://HOST", for the URLs in documents
  Arrival arrival;
  TimeZone zone;  // of the times in documents; Api sets it from `timezone`

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

  // Never throws an Error: it becomes the reply.  Both go to the feed's request log.
  Task<ApiReply> handle(const ApiRequest& request);

 private:
  Task<ApiReply> answer(const ApiRequest& request);
  Task<ApiReply> dispatch(const ApiRequest& request);
  Task<ApiReply> serve_nobody(const ApiRequest& request);

  Services& services_;
};

}  // namespace tt::gateway::xively
