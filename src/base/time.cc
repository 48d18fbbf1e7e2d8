#include "base/time.h"

namespace tt {
namespace {

constexpr char digit(std::int64_t value) { return static_cast<char>('0' + value); }

void put2(char* out, std::int64_t value) {
  out[0] = digit(value / 10);
  out[1] = digit(value % 10);
}

// Writes "YYYY-MM-DDTHH:MM:SS", 19 bytes.
void put_to_seconds(std::chrono::sys_seconds seconds, char* out) {
  auto day = std::chrono::floor<std::chrono::days>(seconds);
  std::chrono::year_month_day date(day);
  auto second_of_day = (seconds - day).count();
  int year = int(date.year());
  put2(out, year / 100);
  put2(out + 2, year % 100);
  out[4] = '-';
  put2(out + 5, unsigned(date.month()));
  out[7] = '-';
  put2(out + 8, unsigned(date.day()));
  out[10] = 'T';
  put2(out + 11, second_of_day / 3600);
  out[13] = ':';
  put2(out + 14, second_of_day / 60 % 60);
  out[16] = ':';
  put2(out + 17, second_of_day % 60);
}

// Takes exactly `count` digits from the front of `text`; -1 if they are not there.
int take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    unsigned d = static_cast<unsigned char>(text[i]) - '0';
    if (d > 9) return -1;
    value = value * 10 + static_cast<int>(d);
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::int64_t> take_fraction_us(std::string_view& text) {
  std::int64_t us = 0;
  int digits = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    if (digits < 6) us = us * 10 + (text[0] - '0');
    ++digits;
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 6; ++digits) us *= 10;
  return us;
}

std::optional<std::int64_t> take_offset_s(std::string_view& text) {
  if (text.empty() || take(text, 'Z') || take(text, 'z')) return 0;
  int sign = text[0] == '+' ? 1 : text[0] == '-' ? -1 : 0;
  if (sign == 0) return std::nullopt;
  text.remove_prefix(1);
  int hours = take_digits(text, 2);
  int minutes = 0;
  if (!text.empty()) {
    take(text, ':');
    minutes = take_digits(text, 2);
  }
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return sign * (hours * 3600 + minutes * 60);
}

// Days since 1970-01-01; nullopt for a date that the calendar does not have.
std::optional<std::int64_t> days_of(int year, int month, int day) {
  using namespace std::chrono;
  year_month_day date{std::chrono::year(year), std::chrono::month(unsigned(month)),
                      std::chrono::day(unsigned(day))};
  if (year < year_min || !date.ok()) return std::nullopt;
  return sys_days(date).time_since_epoch().count();
}

}  // namespace

void format_time(Time time, char* out) {
  auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  put_to_seconds(seconds, out);
  out[19] = '.';
  auto us = (time - seconds).count();
  put2(out + 20, us / 10000);
  put2(out + 22, us / 100 % 100);
  put2(out + 24, us % 100);
  out[26] = 'Z';
}

std::string format_time(Time time) {
  std::string text(27, '\0');
  format_time(time, text.data());
  return text;
}

std::string format_time_seconds(Time time) {
  std::string text(20, 'Z');
  put_to_seconds(std::chrono::floor<std::chrono::seconds>(time), text.data());
  return text;
}

std::optional<Time> parse_time(std::string_view text) {
  int year = take_digits(text, 4);
  if (year < 0 || !take(text, '-')) return std::nullopt;
  int month = take_digits(text, 2);
  if (month < 0 || !take(text, '-')) return std::nullopt;
  int day = take_digits(text, 2);
  if (day < 0) return std::nullopt;
  auto days = days_of(year, month, day);
  if (!days) return std::nullopt;
  std::int64_t us = *days * 86'400'000'000;
  if (text.empty()) return from_us(us);
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
  int hour = take_digits(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ':')) return std::nullopt;
  int minute = take_digits(text, 2);
  if (minute < 0 || minute > 59) return std::nullopt;
  int second = 0;
  std::int64_t fraction_us = 0;
  if (take(text, ':')) {
    second = take_digits(text, 2);
    if (second < 0 || second > 59) return std::nullopt;
    if (take(text, '.')) {
      auto taken = take_fraction_us(text);
      if (!taken) return std::nullopt;
      fraction_us = *taken;
    }
  }
  auto offset_s = take_offset_s(text);
  if (!offset_s || !text.empty()) return std::nullopt;
  std::int64_t seconds = hour * 3600 + minute * 60 + second - *offset_s;
  us += seconds * 1'000'000 + fraction_us;
  constexpr std::int64_t day_us = 86'400'000'000;
  static const std::int64_t us_min = *days_of(year_min, 1, 1) * day_us;
  static const std::int64_t us_end = (*days_of(year_max, 12, 31) + 1) * day_us;
  if (us < us_min || us >= us_end) return std::nullopt;
  return from_us(us);
}

std::string format_date(Date date) { return format_time(Time(date.day)).substr(0, 10); }

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  auto midnight = parse_time(text);
  if (!midnight) return std::nullopt;
  return Date{std::chrono::floor<std::chrono::days>(*midnight)};
}

}  // namespace tt
