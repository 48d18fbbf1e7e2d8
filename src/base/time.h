#pragma once

// Points in time as the whole system stores them (microseconds since 1970, UTC) and their text.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tt {

using Microseconds = std::chrono::microseconds;
using Time = std::chrono::sys_time<std::chrono::microseconds>;

inline std::int64_t to_us(Time time) { return time.time_since_epoch().count(); }
inline Time from_us(std::int64_t us) { return Time(Microseconds(us)); }

// A day of the calendar, without time and zone.
struct Date {
  std::chrono::sys_days day{};
  auto operator<=>(const Date&) const = default;
};

// The years that the text form can hold; parse_time refuses the rest.
inline constexpr int year_min = 1;
inline constexpr int year_max = 9999;

// Always 27 bytes: "2013-05-05T07:37:54.582681Z".
std::string format_time(Time time);
// The same into `out`, which must hold 27 bytes.
void format_time(Time time, char* out);
// Second precision, 20 bytes: "2013-05-05T07:37:54Z".
std::string format_time_seconds(Time time);

// ISO 8601 / RFC 3339: "2013-05-05", "2013-05-05T07:37[:54[.582681]]" with "T" or a space, then
// "Z", "+02:00", "+0200", "+02" or nothing (nothing = UTC).  Digits beyond microseconds are cut.
// nullopt for anything else, including 30 February and second 60.
std::optional<Time> parse_time(std::string_view text);

// "2013-05-05", for years 1 to 9999.
std::string format_date(Date date);
// nullopt for anything but that form, and for days that no calendar has.
std::optional<Date> parse_date(std::string_view text);

}  // namespace tt
