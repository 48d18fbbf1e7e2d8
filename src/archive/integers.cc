#include "archive/integers.h"

#include <algorithm>
#include <bit>

namespace tt::archive {
namespace {

constexpr std::uint8_t tag_constant = 0x00;
constexpr std::uint8_t tag_packed = 0x40;
constexpr std::uint8_t tag_rice = 0x80;
constexpr std::size_t group_max = 512;
constexpr std::size_t constant_min = 24;  // a shorter run is cheaper inside its group
constexpr unsigned rice_k_max = 40;
constexpr unsigned rice_escape = 16;

std::uint64_t low_bits(unsigned count) {
  return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

class BitWriter {
 public:
  explicit BitWriter(std::string& out) : out_(out) {}
  // `count` <= 56, the higher bits of `value` are 0.
  void put(std::uint64_t value, unsigned count) {
    pending_ |= value << used_;
    used_ += count;
    if (used_ < 8) return;
    char bytes[8];
    std::memcpy(bytes, &pending_, 8);
    out_.append(bytes, used_ / 8);
    pending_ >>= used_ & ~7u;  // 56 at most
    used_ &= 7;
  }
  void put_wide(std::uint64_t value, unsigned count) {
    if (count > 32) {
      put(value & low_bits(32), 32);
      put(value >> 32, count - 32);
    } else {
      put(value, count);
    }
  }
  void finish() {
    if (used_ > 0) out_.push_back(static_cast<char>(pending_));
  }

 private:
  std::string& out_;
  std::uint64_t pending_ = 0;
  unsigned used_ = 0;
};

class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_(bytes) {}
  // The next 57 bits or more; zeros beyond the end.
  std::uint64_t peek() const {
    std::uint64_t word = 0;
    auto byte = position_ / 8;
    if (byte + 8 <= bytes_.size()) [[likely]] {
      std::memcpy(&word, bytes_.data() + byte, 8);
    } else if (byte < bytes_.size()) {
      std::memcpy(&word, bytes_.data() + byte, bytes_.size() - byte);
    }
    return word >> (position_ & 7);
  }
  void skip(unsigned count) { position_ += count; }
  std::uint64_t take(unsigned count) {
    if (count > 32) {
      auto low = peek() & low_bits(32);
      skip(32);
      return low | take(count - 32) << 32;
    }
    auto value = peek() & low_bits(count);
    skip(count);
    return value;
  }
  bool is_good() const { return position_ <= bytes_.size() * 8; }
  std::size_t bytes_used() const { return (position_ + 7) / 8; }

 private:
  std::string_view bytes_;
  std::size_t position_ = 0;  // in bits
};

// How many equal values `values` begins with.
std::size_t run_length(std::span<const std::int64_t> values) {
  std::size_t length = 1;
  while (length < values.size() && values[length] == values[0]) ++length;
  return length;
}

// The length of the group at the front of `values`: it ends where a long constant run begins.
std::size_t group_length(std::span<const std::int64_t> values) {
  auto end = std::min(values.size(), group_max);
  std::size_t run_begin = 0;
  for (std::size_t i = 1; i < end; ++i) {
    if (values[i] != values[run_begin]) run_begin = i;
    if (i - run_begin + 1 >= constant_min) return run_begin;
  }
  return end;
}

struct Rice {
  std::int64_t base = 0;
  unsigned k = 0;
  std::uint64_t bits = 0;
};

std::uint64_t rice_bits(std::span<const std::uint64_t> folded, unsigned k) {
  std::uint64_t total = 0;
  for (auto u : folded) {
    auto quotient = u >> k;
    total += quotient < rice_escape ? quotient + 1 + k : rice_escape + 64;
  }
  return total;
}

void fold(std::span<const std::int64_t> values, std::int64_t base,
          std::span<std::uint64_t> folded) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    folded[i] = to_zigzag(wrapping_subtract(values[i], base));
  }
}

// The mean where the values lie around it rather than around 0.
std::int64_t rice_base(std::span<const std::int64_t> values) {
  double sum = 0;
  double sum_of_magnitudes = 0;
  for (auto value : values) {
    auto number = static_cast<double>(value);
    sum += number;
    sum_of_magnitudes += std::abs(number);
  }
  auto mean = sum / static_cast<double>(values.size());
  if (std::abs(sum) < sum_of_magnitudes / 4 || std::abs(mean) > 4e18) return 0;
  return static_cast<std::int64_t>(mean);
}

Rice choose_rice(std::span<const std::int64_t> values, std::span<std::uint64_t> folded) {
  Rice best{.base = rice_base(values)};
  fold(values, best.base, folded);
  std::uint64_t widths = 0;
  for (auto u : folded) widths += static_cast<unsigned>(std::bit_width(u));
  auto typical = static_cast<unsigned>(widths / folded.size());
  auto low = std::min(typical > 1 ? typical - 2 : 0, rice_k_max);
  auto high = std::min(typical + 1, rice_k_max);
  best.bits = ~std::uint64_t{0};
  for (auto k = low; k <= high; ++k) {
    auto bits = rice_bits(folded, k);
    if (bits < best.bits) best.k = k, best.bits = bits;
  }
  return best;
}

void put_group_header(std::uint8_t tag, std::size_t count, std::int64_t base, std::string& out) {
  put_u8(tag, out);
  put_varint(count, out);
  put_zigzag(base, out);
}

void put_rice(std::span<const std::uint64_t> folded, unsigned k, BitWriter& bits) {
  for (auto u : folded) {
    auto quotient = u >> k;
    if (quotient < rice_escape) [[likely]] {
      auto unary = (std::uint64_t{1} << quotient) - 1;
      bits.put((u & low_bits(k)) << (quotient + 1) | unary,
               static_cast<unsigned>(quotient) + 1 + k);
    } else {
      bits.put(low_bits(rice_escape), rice_escape);
      bits.put_wide(u, 64);
    }
  }
  bits.finish();
}

void encode_group(std::span<const std::int64_t> values, std::string& out) {
  std::uint64_t storage[group_max];
  std::span<std::uint64_t> folded(storage, values.size());
  auto rice = choose_rice(values, folded);
  auto [low, high] = std::ranges::minmax(values);
  auto spread = static_cast<std::uint64_t>(wrapping_subtract(high, low));
  auto width = std::max(1u, static_cast<unsigned>(std::bit_width(spread)));
  BitWriter bits(out);
  if (rice.bits < width * values.size()) {
    put_group_header(static_cast<std::uint8_t>(tag_rice | rice.k), values.size(), rice.base, out);
    return put_rice(folded, rice.k, bits);
  }
  put_group_header(static_cast<std::uint8_t>(tag_packed | (width - 1)), values.size(), low, out);
  for (auto value : values) {
    bits.put_wide(static_cast<std::uint64_t>(wrapping_subtract(value, low)), width);
  }
  bits.finish();
}

std::int64_t unfold(std::uint64_t u, std::int64_t base) {
  return wrapping_add(base, from_zigzag(u));
}

void take_rice(BitReader& bits, unsigned k, std::int64_t base, std::span<std::int64_t> values) {
  auto mask = low_bits(k);
  for (auto& value : values) {
    auto word = bits.peek();
    auto quotient = static_cast<unsigned>(std::countr_one(word));
    if (quotient < rice_escape) [[likely]] {
      value = unfold(std::uint64_t{quotient} << k | (word >> (quotient + 1) & mask), base);
      bits.skip(quotient + 1 + k);
    } else {
      bits.skip(rice_escape);
      value = unfold(bits.take(64), base);
    }
  }
}

// The rest of a packed or rice group whose tag was read.
bool decode_group(std::uint8_t tag, Cursor& in, std::span<std::int64_t>& values) {
  auto count = in.varint();
  auto base = in.zigzag();
  if (!in.is_good() || count == 0 || count > values.size()) return false;
  BitReader bits(in.rest());
  auto group = values.first(count);
  unsigned parameter = tag & 0x3F;
  if ((tag & 0xC0) == tag_rice) {
    if (parameter > rice_k_max) return false;
    take_rice(bits, parameter, base, group);
  } else {
    for (auto& value : group) {
      value = wrapping_add(base, static_cast<std::int64_t>(bits.take(parameter + 1)));
    }
  }
  if (!bits.is_good()) return false;
  in.take(bits.bytes_used());
  values = values.subspan(count);
  return true;
}

}  // namespace

void encode_integers(std::span<const std::int64_t> values, std::string& out) {
  while (!values.empty()) {
    auto run = run_length(values);
    if (run >= constant_min || run == values.size()) {
      put_u8(tag_constant, out);
      put_zigzag(values[0], out);
      put_varint(run, out);
      values = values.subspan(run);
    } else {
      auto length = group_length(values);
      encode_group(values.first(length), out);
      values = values.subspan(length);
    }
  }
}

bool decode_integers(Cursor& in, std::span<std::int64_t> values) {
  while (!values.empty()) {
    auto tag = in.u8();
    auto kind = tag & 0xC0;
    if (!in.is_good()) return false;
    if (tag == tag_constant) {
      auto value = in.zigzag();
      auto count = in.varint();
      if (!in.is_good() || count == 0 || count > values.size()) return false;
      std::ranges::fill(values.first(count), value);
      values = values.subspan(count);
    } else if (kind == tag_packed || kind == tag_rice) {
      if (!decode_group(tag, in, values)) return false;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace tt::archive
