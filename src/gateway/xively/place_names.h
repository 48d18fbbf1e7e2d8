#pragma once

// The places by which Rails, and so Xively's users, name time zones.

#include <string_view>

namespace tt::gateway::xively {

// "Pacific Time (US & Canada)" → "America/Los_Angeles"; empty for a name that is not in the list.
std::string_view database_name_of(std::string_view place);

}  // namespace tt::gateway::xively
