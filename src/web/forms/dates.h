#pragma once

// Dates and times as people write them into forms.

#include <optional>
#include <string_view>

#include "base/time.h"

namespace tt::web::forms {

// "2006-10-25", "10/25/2006", "10/25/06", "Oct 25 2006", "Oct 25, 2006", "25 October 2006",
// "25 Oct, 2006"; nullopt for anything else.
std::optional<Date> date_from(std::string_view text);
// ISO 8601, or "10/25/2006 14:30[:59[.5]]"; a date alone means its first moment.
std::optional<Time> time_from(std::string_view text);

}  // namespace tt::web::forms
