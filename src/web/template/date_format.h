#pragma once

// Dates and times as templates write them: format letters, and the time between two moments.

#include <optional>
#include <string>
#include <string_view>

#include "web/template/value.h"

namespace tt::web {

// The formats that have names ("DATE_FORMAT") under their names; any other text as it is.
std::string_view date_format_named(std::string_view name_or_format);

// "N j, Y": each letter of `format` replaced by its part of the date, "\" keeps the next letter.
// For a time of day the letters of dates refuse: nullopt; likewise for values that are no time.
std::optional<std::string> format_date(const Value& moment, std::string_view format);
// The same with the letters of the clock only, as the filter `time` wants it.
std::optional<std::string> format_clock(const Value& moment, std::string_view format);

// "2 weeks, 3 days" from `begin` to `end`, "0 minutes" if end is not later.
std::string time_between(Time begin, Time end);

}  // namespace tt::web
