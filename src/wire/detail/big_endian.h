#pragma once

// Reading and writing of big-endian numbers for the binary formats.

#include <cstdint>
#include <string>
#include <string_view>

namespace tt::wire::detail {

// Takes numbers and strings from the front of bytes; past the end everything is zero or empty and
// failed() is true.
class BigEndianReader {
 public:
  explicit BigEndianReader(std::string_view bytes) : bytes_(bytes) {}

  // An unsigned number of `size` (1, 2, 4 or 8) bytes.
  std::uint64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (unsigned char byte : take(size)) value = value << 8 | byte;
    return value;
  }

  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size() - at_) {
      failed_ = true;
      at_ = bytes_.size();
      return {};
    }
    auto taken = bytes_.substr(at_, size);
    at_ += size;
    return taken;
  }

  std::size_t offset() const { return at_; }
  bool at_end() const { return at_ == bytes_.size(); }
  bool failed() const { return failed_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

inline void append_big_endian(std::string& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = size; i-- > 0;) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

}  // namespace tt::wire::detail
