#pragma once

// How one side of a twin is stored.
//
//   key   = "twin/" feed "/" ( "desired" / "reported" )     ; feed: 16 hexadecimal digits
//   value = version SP updated SP json                      ; decimal numbers; updated in µs

#include "base/error.h"
#include "twin/twin.h"

namespace tt::twin {

std::string_view to_text(Side side);
std::optional<Side> side_from(std::string_view text);

std::string state_key(registry::FeedId feed, Side side);
// Of both sides.
store::Range state_range(registry::FeedId feed);

std::string to_bytes(const State& state);
Result<State> state_from(std::string_view bytes);

}  // namespace tt::twin
