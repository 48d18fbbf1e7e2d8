#include "web/template/date_format.h"

#include <array>

#include <fmt/format.h>

namespace tt::web {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> months = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 12> press_months = {"Jan.",  "Feb.", "March", "April",
                                                           "May",   "June", "July",  "Aug.",
                                                           "Sept.", "Oct.", "Nov.",  "Dec."};
constexpr std::array<std::string_view, 7> weekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                      "Thursday", "Friday", "Saturday"};

struct Moment {
  std::optional<sys_days> day;
  std::optional<Microseconds> clock;
  std::optional<minutes> offset;  // from UTC
};

std::optional<Moment> moment_of(const Value& value) {
  if (auto time = value.as_time()) {
    auto day = floor<days>(*time);
    return Moment{day, *time - day, minutes(0)};
  }
  if (auto date = value.as_date()) return Moment{date->day, std::nullopt, std::nullopt};
  if (auto time = value.as_time_of_day()) {
    return Moment{std::nullopt, time->since_midnight, std::nullopt};
  }
  return std::nullopt;
}

// The year of the ISO week and its number.
std::pair<int, int> iso_week(sys_days day) {
  auto thursday = day + days(4 - static_cast<int>(weekday(day).iso_encoding()));
  auto year = year_month_day(thursday).year();
  return {int(year), static_cast<int>((thursday - sys_days(year / January / 1)).count() / 7 + 1)};
}

std::string_view ordinal_suffix(unsigned day) {
  if (day >= 11 && day <= 13) return "th";
  switch (day % 10) {
    case 1: return "st";
    case 2: return "nd";
    case 3: return "rd";
    default: return "th";
  }
}

std::optional<std::string> day_number(char letter, sys_days day) {
  year_month_day date(day);
  auto first = sys_days(date.year() / January / 1);
  switch (letter) {
    case 'd': return fmt::format("{:02}", unsigned(date.day()));
    case 'j': return fmt::format("{}", unsigned(date.day()));
    case 'm': return fmt::format("{:02}", unsigned(date.month()));
    case 'n': return fmt::format("{}", unsigned(date.month()));
    case 'o': return fmt::format("{}", iso_week(day).first);
    case 't': return fmt::format("{}", unsigned((date.year() / date.month() / last).day()));
    case 'w': return fmt::format("{}", weekday(day).c_encoding());
    case 'W': return fmt::format("{}", iso_week(day).second);
    case 'y': return fmt::format("{:02}", int(date.year()) % 100);
    case 'Y': return fmt::format("{:04}", int(date.year()));
    case 'z': return fmt::format("{}", (day - first).count() + 1);
    default: return std::nullopt;
  }
}

std::optional<std::string> day_word(char letter, sys_days day) {
  year_month_day date(day);
  auto month = months[unsigned(date.month()) - 1];
  auto name = weekdays[weekday(day).c_encoding()];
  switch (letter) {
    case 'b': return std::string{char(month[0] | 32), month[1], month[2]};
    case 'D': return std::string(name.substr(0, 3));
    case 'E':
    case 'F': return std::string(month);
    case 'l': return std::string(name);
    case 'L': return date.year().is_leap() ? "True" : "False";
    case 'M': return std::string(month.substr(0, 3));
    case 'N': return std::string(press_months[unsigned(date.month()) - 1]);
    case 'S': return std::string(ordinal_suffix(unsigned(date.day())));
    default: return std::nullopt;
  }
}

std::string twelve_hours(const hh_mm_ss<Microseconds>& clock) {
  auto hour = clock.hours().count() % 12 == 0 ? 12 : clock.hours().count() % 12;
  if (clock.minutes().count() == 0) return fmt::format("{}", hour);
  return fmt::format("{}:{:02}", hour, clock.minutes().count());
}

std::string spoken_time(const hh_mm_ss<Microseconds>& clock) {
  auto hour = clock.hours().count();
  if (clock.minutes().count() == 0 && hour == 0) return "midnight";
  if (clock.minutes().count() == 0 && hour == 12) return "noon";
  return twelve_hours(clock) + (hour >= 12 ? " p.m." : " a.m.");
}

std::optional<std::string> clock_part(char letter, Microseconds since_midnight) {
  hh_mm_ss clock(since_midnight);
  auto hour = clock.hours().count();
  auto hour12 = hour % 12 == 0 ? 12 : hour % 12;
  switch (letter) {
    case 'a': return hour >= 12 ? "p.m." : "a.m.";
    case 'A': return hour >= 12 ? "PM" : "AM";
    case 'f': return twelve_hours(clock);
    case 'g': return fmt::format("{}", hour12);
    case 'G': return fmt::format("{}", hour);
    case 'h': return fmt::format("{:02}", hour12);
    case 'H': return fmt::format("{:02}", hour);
    case 'i': return fmt::format("{:02}", clock.minutes().count());
    case 'P': return spoken_time(clock);
    case 's': return fmt::format("{:02}", clock.seconds().count());
    case 'u': return fmt::format("{:06}", clock.subseconds().count());
    default: return std::nullopt;
  }
}

std::string offset_text(minutes offset, std::string_view separator) {
  auto size = abs(offset).count();
  return fmt::format("{}{:02}{}{:02}", offset.count() < 0 ? '-' : '+', size / 60, separator,
                     size % 60);
}

// Of a time of day nothing is told about its zone: without a date it may not be known.
std::optional<std::string> zone_part(char letter, const Moment& moment) {
  constexpr std::string_view letters = "eIOTZ";
  if (letters.find(letter) == letters.npos) return std::nullopt;
  if (!moment.offset) return "";
  switch (letter) {
    case 'I': return "0";
    case 'O': return offset_text(*moment.offset, "");
    case 'Z': return fmt::format("{}", duration_cast<seconds>(*moment.offset).count());
    default: return "UTC";
  }
}

std::string iso_text(const Moment& moment) {
  auto date = *day_number('Y', *moment.day) + "-" + *day_number('m', *moment.day) + "-" +
              *day_number('d', *moment.day);
  if (!moment.clock) return date;
  hh_mm_ss clock(*moment.clock);
  auto text = fmt::format("{}T{:02}:{:02}:{:02}", date, clock.hours().count(),
                          clock.minutes().count(), clock.seconds().count());
  if (clock.subseconds().count() != 0) text += fmt::format(".{:06}", clock.subseconds().count());
  return text + offset_text(moment.offset.value_or(minutes(0)), ":");
}

std::string mail_text(const Moment& moment) {
  hh_mm_ss clock(moment.clock.value_or(Microseconds(0)));
  return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} {}", *day_word('D', *moment.day),
                     *day_number('d', *moment.day), *day_word('M', *moment.day),
                     *day_number('Y', *moment.day), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count(), offset_text(moment.offset.value_or(minutes(0)), ""));
}

// nullopt if the letter wants a part that the moment has not.
std::optional<std::string> part(char letter, const Moment& moment) {
  constexpr std::string_view clock_letters = "aAfgGhHiPsu";
  constexpr std::string_view day_letters = "bcdDEFjlLmMnNorStUwWyYz";
  if (clock_letters.find(letter) != clock_letters.npos) {
    return clock_part(letter, moment.clock.value_or(Microseconds(0)));
  }
  if (auto zone = zone_part(letter, moment)) return zone;
  if (day_letters.find(letter) == day_letters.npos) return std::string(1, letter);
  if (!moment.day) return std::nullopt;
  if (letter == 'c') return iso_text(moment);
  if (letter == 'r') return mail_text(moment);
  if (letter == 'U') {
    Time time = Time(*moment.day) + moment.clock.value_or(Microseconds(0));
    return fmt::format("{}", floor<seconds>(time).time_since_epoch().count());
  }
  auto number = day_number(letter, *moment.day);
  return number ? number : day_word(letter, *moment.day);
}

std::optional<std::string> format_moment(const Moment& moment, std::string_view format) {
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] == '\\' && i + 1 < format.size()) {
      out += format[++i];
      continue;
    }
    auto text = part(format[i], moment);
    if (!text) return std::nullopt;
    out += *text;
  }
  return out;
}

int leap_days(int from, int to) {
  auto before = [](int year) { return (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400; };
  return before(to) - before(from);
}

// Years are counted with 365 days: the leap days between the two are left out.
int leap_days_between(Time begin, Time end) {
  auto first = year_month_day(floor<days>(begin)).year();
  auto last_year = year_month_day(floor<days>(end)).year();
  auto count = leap_days(int(first), int(last_year));
  if (count == 0) return 0;
  if (first.is_leap()) return count - 1;
  return last_year.is_leap() ? count + 1 : count;
}

}  // namespace

std::string_view date_format_named(std::string_view name) {
  if (name == "DATE_FORMAT") return "N j, Y";
  if (name == "DATETIME_FORMAT") return "N j, Y, P";
  if (name == "SHORT_DATE_FORMAT") return "m/d/Y";
  if (name == "SHORT_DATETIME_FORMAT") return "m/d/Y P";
  if (name == "TIME_FORMAT") return "P";
  if (name == "YEAR_MONTH_FORMAT") return "F Y";
  if (name == "MONTH_DAY_FORMAT") return "F j";
  return name;
}

std::optional<std::string> format_date(const Value& value, std::string_view format) {
  auto moment = moment_of(value);
  if (!moment) return std::nullopt;
  return format_moment(*moment, date_format_named(format));
}

std::optional<std::string> format_clock(const Value& value, std::string_view format) {
  auto moment = moment_of(value);
  if (!moment || !moment->clock) return std::nullopt;
  moment->day.reset();
  return format_moment(*moment, date_format_named(format));
}

std::string time_between(Time begin, Time end) {
  struct Unit {
    std::int64_t seconds;
    std::string_view name;
  };
  constexpr std::array<Unit, 6> units = {{{31'536'000, "year"},
                                          {2'592'000, "month"},
                                          {604'800, "week"},
                                          {86'400, "day"},
                                          {3'600, "hour"},
                                          {60, "minute"}}};
  auto span = floor<seconds>(end - begin - days(leap_days_between(begin, end))).count();
  std::string out;
  int parts = 0;
  for (const auto& unit : units) {
    auto count = span / unit.seconds;
    if (span <= 0 || parts == 2) break;
    if (count == 0 && parts == 0) continue;
    if (count == 0) break;
    out += fmt::format("{}{}\u00A0{}{}", parts == 0 ? "" : ", ", count, unit.name,
                       count == 1 ? "" : "s");
    span -= count * unit.seconds;
    ++parts;
  }
  return out.empty() ? "0\u00A0minutes" : out;
}

}  // namespace tt::web
