#pragma once

// What the text of a scalar means, whatever the document's format.  `what` names the member in the
// message: "Location lat is not a number".

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"

namespace tt::gateway::xively {

// 422 "WHAT HOW"
Error wrong(std::string_view what, std::string_view how);

// nullopt if `text` is empty.  Both throw unprocessable for what is none.
std::optional<double> to_number(std::string_view text, std::string_view what);
std::optional<Time> to_time(std::string_view text, std::string_view what);

// Empty is false.  Throws unprocessable for anything but "true" and "false".
bool to_boolean(std::string_view text, std::string_view what);

}  // namespace tt::gateway::xively
