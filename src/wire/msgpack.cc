#include "wire/msgpack.h"

#include <bit>
#include <boost/json.hpp>

#include "wire/detail/big_endian.h"
#include "wire/detail/tree_builder.h"

namespace tt::wire {
namespace {

using detail::append_big_endian;
using detail::BigEndianReader;
using detail::TreeBuilder;

// The formats of one value by its first byte.
//
//   00-7f positive fixint   80-8f fixmap   90-9f fixarray   a0-bf fixstr   e0-ff negative fixint
//   c0 nil   c2 false   c3 true   c4-c6 bin 8/16/32   ca float 32   cb float 64
//   cc-cf uint 8/16/32/64   d0-d3 int 8/16/32/64   d9-db str 8/16/32
//   dc-dd array 16/32   de-df map 16/32   c7-c9, d4-d8 extensions   c1 never used
const char* read_sized(unsigned char first, BigEndianReader& bytes, TreeBuilder& tree) {
  switch (first) {
    case 0xC0: return tree.add(nullptr);
    case 0xC2: return tree.add(false);
    case 0xC3: return tree.add(true);
    case 0xC4:
    case 0xC5:
    case 0xC6: {
      auto size = bytes.number(std::size_t{1} << (first - 0xC4));
      return tree.add_binary(bytes.take(size));
    }
    case 0xCA: {
      auto bits = static_cast<std::uint32_t>(bytes.number(4));
      return tree.add(static_cast<double>(std::bit_cast<float>(bits)));
    }
    case 0xCB: return tree.add(std::bit_cast<double>(bytes.number(8)));
    case 0xCC:
    case 0xCD:
    case 0xCE:
      return tree.add(static_cast<std::int64_t>(bytes.number(std::size_t{1} << (first - 0xCC))));
    case 0xCF: {
      auto number = bytes.number(8);
      return number >> 63 ? tree.add(number) : tree.add(static_cast<std::int64_t>(number));
    }
    case 0xD0: return tree.add(std::int64_t{static_cast<std::int8_t>(bytes.number(1))});
    case 0xD1: return tree.add(std::int64_t{static_cast<std::int16_t>(bytes.number(2))});
    case 0xD2: return tree.add(std::int64_t{static_cast<std::int32_t>(bytes.number(4))});
    case 0xD3: return tree.add(static_cast<std::int64_t>(bytes.number(8)));
    case 0xD9:
    case 0xDA:
    case 0xDB: {
      auto size = bytes.number(std::size_t{1} << (first - 0xD9));
      return tree.add_text(bytes.take(size));
    }
    case 0xDC: return tree.begin_array(bytes.number(2));
    case 0xDD: return tree.begin_array(bytes.number(4));
    case 0xDE: return tree.begin_object(bytes.number(2));
    case 0xDF: return tree.begin_object(bytes.number(4));
    case 0xC1: return "byte that is never used";
    default: return "extension types are not supported";
  }
}

const char* read_item(BigEndianReader& bytes, TreeBuilder& tree) {
  auto first = static_cast<unsigned char>(bytes.number(1));
  if (first <= 0x7F) return tree.add(std::int64_t{first});
  if (first <= 0x8F) return tree.begin_object(first & 0x0F);
  if (first <= 0x9F) return tree.begin_array(first & 0x0F);
  if (first <= 0xBF) return tree.add_text(bytes.take(first & 0x1F));
  if (first >= 0xE0) return tree.add(std::int64_t{static_cast<std::int8_t>(first)});
  return read_sized(first, bytes, tree);
}

// --- writing ---------------------------------------------------------------------------------

// The first bytes of a kind of thing that has a length: short form up to `short_max`, then the
// codes for 1, 2 and 4 bytes of length (0: there is none).
struct LengthCodes {
  unsigned char short_code;
  std::uint64_t short_max;
  unsigned char codes[3];
};
constexpr LengthCodes text_codes{0xA0, 31, {0xD9, 0xDA, 0xDB}};
constexpr LengthCodes binary_codes{0, 0, {0xC4, 0xC5, 0xC6}};
constexpr LengthCodes array_codes{0x90, 15, {0, 0xDC, 0xDD}};
constexpr LengthCodes object_codes{0x80, 15, {0, 0xDE, 0xDF}};

void append_length(std::string& out, const LengthCodes& codes, std::uint64_t length) {
  TT_ASSERT(length <= 0xFFFFFFFF);
  if (codes.short_code && length <= codes.short_max) {
    out += static_cast<char>(codes.short_code | length);
    return;
  }
  int which = length > 0xFFFF ? 2 : length > 0xFF || !codes.codes[0] ? 1 : 0;
  out += static_cast<char>(codes.codes[which]);
  append_big_endian(out, length, std::size_t{1} << which);
}

void append_coded(std::string& out, unsigned char code, std::uint64_t value, std::size_t size) {
  out += static_cast<char>(code);
  append_big_endian(out, value, size);
}

void append_natural(std::string& out, std::uint64_t number) {
  if (number <= 0x7F) {
    out += static_cast<char>(number);
  } else if (number <= 0xFF) {
    append_coded(out, 0xCC, number, 1);
  } else if (number <= 0xFFFF) {
    append_coded(out, 0xCD, number, 2);
  } else if (number <= 0xFFFFFFFF) {
    append_coded(out, 0xCE, number, 4);
  } else {
    append_coded(out, 0xCF, number, 8);
  }
}

void append_integer(std::string& out, std::int64_t number) {
  auto bits = static_cast<std::uint64_t>(number);
  if (number >= 0) {
    append_natural(out, bits);
  } else if (number >= -32) {
    out += static_cast<char>(number);
  } else if (number >= std::numeric_limits<std::int8_t>::min()) {
    append_coded(out, 0xD0, bits, 1);
  } else if (number >= std::numeric_limits<std::int16_t>::min()) {
    append_coded(out, 0xD1, bits, 2);
  } else if (number >= std::numeric_limits<std::int32_t>::min()) {
    append_coded(out, 0xD2, bits, 4);
  } else {
    append_coded(out, 0xD3, bits, 8);
  }
}

void append_text(std::string& out, std::string_view text) {
  append_length(out, text_codes, text.size());
  out.append(text);
}

void append_string(std::string& out, std::string_view text) {
  auto binary = text_to_binary(text);
  if (!binary) return append_text(out, text);
  append_length(out, binary_codes, binary->size());
  out.append(*binary);
}

void append_value(std::string& out, const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null: out += '\xC0'; break;
    case boost::json::kind::bool_: out += value.get_bool() ? '\xC3' : '\xC2'; break;
    case boost::json::kind::int64: append_integer(out, value.get_int64()); break;
    case boost::json::kind::uint64: append_natural(out, value.get_uint64()); break;
    case boost::json::kind::double_:
      append_coded(out, 0xCB, std::bit_cast<std::uint64_t>(value.get_double()), 8);
      break;
    case boost::json::kind::string: append_string(out, value.get_string()); break;
    case boost::json::kind::array:
      append_length(out, array_codes, value.get_array().size());
      for (const auto& element : value.get_array()) append_value(out, element);
      break;
    case boost::json::kind::object:
      append_length(out, object_codes, value.get_object().size());
      for (const auto& [key, content] : value.get_object()) {
        append_text(out, key);
        append_value(out, content);
      }
      break;
  }
}

}  // namespace

Result<boost::json::value> parse_msgpack(std::string_view bytes, const TreeLimits& limits) {
  BigEndianReader reader(bytes);
  TreeBuilder tree(limits);
  while (!tree.complete()) {
    auto offset = reader.offset();
    const char* wrong = reader.at_end() ? "unexpected end" : read_item(reader, tree);
    if (reader.failed()) wrong = "unexpected end";
    if (wrong) return problem(wrong, offset);
  }
  if (!reader.at_end()) return problem("bytes behind the value", reader.offset());
  return tree.take();
}

std::string to_msgpack(const boost::json::value& tree) {
  std::string out;
  append_value(out, tree);
  return out;
}

}  // namespace tt::wire
