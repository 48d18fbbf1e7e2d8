#include "gateway/xively/time_zone.h"

#include <cctz/time_zone.h>

#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "gateway/xively/place_names.h"

namespace tt::gateway::xively {
namespace {

using std::chrono::minutes;

constexpr double hours_max = 14;  // the Line Islands are the first to see a day

// '+' of "+1" that was not percent-encoded arrives as a space.
std::optional<minutes> hours_in(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('+')) text.remove_prefix(1);
  auto hours = parse_number<double>(text);
  if (!hours || !(std::abs(*hours) <= hours_max)) return std::nullopt;
  return minutes(std::lround(*hours * 60));
}

// Only names of files there are: cctz remembers every name that it was ever asked for.
bool is_in_database(std::string_view name) {
  constexpr std::string_view characters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
  if (name.size() > 64 || name.find('/') == name.npos || name.starts_with('/')) return false;
  if (name.find_first_not_of(characters) != name.npos) return false;
  std::error_code failure;
  return std::filesystem::is_regular_file("/usr/share/zoneinfo/" + std::string(name), failure);
}

Error unknown(std::string_view name) {
  return Error(Code::invalid,
               fmt::format("timezone '{}' is unknown; use a number of hours from UTC (-3, 5.5), a "
                           "place (London, Pacific Time (US & Canada); case matters) or a name of "
                           "the tz database (Europe/London)",
                           name));
}

}  // namespace

TimeZone TimeZone::named(std::string_view name) {
  TimeZone zone;
  if (auto offset = hours_in(name)) {
    zone.offset_ = *offset;
    return zone;
  }
  auto place = database_name_of(name);
  if (place.empty() && is_in_database(name)) place = name;
  if (place.empty()) throw unknown(name);
  if (place == "Etc/UTC") return zone;
  cctz::time_zone loaded;
  if (!cctz::load_time_zone(std::string(place), &loaded)) throw unknown(name);
  zone.place_ = std::make_shared<const cctz::time_zone>(loaded);
  return zone;
}

minutes TimeZone::offset_at(Time time) const {
  if (!place_) return offset_;
  auto second = std::chrono::floor<std::chrono::seconds>(time);
  return std::chrono::round<minutes>(std::chrono::seconds(place_->lookup(second).offset));
}

std::string TimeZone::text(Time time) const {
  auto offset = offset_at(time);
  if (is_utc()) return format_time(time);
  constexpr Time first = std::chrono::sys_days(std::chrono::year(year_min) / 1 / 2);
  constexpr Time last = std::chrono::sys_days(std::chrono::year(year_max) / 12 / 30);
  if (time < first || time > last) return format_time(time);  // the local year may have no text
  auto text = format_time(time + offset);
  text.pop_back();
  auto size = std::chrono::abs(offset).count();
  fmt::format_to(std::back_inserter(text), "{}{:02}:{:02}", offset < minutes(0) ? '-' : '+',
                 size / 60, size % 60);
  return text;
}

}  // namespace tt::gateway::xively
