#include "app/demo/demo.h"

#include <signal.h>

#include <fmt/format.h>

#include <cstdio>

#include "app/demo/http_client.h"
#include "app/demo/station.h"
#include "base/error.h"
#include "base/log.h"

namespace tt::app {
namespace {

constexpr Microseconds retry_delay_min = std::chrono::milliseconds(500);
constexpr Microseconds retry_delay_max = std::chrono::seconds(15);

// SIGINT and SIGTERM, held back from the process and asked for instead.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals_, &before_);
  }
  ~StopSignals() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  bool is_pending() const {
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM);
  }

  // Waits that long; true as soon as a signal has come.
  bool wait(Microseconds length) {
    if (length <= Microseconds::zero()) return is_pending();
    timespec time{.tv_sec = length.count() / 1'000'000,
                  .tv_nsec = length.count() % 1'000'000 * 1000};
    return sigtimedwait(&signals_, nullptr, &time) > 0;
  }

 private:
  sigset_t signals_;
  sigset_t before_;
};

// Measures by the interval and sends; keeps measuring while the server is away.
class Demo {
 public:
  explicit Demo(const DemoOptions& options)
      : interval_(static_cast<std::int64_t>(options.interval_s * 1e6)),
        client_(options.url, options.key, [this] { return stop_.is_pending(); }),
        station_(client_, clock_),
        url_(options.url) {}

  int run() {
    auto next_reading = clock_.steady();
    Microseconds next_try{0};
    while (!stop_.is_pending()) {
      auto now = clock_.steady();
      if (now >= next_reading) {
        station_.measure(clock_.now());
        // After a pause of the machine there is one reading, not one for every second of it.
        next_reading = std::max(next_reading + interval_, now);
      }
      if (now >= next_try && !try_to_send()) {
        if (is_refused_) return 1;
        next_try = clock_.steady() + retry_delay_;
        retry_delay_ = std::min(retry_delay_ * 2, retry_delay_max);
      }
      auto wake = station_.waiting() > 0 ? std::min(next_reading, next_try) : next_reading;
      if (stop_.wait(wake - clock_.steady())) break;
    }
    log::info("demo stopped");
    return 0;
  }

 private:
  // True if nothing waits any more.
  bool try_to_send() {
    try {
      if (!station_.is_connected()) {
        station_.connect();
        log::info("demo sends", {{"url", url_}, {"feed", station_.feed()}});
        was_connected_ = true;
      }
      while (station_.waiting() > 0 && !stop_.is_pending()) station_.send();
      if (is_away_) log::info("the server is back", {{"url", url_}});
      is_away_ = false;
      retry_delay_ = retry_delay_min;
      return true;
    } catch (const Error& e) {
      if (e.code() != Code::cancelled) failed(e);
      return false;
    }
  }

  void failed(const Error& e) {
    bool is_key_bad = e.code() == Code::unauthenticated || e.code() == Code::denied;
    if (is_key_bad && !was_connected_) {
      is_refused_ = true;
      fmt::print(stderr, "thingtank demo: {} does not accept the key: {}\n", url_, e.what());
      return;
    }
    if (!is_away_) log::warn("readings wait", {{"reason", e.what()}});
    is_away_ = true;
  }

  SystemClock clock_;
  StopSignals stop_;
  Microseconds interval_;
  HttpClient client_;
  Station station_;
  std::string url_;
  Microseconds retry_delay_ = retry_delay_min;
  bool was_connected_ = false;
  bool is_away_ = false;
  bool is_refused_ = false;
};

}  // namespace

int run_demo(const DemoOptions& options) {
  Demo demo(options);
  return demo.run();
}

}  // namespace tt::app
