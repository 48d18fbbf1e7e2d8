#include "wire/cbor.h"

#include <bit>
#include <boost/json.hpp>
#include <cmath>

#include "wire/detail/big_endian.h"
#include "wire/detail/tree_builder.h"

namespace tt::wire {
namespace {

using detail::append_big_endian;
using detail::BigEndianReader;
using detail::TreeBuilder;

// "The initial byte of each encoded data item contains both information about the major type (the
// high-order 3 bits) and additional information (the low-order 5 bits)."      [RFC 8949 section 3]
enum class Major : std::uint8_t { natural, negative, bytes, text, array, map, tag, simple };

constexpr unsigned indefinite = 31;
constexpr unsigned char break_byte = 0xFF;

// A half-precision number.                                        [RFC 8949 appendix D]
double half_to_double(std::uint64_t half) {
  int exponent = static_cast<int>(half >> 10 & 0x1F);
  auto mantissa = static_cast<double>(half & 0x3FF);
  double value = exponent == 0    ? std::ldexp(mantissa, -24)
                 : exponent != 31 ? std::ldexp(mantissa + 1024, exponent - 25)
                 : mantissa == 0  ? std::numeric_limits<double>::infinity()
                                  : std::numeric_limits<double>::quiet_NaN();
  return half & 0x8000 ? -value : value;
}

class CborReader {
 public:
  CborReader(std::string_view bytes, const TreeLimits& limits) : bytes_(bytes), tree_(limits) {}

  Result<boost::json::value> read() {
    while (!tree_.complete()) {
      auto offset = bytes_.offset();
      const char* wrong = bytes_.at_end() ? "unexpected end" : read_item();
      if (bytes_.failed()) wrong = "unexpected end";
      if (wrong) return problem(wrong, offset);
    }
    if (!bytes_.at_end()) return problem("bytes behind the value", bytes_.offset());
    return tree_.take();
  }

 private:
  const char* read_item() {
    auto first = static_cast<unsigned char>(bytes_.number(1));
    auto major = static_cast<Major>(first >> 5);
    unsigned info = first & 0x1F;
    if (info > 27 && info < indefinite) return "reserved length";
    if (major == Major::simple) return first == break_byte ? end() : read_simple(info);
    if (info == indefinite) return read_indefinite(major);
    std::uint64_t argument = read_argument(info);
    // A tag may not stand between a beginning and its end mark alone.
    after_tag_ = major == Major::tag;
    switch (major) {
      case Major::natural: return add_natural(argument);
      case Major::negative: return add_negative(argument);
      case Major::bytes: return tree_.add_binary(bytes_.take(argument));
      case Major::text: return tree_.add_text(bytes_.take(argument));
      case Major::array: return tree_.begin_array(checked_count(argument));
      case Major::map: return tree_.begin_object(checked_count(argument));
      default: return nullptr;
    }
  }

  const char* end() { return after_tag_ ? "tag without a value" : tree_.end(); }

  std::uint64_t read_argument(unsigned info) {
    return info < 24 ? info : bytes_.number(std::size_t{1} << (info - 24));
  }

  // A count that is over any limit must not be mistaken for TreeBuilder::until_end.
  static std::uint64_t checked_count(std::uint64_t count) {
    return std::min(count, TreeBuilder::until_end - 1);
  }

  const char* add_natural(std::uint64_t number) {
    return number >> 63 ? tree_.add(number) : tree_.add(static_cast<std::int64_t>(number));
  }

  // "The value of the item is -1 minus the argument."
  const char* add_negative(std::uint64_t argument) {
    if (argument >> 63) return tree_.add(-1.0 - static_cast<double>(argument));
    return tree_.add(-1 - static_cast<std::int64_t>(argument));
  }

  const char* read_simple(unsigned info) {
    after_tag_ = false;
    switch (info) {
      case 20: return tree_.add(false);
      case 21: return tree_.add(true);
      case 22:
      case 23: return tree_.add(nullptr);
      case 25: return tree_.add(half_to_double(bytes_.number(2)));
      case 26: {
        auto bits = static_cast<std::uint32_t>(bytes_.number(4));
        return tree_.add(static_cast<double>(std::bit_cast<float>(bits)));
      }
      case 27: return tree_.add(std::bit_cast<double>(bytes_.number(8)));
      default: return "simple value that is not supported";
    }
  }

  const char* read_indefinite(Major major) {
    after_tag_ = false;
    if (major == Major::array) return tree_.begin_array(TreeBuilder::until_end);
    if (major == Major::map) return tree_.begin_object(TreeBuilder::until_end);
    if (major != Major::bytes && major != Major::text) return "reserved length";
    return read_chunks(major);
  }

  // "a sequence of zero or more definite-length strings ("chunks") of the same major type … the
  // string is the concatenation of the chunks"                    [RFC 8949 section 3.2.3]
  const char* read_chunks(Major major) {
    std::string whole;
    while (true) {
      auto first = static_cast<unsigned char>(bytes_.number(1));
      if (bytes_.failed()) return "unexpected end";
      if (first == break_byte) break;
      if (static_cast<Major>(first >> 5) != major || (first & 0x1F) > 27) return "bad chunk";
      whole.append(bytes_.take(read_argument(first & 0x1F)));
    }
    return major == Major::text ? tree_.add_text(whole) : tree_.add_binary(whole);
  }

  BigEndianReader bytes_;
  TreeBuilder tree_;
  bool after_tag_ = false;
};

// --- writing ---------------------------------------------------------------------------------

void append_head(std::string& out, Major major, std::uint64_t argument) {
  auto high = static_cast<unsigned>(major) << 5;
  if (argument < 24) {
    out += static_cast<char>(high | argument);
    return;
  }
  unsigned power = argument <= 0xFF ? 0 : argument <= 0xFFFF ? 1 : argument <= 0xFFFFFFFF ? 2 : 3;
  out += static_cast<char>(high | (24 + power));
  append_big_endian(out, argument, std::size_t{1} << power);
}

void append_text(std::string& out, std::string_view text) {
  append_head(out, Major::text, text.size());
  out.append(text);
}

void append_string(std::string& out, std::string_view text) {
  auto binary = text_to_binary(text);
  if (!binary) return append_text(out, text);
  append_head(out, Major::bytes, binary->size());
  out.append(*binary);
}

void append_integer(std::string& out, std::int64_t number) {
  if (number >= 0) return append_head(out, Major::natural, static_cast<std::uint64_t>(number));
  append_head(out, Major::negative, static_cast<std::uint64_t>(-1 - number));
}

void append_value(std::string& out, const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null: out += '\xF6'; break;
    case boost::json::kind::bool_: out += value.get_bool() ? '\xF5' : '\xF4'; break;
    case boost::json::kind::int64: append_integer(out, value.get_int64()); break;
    case boost::json::kind::uint64: append_head(out, Major::natural, value.get_uint64()); break;
    case boost::json::kind::double_:
      out += '\xFB';
      append_big_endian(out, std::bit_cast<std::uint64_t>(value.get_double()), 8);
      break;
    case boost::json::kind::string: append_string(out, value.get_string()); break;
    case boost::json::kind::array:
      append_head(out, Major::array, value.get_array().size());
      for (const auto& element : value.get_array()) append_value(out, element);
      break;
    case boost::json::kind::object:
      append_head(out, Major::map, value.get_object().size());
      for (const auto& [key, content] : value.get_object()) {
        append_text(out, key);
        append_value(out, content);
      }
      break;
  }
}

}  // namespace

Result<boost::json::value> parse_cbor(std::string_view bytes, const TreeLimits& limits) {
  return CborReader(bytes, limits).read();
}

std::string to_cbor(const boost::json::value& tree) {
  std::string out;
  append_value(out, tree);
  return out;
}

}  // namespace tt::wire
