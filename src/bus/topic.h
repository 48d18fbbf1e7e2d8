#pragma once

// Topics and filters.
//
// A topic is a list of levels, written with '/' between them as MQTT does; WAMP's dots are
// translated by its gateway.  A filter may hold '+' (one level, whatever it is) and, as its last
// level, '#' (all remaining levels, also none).

#include <cstddef>
#include <string_view>

namespace tt::bus {

// "All Topic Names and Topic Filters MUST be at least one character long" [MQTT-4.7.3-1]; they
// hold no NUL [MQTT-4.7.3-2] and are UTF-8.  A topic holds no wildcard [MQTT-3.3.2-2].
bool is_topic(std::string_view topic);
// '+' and '#' stand alone in their level and '#' is the last one [MQTT-4.7.1-2, 4.7.1-3].
bool is_filter(std::string_view filter);

bool has_wildcard(std::string_view filter);

// True when `filter` selects `topic` under the rules of MQTT 3.1.1 section 4.7.
bool matches(std::string_view filter, std::string_view topic);

// True when the first levels of `path`, a topic or a filter, are exactly those of `prefix`.
bool is_under(std::string_view path, std::string_view prefix);

// "a/b" has two levels, "/" has two empty ones.
std::size_t count_levels(std::string_view path);

// Takes the first level off `path`; `path` becomes nullopt-like (data() == nullptr) at the end.
std::string_view take_level(std::string_view& path);

}  // namespace tt::bus
