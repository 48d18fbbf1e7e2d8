#pragma once

// What msgpack and CBOR share: their values are trees of Boost.JSON, whose one gap, binary data,
// is filled by WAMP's convention, so that a tree can go out in any of the formats:
//
// "the binary string is Base64 encoded (RFC 4648, section 4), the resulting string is prefixed
//  with the \0 character, and the whole is a JSON string"      [WAMP, binary conversion of JSON]

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tt::wire {

struct TreeLimits {
  std::size_t depth_max = 64;
  std::size_t values_max = 1'000'000;  // keys included
};

std::string binary_to_text(std::string_view bytes);
// nullopt if the text does not stand for binary data.
std::optional<std::string> text_to_binary(std::string_view text);

}  // namespace tt::wire
