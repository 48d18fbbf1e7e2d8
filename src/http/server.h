#pragma once

// Server: HTTP/1.1 connections (RFC 9110, 9112) in front of a router.
//
// Keep-alive, pipelining (responses in order, gathered into few writes), chunked bodies both ways,
// Expect: 100-continue, gzip both ways, ranges, absolute-form targets.  An Error thrown by a
// handler becomes a response here unless the handler's own middleware has done so.

#include "base/limits.h"
#include "base/metrics.h"
#include "http/router.h"
#include "rt/listener.h"

namespace tt::http {

class Server {
 public:
  Server(const Router& router, const Limits& limits, Metrics& metrics);

  // One connection, to its end; a rt::ConnectionHandler.
  Task<> serve(std::unique_ptr<rt::Stream> stream, std::string first_bytes,
               rt::ConnectionContext& context);

 private:
  friend class Connection;
  const Router& router_;
  const Limits& limits_;
  Counter& requests_;
  Counter& failures_;
  Counter& bytes_in_;
  Counter& bytes_out_;
};

// The response for an exception that a handler let through; logs what is a defect of ours.
Response response_to(std::exception_ptr failure, const Request& request);

}  // namespace tt::http
