#pragma once

// What a condition says about one reading.

#include <optional>
#include <string_view>

#include "triggers/triggers.h"

namespace tt::triggers {

// Without a reading for this long a channel is frozen.
inline constexpr Microseconds silence_max = std::chrono::minutes(15);

// Without white space around it.
std::string_view trimmed(std::string_view text);

// The finite decimal number that `text` is, with white space around it or a '+' before it.
std::optional<double> numeric(std::string_view text);

// True if `value` fulfils one of the conditions with a threshold.  nullopt if it says nothing about
// it: a sensor that sends "error" is neither over 30 nor back under it.  `eq` compares texts where
// the threshold is no number.
std::optional<bool> holds(Condition condition, std::string_view threshold, std::string_view value);

}  // namespace tt::triggers
