#pragma once

// The time zone in which a document's times are written: the parameter `timezone`.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"

namespace cctz {
class time_zone;
}

namespace tt::gateway::xively {

// Cheap to copy.
class TimeZone {
 public:
  // UTC, written with "Z".
  TimeZone() = default;

  // A number of hours ("-3", "5.5"), a place as Rails names them ("Pacific Time (US & Canada)",
  // case-sensitive) or a name of the tz database ("Europe/Oslo").  Throws invalid for anything
  // else.  Reads the system's tz database, so it may block: run it through rt::offload.
  static TimeZone named(std::string_view name);

  bool is_utc() const { return !place_ && offset_ == std::chrono::minutes(0); }

  // What to add to UTC at `time`, in whole minutes.
  std::chrono::minutes offset_at(Time time) const;

  // "2013-05-05T09:37:54.582681+02:00", or with "Z" in UTC.
  std::string text(Time time) const;

 private:
  std::shared_ptr<const cctz::time_zone> place_;
  std::chrono::minutes offset_{0};  // without a place
};

}  // namespace tt::gateway::xively
