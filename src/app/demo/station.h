#pragma once

// Station: the demo device without its network.  It knows its feed, keeps the readings that are
// still to be sent and writes them as requests of the public API.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "app/demo/weather.h"
#include "base/clock.h"

namespace tt::app {

struct HttpAnswer {
  int status = 0;
  std::string location;  // the header of that name; empty if absent
  std::string body;
};

// How requests reach the server.
class Transport {
 public:
  virtual ~Transport() = default;
  // `path` starts with "/v2/"; an empty body is not sent.  Throws unavailable if no answer comes.
  virtual HttpAnswer call(std::string_view method, const std::string& path,
                          const std::string& body) = 0;
};

class Station {
 public:
  // References must outlive the station.
  Station(Transport& transport, const Clock& clock) : transport_(transport), clock_(clock) {}

  // Finds or creates the feed and measures what it misses: one reading a minute since its newest,
  // of the last day at most.  Throws unauthenticated or denied if the key is not good for that,
  // unavailable for every other answer that is not success.
  void connect();
  // False before connect() and after the server said that the feed is gone.
  bool is_connected() const { return feed_ != 0; }
  std::int64_t feed() const { return feed_; }

  // Takes a reading; beyond readings_max the oldest one is forgotten.
  void measure(Time at);
  std::size_t waiting() const { return waiting_.size(); }
  // Sends the oldest waiting readings in one request; they wait no longer when it returns.
  // Throws as connect() does.
  void send();

  static constexpr std::size_t readings_max = 3600;
  static constexpr std::size_t readings_per_request_max = 166;  // of three points: 498 of 500

 private:
  HttpAnswer call(std::string_view method, const std::string& path, const std::string& body = {});
  std::int64_t find_feed();
  std::int64_t create_feed();
  void measure_missed();

  Transport& transport_;
  const Clock& clock_;
  std::int64_t feed_ = 0;
  std::deque<Reading> waiting_;
};

}  // namespace tt::app
