#pragma once

// Little pieces of the archive's byte formats.
//
//   varint = 7 bits a byte, lowest first, the high bit set on all but the last; at most 10 bytes
//   zigzag = varint of 0, -1, 1, -2, 2 … counted 0, 1, 2, 3, 4 …
//   f64    = IEEE 754 binary64, lowest byte first
//   text   = length:varint byte{length}

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace tt::archive {

inline std::uint64_t to_zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}

inline std::int64_t from_zigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1 ^ (0 - (value & 1)));
}

// Sums and differences of int64 modulo 2^64, so that no bytes of a stranger overflow them.
inline std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
inline std::int64_t wrapping_subtract(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

inline void put_u8(std::uint8_t value, std::string& out) {
  out.push_back(static_cast<char>(value));
}

inline void put_varint(std::uint64_t value, std::string& out) {
  char bytes[10];
  std::size_t count = 0;
  while (value >= 0x80) {
    bytes[count++] = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  bytes[count++] = static_cast<char>(value);
  out.append(bytes, count);
}

inline void put_zigzag(std::int64_t value, std::string& out) { put_varint(to_zigzag(value), out); }

template <class T>
void put_fixed(T value, std::string& out) {
  static_assert(std::endian::native == std::endian::little);
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

inline void put_text(std::string_view text, std::string& out) {
  put_varint(text.size(), out);
  out.append(text);
}

// Reads from the front of bytes that may be hostile.  After the first read beyond the end (or of a
// varint that is none) is_good() is false, and everything read is 0 or empty.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : all_(bytes), rest_(bytes) {}

  bool is_good() const { return good_; }
  bool is_at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  std::size_t offset() const { return all_.size() - rest_.size(); }

  std::uint8_t u8() {
    auto bytes = take(1);
    return bytes.empty() ? 0 : static_cast<std::uint8_t>(bytes[0]);
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      if (rest_.empty()) break;
      auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      if (shift == 63 && byte > 1) break;
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
    return fail(), 0;
  }

  std::int64_t zigzag() { return from_zigzag(varint()); }

  template <class T>
  T fixed() {
    T value{};
    auto bytes = take(sizeof value);
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }

  std::string_view take(std::uint64_t count) {
    if (count > rest_.size()) return fail(), std::string_view{};
    auto bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }

  std::string_view text() { return take(varint()); }

 private:
  void fail() {
    good_ = false;
    rest_ = rest_.substr(rest_.size());
  }

  std::string_view all_;
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace tt::archive
