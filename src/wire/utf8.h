#pragma once

// Utf8Checker: well-formedness of UTF-8 text that arrives in pieces.  For text that is at hand as
// a whole use tt::is_utf8 (base/bytes.h); both follow RFC 3629.

#include <cstdint>
#include <string_view>

namespace tt::wire {

class Utf8Checker {
 public:
  // False as soon as the bytes fed so far cannot be the start of well-formed text; then every
  // later answer is false, too.
  bool feed(std::string_view bytes);
  // True if the text may end here: no character is half read.
  bool complete() const { return valid_ && needed_ == 0; }
  // Starts with a new text.
  void reset() { *this = Utf8Checker(); }

 private:
  bool begin_character(unsigned char byte);

  bool valid_ = true;
  std::uint8_t needed_ = 0;  // continuation bytes still to come
  std::uint8_t low_ = 0x80;  // the range of the next continuation byte
  std::uint8_t high_ = 0xBF;
};

// The number of ASCII bytes at the front of `bytes`.
std::size_t ascii_prefix(std::string_view bytes);

}  // namespace tt::wire
