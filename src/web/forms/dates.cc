#include "web/forms/dates.h"

#include <array>
#include <charconv>
#include <string>

#include <re2/re2.h>

#include "web/forms/validators.h"

namespace tt::web::forms {
namespace {

constexpr std::array<std::string_view, 12> months = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};

// 1 to 12 for "oct" or "October"; 0 for other words.
int month_of(std::string_view word) {
  std::string lower(word);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  for (std::size_t i = 0; i < months.size(); ++i) {
    if (lower == months[i] || lower == months[i].substr(0, 3)) return static_cast<int>(i + 1);
  }
  return 0;
}

std::optional<Date> date_of(int year, int month, int day) {
  const std::chrono::year_month_day parts{std::chrono::year(year),
                                          std::chrono::month(static_cast<unsigned>(month)),
                                          std::chrono::day(static_cast<unsigned>(day))};
  if (year < year_min || year > year_max || !parts.ok()) return std::nullopt;
  return Date{std::chrono::sys_days(parts)};
}

// 69 to 99 are of the last century.
int full_year(int year, std::size_t digits) {
  if (digits > 2) return year;
  return year < 69 ? 2000 + year : 1900 + year;
}

std::optional<Date> with_slashes(std::string_view text) {
  static const RE2 expression(R"((\d{1,2})/(\d{1,2})/(\d{4}|\d{2}))");
  int month = 0;
  int day = 0;
  std::string year;
  if (!RE2::FullMatch(text, expression, &month, &day, &year)) return std::nullopt;
  int number = 0;
  std::from_chars(year.data(), year.data() + year.size(), number);
  return date_of(full_year(number, year.size()), month, day);
}

std::optional<Date> with_words(std::string_view text) {
  static const RE2 month_first(R"(([A-Za-z]{3,9}) (\d{1,2}),? (\d{4}))");
  static const RE2 day_first(R"((\d{1,2}) ([A-Za-z]{3,9}),? (\d{4}))");
  std::string word;
  int day = 0;
  int year = 0;
  if (!RE2::FullMatch(text, month_first, &word, &day, &year) &&
      !RE2::FullMatch(text, day_first, &day, &word, &year)) {
    return std::nullopt;
  }
  const int month = month_of(word);
  return month == 0 ? std::nullopt : date_of(year, month, day);
}

}  // namespace

std::optional<Date> date_from(std::string_view text) {
  text = stripped(text);
  static const RE2 iso(R"((\d{4})-(\d{1,2})-(\d{1,2}))");
  int year = 0;
  int month = 0;
  int day = 0;
  if (RE2::FullMatch(text, iso, &year, &month, &day)) return date_of(year, month, day);
  if (auto date = with_slashes(text)) return date;
  return with_words(text);
}

std::optional<Time> time_from(std::string_view text) {
  text = stripped(text);
  if (auto time = parse_time(text)) return time;
  const std::size_t blank = text.find(' ');
  const auto date = with_slashes(text.substr(0, blank));
  if (!date) return std::nullopt;
  if (blank == std::string_view::npos) return Time(date->day);
  return parse_time(format_date(*date) + "T" + std::string(text.substr(blank + 1)));
}

}  // namespace tt::web::forms
