#pragma once

// Summary: what is known of a run of samples without unpacking its values.

#include <cstdint>
#include <optional>

#include "archive/decimal.h"

namespace tt::archive {

struct Summary {
  std::uint64_t count = 0;
  std::int64_t first = 0;  // microseconds since 1970
  std::int64_t last = 0;
  std::uint64_t numeric = 0;
  double min = 0, max = 0, sum = 0;                // of the numeric values; 0 if there are none
  std::optional<Decimal> first_value, last_value;  // nullopt for a text
};

}  // namespace tt::archive
