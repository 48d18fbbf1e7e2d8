#include "web/manage/http_service.h"

#include <sys/resource.h>

#include <csignal>
#include <thread>

#include "base/log.h"
#include "base/metrics.h"
#include "http/server.h"
#include "rt/listener.h"
#include "rt/offload.h"
#include "rt/signals.h"
#include "web/core/serving.h"

namespace tt::web {
namespace {

// Each connection is a descriptor; the usual soft limit of 1024 is for programs that use select(2).
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

OnLoop on_loop_of(const Settings& settings) {
  auto found = settings.databases.find("default");
  bool is_local = found == settings.databases.end() || found->second.engine == "sqlite3";
  return is_local ? OnLoop::quick_reads : OnLoop::never;
}

using Ready = std::function<void(const std::string& address)>;

Task<> run(rt::Loops& loops, Application& application, const ServiceOptions& options,
           const Ready& ready) {
  Metrics metrics;
  Limits limits;
  limits.http_body_bytes_max = application.settings().data_upload_max_memory_size +
                               application.settings().file_upload_max_memory_size;
  rt::OffloadPool views(options.view_threads);
  http::Router router;
  router.mount("/", handler(application, views, on_loop_of(application.settings())));
  http::Server server(router, limits, metrics);
  auto serve = [&server](std::unique_ptr<rt::Stream> stream, std::string first_bytes,
                         rt::ConnectionContext& context) {
    return server.serve(std::move(stream), std::move(first_bytes), context);
  };
  rt::Listener listener(loops, "http", rt::parse_endpoint(options.listen), limits, metrics);
  listener.handle(rt::Protocol::http, {serve, rt::OnStop::finish});
  listener.bind();
  rt::Signals stop_signals(loops.at(0), {SIGINT, SIGTERM});
  listener.start();
  ready(rt::to_string(listener.endpoint()));
  co_await stop_signals.wait();
  co_await listener.begin_stop();
  co_await listener.end_stop();
}

}  // namespace

void serve_http(Application& application, const ServiceOptions& options, const Ready& ready) {
  raise_descriptor_limit();
  unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  rt::Loops loops(options.loops > 0 ? options.loops : cores);
  std::exception_ptr failure;
  auto done = [&](std::exception_ptr e) {
    failure = e;
    loops.stop();
  };
  boost::asio::co_spawn(loops.at(0).executor(), run(loops, application, options, ready), done);
  loops.run();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace tt::web
