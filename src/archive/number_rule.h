#pragma once

// NumberRule: how the numbers of a block are written; see the grammar in block.h.

#include <cstdint>

#include "archive/decimal.h"

namespace tt::archive {

struct NumberRule {
  unsigned scale = 0;
  unsigned decimals_min = 0;
};

// v / 10^scale as the rule writes it.
inline Decimal drop_zeros(std::int64_t scaled, NumberRule rule) {
  auto decimals = rule.scale;
  while (decimals > rule.decimals_min && scaled % 10 == 0) {
    scaled /= 10;
    --decimals;
  }
  return {scaled, decimals};
}

// Whether some text is that decimal.
inline bool is_cell(Decimal decimal) {
  return decimal.decimals <= decimals_max && decimal.mantissa < mantissa_end &&
         decimal.mantissa > -mantissa_end;
}

}  // namespace tt::archive
