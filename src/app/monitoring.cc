#include "app/monitoring.h"

#include <unistd.h>

#include <fstream>

#include "base/error.h"
#include "base/log.h"
#include "rt/timer.h"

namespace tt::app {
namespace {

constexpr std::chrono::minutes expire_period{5};
constexpr std::chrono::minutes retention_period{60};
constexpr std::chrono::minutes heard_period{1};
constexpr std::size_t feeds_at_once = 500;

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

Task<> expire(Maintenance::Parts parts) {
  co_await parts.archive.expire();
  co_await parts.audit.expire();
}

Task<> apply_retentions_now(Maintenance::Parts parts) {
  return apply_retentions(parts.registry, parts.archive, parts.clock.now());
}

Task<> save_heard(Maintenance::Parts parts) { return parts.registry.save_heard(); }

using Duty = Task<> (*)(Maintenance::Parts);

Task<> repeat(Duty duty, std::chrono::minutes period, Maintenance::Parts parts) {
  while (true) {
    co_await rt::sleep_for(period);
    try {
      co_await duty(parts);
    } catch (const Error& e) {
      if (e.code() == Code::cancelled) throw;
      log::error("maintenance failed; it will be tried again", {{"error", e.what()}});
    }
  }
}

Task<> apply_retention(archive::Archive& archive, registry::FeedPtr feed, Time now) {
  auto oldest = *parse_time("0001-01-01");
  for (const auto& channel : feed->channels) {
    auto current = co_await archive.current(channel.id);
    if (!current) continue;
    Time newest = now - std::chrono::days(feed->retention_days);
    newest = std::min(newest, current->last.at - Microseconds(1));
    // To look is cheaper than to write that nothing was erased.
    archive::Query query{.start = oldest, .end = newest, .limit = 1};
    auto first = co_await archive.range(channel.id, std::move(query));
    if (!first.empty()) co_await archive.erase(channel.id, oldest, newest);
  }
}

}  // namespace

Task<> apply_retentions(registry::Registry& registry, archive::Archive& archive, Time now) {
  registry::FeedId last = 0;
  while (true) {
    auto feeds = co_await registry.feeds_with_retention(last, feeds_at_once);
    for (const auto& feed : feeds) co_await apply_retention(archive, feed, now);
    if (feeds.size() < feeds_at_once) co_return;
    last = feeds.back()->id;
  }
}

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

Maintenance::Maintenance(rt::Loop& loop, Parts parts) : parts_(parts), scope_(loop) {
  scope_.spawn(repeat(expire, expire_period, parts));
  scope_.spawn(repeat(apply_retentions_now, retention_period, parts));
  scope_.spawn(repeat(save_heard, heard_period, parts));
}

Task<> Maintenance::stop() {
  scope_.cancel();
  co_await scope_.join();
  co_await parts_.registry.save_heard();
}

}  // namespace tt::app
