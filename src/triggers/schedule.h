#pragma once

// When a delivery that did not succeed is tried again: after 1 s, 2 s, 4 s, … 15 min, each a fifth
// shorter or longer, so that what failed together does not come back together.

#include <chrono>
#include <optional>

#include "base/time.h"

namespace tt::triggers {

inline constexpr Microseconds pause_max = std::chrono::minutes(15);

// `fraction` is random in [0, 1); `attempts` (at least 1) have been made.  Not less than what the
// peer asked for, as far as that is sensible.
Microseconds pause_after(unsigned attempts, double fraction,
                         std::optional<std::chrono::seconds> retry_after);

}  // namespace tt::triggers
