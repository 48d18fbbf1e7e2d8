#pragma once

// Text forms of bytes, and comparison of secrets.

#include <optional>
#include <string>
#include <string_view>

namespace tt {

// Lets unordered containers of std::string be searched with a std::string_view.
struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

// Lower-case hexadecimal.
std::string to_hex(std::string_view bytes);
// nullopt unless `text` is an even number of hexadecimal digits of either case.
std::optional<std::string> from_hex(std::string_view text);

// RFC 4648 section 4, padded.
std::string to_base64(std::string_view bytes);
// RFC 4648 section 5, not padded.
std::string to_base64url(std::string_view bytes);
// Accepts both alphabets, padded or not; nullopt for any other character or length.
std::optional<std::string> from_base64(std::string_view text);

// True when both are equal; takes the same time wherever they differ.
bool equal_constant_time(std::string_view a, std::string_view b);

// True when every byte sequence is a well-formed UTF-8 character (RFC 3629: no surrogates, nothing
// over U+10FFFF, no overlong form).
bool is_utf8(std::string_view text);

}  // namespace tt
