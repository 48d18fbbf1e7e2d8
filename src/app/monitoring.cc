#include "app/monitoring.h"

#include <unistd.h>

#include <fstream>

#include "base/error.h"
#include "base/log.h"
#include "rt/timer.h"

namespace tt::app {
namespace {

constexpr std::chrono::minutes expire_period{5};

// "size resident shared …" in pages: proc(5), /proc/pid/statm.
double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0, resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

Task<http::Response> answer_health(http::Request&) { co_return http::Response::text(200, "ok\n"); }

Task<http::Response> answer_metrics(Metrics& metrics, Gauge& resident) {
  resident.Set(resident_bytes());
  co_return http::Response::of_type(200, "text/plain; version=0.0.4; charset=utf-8",
                                    metrics.to_text());
}

Task<> expire_for_ever(archive::Archive& archive) {
  while (true) {
    co_await rt::sleep_for(expire_period);
    try {
      co_await archive.expire();
    } catch (const Error& e) {
      if (e.code() == Code::cancelled) throw;
      log::error("old data could not be dropped; it will be tried again", {{"error", e.what()}});
    }
  }
}

}  // namespace

void add_monitoring(http::Router& router, Metrics& metrics, std::string_view version) {
  router.add(http::Method::get, "/healthz", answer_health);

  metrics
      .gauge("thingtank_build_info", "1; the version is in the label.",
             {{"version", std::string(version)}})
      .Set(1);
  auto& resident = metrics.gauge("process_resident_memory_bytes", "Resident memory size in bytes.");
  auto& started = metrics.gauge("process_start_time_seconds",
                                "Start time of the process since the Unix epoch in seconds.");
  started.Set(static_cast<double>(to_us(SystemClock{}.now())) / 1e6);
  auto expose = [&metrics, &resident](http::Request&) { return answer_metrics(metrics, resident); };
  router.add(http::Method::get, "/metrics", expose);
}

Maintenance::Maintenance(rt::Loop& loop, archive::Archive& archive) : scope_(loop) {
  scope_.spawn(expire_for_ever(archive));
}

Task<> Maintenance::stop() {
  scope_.cancel();
  co_await scope_.join();
}

}  // namespace tt::app
