#include "registry/registry.h"

#include <re2/re2.h>
#include <algorithm>

namespace tt::registry {

const Channel* Feed::find(std::string_view name) const {
  auto place = std::ranges::lower_bound(channels, name, {}, &Channel::name);
  return place != channels.end() && place->name == name ? &*place : nullptr;
}

bool is_channel_name(std::string_view name) {
  static const RE2 pattern(R"(\A[\p{L}\w\-+.]+\z)");
  re2::StringPiece text(name.data(), name.size());
  return name.size() <= 255 && RE2::PartialMatch(text, pattern);
}

}  // namespace tt::registry
