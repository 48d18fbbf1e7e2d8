#pragma once

// The HTTP API of Prometheus, as far as Grafana and other programs that draw readings ask for it:
//
//   /prometheus/api/v1/query          query, time                  GET, POST
//   /prometheus/api/v1/query_range    query, start, end, step      GET, POST
//   /prometheus/api/v1/series         match[]                      GET, POST
//   /prometheus/api/v1/labels         match[]                      GET, POST
//   /prometheus/api/v1/label/NAME/values                           GET
//   /prometheus/api/v1/metadata       metric, limit                GET
//   /prometheus/api/v1/status/buildinfo                            GET
//
// catalogue.h says what the series are called, parser.h what a query may say.

#include "gateway/prometheus/catalogue.h"
#include "gateway/prometheus/evaluator.h"
#include "gateway/prometheus/parameters.h"
#include "host/host.h"

namespace tt::gateway::prometheus {

class Api {
 public:
  // `services` must outlive it.
  explicit Api(Services& services) : services_(services) {}

  void add_routes(http::Router& router);

 private:
  // What an operation gets.
  struct Call {
    const identity::Caller& caller;
    const http::Request& request;
    Parameters parameters;
  };
  // Answers with the whole body.
  using Operation = Task<std::string> (Api::*)(const Call&);

  void add(http::Router& router, std::string_view path, Operation operation);
  Task<http::Response> answer(http::Request& request, Operation operation);
  Task<std::string> run(http::Request& request, Operation operation);

  Task<std::string> query(const Call& call);
  Task<std::string> query_range(const Call& call);
  Task<std::string> series(const Call& call);
  Task<std::string> labels(const Call& call);
  Task<std::string> label_values(const Call& call);
  Task<std::string> metadata(const Call& call);
  Task<std::string> build_info(const Call& call);

  Task<Selected> select(const Call& call, const Expression& query, const Steps& steps);
  // Of all the matchers, or everything if there are none.
  Task<Entries> listed(const Call& call);

  Services& services_;
};

}  // namespace tt::gateway::prometheus
