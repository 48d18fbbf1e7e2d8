#include "bus/topic.h"

#include "base/bytes.h"

namespace tt::bus {
namespace {

// "All Topic Names and Topic Filters MUST be at least one character long"         [MQTT-4.7.3-1]
// "Topic Names and Topic Filters MUST NOT include the null character"              [MQTT-4.7.3-2]
// "Topic Names and Topic Filters are UTF-8 encoded strings, they MUST NOT encode to more than
//  65535 bytes."                                                                   [MQTT-4.7.3-3]
bool is_text(std::string_view text) {
  return !text.empty() && text.size() <= 65535 && text.find('\0') == text.npos && is_utf8(text);
}

}  // namespace

std::string_view take_level(std::string_view& path) {
  auto slash = path.find('/');
  auto level = path.substr(0, slash);
  path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
  return level;
}

// "The wildcard characters can be used in Topic Filters, but MUST NOT be used within a Topic Name"
//                                                                                  [MQTT-4.7.1-1]
bool is_topic(std::string_view topic) {
  return is_text(topic) && topic.find_first_of("+#") == topic.npos;
}

bool is_filter(std::string_view filter) {
  if (!is_text(filter)) return false;
  while (filter.data() != nullptr) {
    auto level = take_level(filter);
    // "The multi-level wildcard character MUST be specified either on its own or following a topic
    //  level separator. In either case it MUST be the last character specified in the Topic
    //  Filter."                                                                    [MQTT-4.7.1-2]
    if (level == "#") return filter.data() == nullptr;
    // "The single-level wildcard can be used at any level in the Topic Filter, including first
    //  and last levels. Where it is used it MUST occupy an entire level of the filter."
    //                                                                              [MQTT-4.7.1-3]
    if (level != "+" && level.find_first_of("+#") != level.npos) return false;
  }
  return true;
}

bool has_wildcard(std::string_view filter) { return filter.find_first_of("+#") != filter.npos; }

bool is_under(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return false;
  return path.size() == prefix.size() || path[prefix.size()] == '/';
}

std::size_t count_levels(std::string_view path) {
  return 1 + static_cast<std::size_t>(std::ranges::count(path, '/'));
}

bool matches(std::string_view filter, std::string_view topic) {
  // "The Server MUST NOT match Topic Filters starting with a wildcard character (# or +) with
  //  Topic Names beginning with a $ character."                                    [MQTT-4.7.2-1]
  if (topic.starts_with('$') && !filter.starts_with('$')) return false;
  while (filter.data() != nullptr) {
    auto wanted = take_level(filter);
    // "#" stands for the parent level too: "sport/tennis/player1/#" matches
    // "sport/tennis/player1" (section 4.7.1.2).
    if (wanted == "#") return true;
    if (topic.data() == nullptr) return false;
    auto level = take_level(topic);
    if (wanted != "+" && wanted != level) return false;
  }
  return topic.data() == nullptr;
}

}  // namespace tt::bus
