#include "web/core/http_date.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tt::web {
namespace {

constexpr std::string_view days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<unsigned> number_at(std::string_view text, std::size_t at, std::size_t digits) {
  return parse_number<unsigned>(text.substr(at, digits));
}

}  // namespace

std::string http_date(Time time) {
  auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  auto day = std::chrono::floor<std::chrono::days>(seconds);
  std::chrono::year_month_day date(day);
  std::chrono::hh_mm_ss clock(seconds - day);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     days[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::optional<Time> parse_http_date(std::string_view text) {
  // Sun, 06 Nov 1994 08:49:37 GMT
  if (text.size() != 29 || !text.ends_with(" GMT") || text.substr(3, 2) != ", ")
    return std::nullopt;
  auto day = number_at(text, 5, 2), year = number_at(text, 12, 4);
  auto hour = number_at(text, 17, 2), minute = number_at(text, 20, 2),
       second = number_at(text, 23, 2);
  unsigned month = 0;
  while (month < 12 && months[month] != text.substr(8, 3)) ++month;
  if (!day || !year || !hour || !minute || !second || month == 12) return std::nullopt;
  std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                   std::chrono::month(month + 1), std::chrono::day(*day));
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return Time(std::chrono::sys_days(date)) + std::chrono::hours(*hour) +
         std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

}  // namespace tt::web
