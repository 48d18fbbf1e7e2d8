#include "archive/block_texts.h"

#include <zstd.h>

#include <unordered_map>

#include "archive/block.h"
#include "archive/integers.h"

namespace tt::archive {
namespace {

constexpr std::uint8_t packing_none = 0;
constexpr std::uint8_t packing_zstd = 1;
constexpr std::uint8_t form_list = 0;
constexpr std::uint8_t form_dictionary = 1;
constexpr int zstd_level = 3;
constexpr std::size_t packed_bytes_min = 64;  // less is not worth the time
// The unpacked bytes: texts and their lengths, or indices.
constexpr std::size_t unpacked_bytes_max = block_text_bytes_max + block_points_max * 16;

std::string list_of(std::span<const std::string> texts) {
  std::string list;
  put_u8(form_list, list);
  for (const auto& text : texts) put_text(text, list);
  return list;
}

// A dictionary where most texts occur more than once, else a list.
std::string unpacked(std::span<const std::string> texts) {
  std::unordered_map<std::string_view, std::int64_t> numbers;
  std::vector<std::int64_t> indices;
  std::string entries;
  for (const auto& text : texts) {
    auto next = static_cast<std::int64_t>(numbers.size());
    auto [found, is_new] = numbers.try_emplace(text, next);
    if (is_new) put_text(text, entries);
    indices.push_back(found->second);
  }
  if (numbers.size() * 2 > texts.size()) return list_of(texts);
  std::string dictionary;
  put_u8(form_dictionary, dictionary);
  put_varint(numbers.size(), dictionary);
  dictionary += entries;
  encode_integers(indices, dictionary);
  return dictionary;
}

std::string zstd_packed(std::string_view bytes) {
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  auto size = ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), zstd_level);
  packed.resize(ZSTD_isError(size) ? 0 : size);
  return packed;
}

std::optional<std::string> zstd_unpacked(std::string_view packed, std::size_t size) {
  // Bytes that claim to be large must be large to some degree: a guard against bombs.
  if (size > unpacked_bytes_max) return std::nullopt;
  if (ZSTD_getFrameContentSize(packed.data(), packed.size()) != size) return std::nullopt;
  std::string bytes(size, '\0');
  auto got = ZSTD_decompress(bytes.data(), bytes.size(), packed.data(), packed.size());
  if (ZSTD_isError(got) || got != size) return std::nullopt;
  return bytes;
}

using Places = std::vector<std::pair<std::size_t, std::size_t>>;

// Offsets count from the beginning of what `in` reads.
bool take_places(Cursor& in, std::uint64_t count, Places& places) {
  for (std::uint64_t i = 0; i < count; ++i) {
    auto text = in.text();
    if (!in.is_good()) return false;
    places.emplace_back(in.offset() - text.size(), text.size());
  }
  return true;
}

bool take_dictionary(Cursor& in, std::size_t count, Places& places) {
  auto distinct = in.varint();
  if (distinct > count) return false;
  Places entries;
  std::vector<std::int64_t> indices(count);
  if (!take_places(in, distinct, entries) || !decode_integers(in, indices)) return false;
  std::size_t total = 0;
  for (auto index : indices) {
    if (index < 0 || static_cast<std::uint64_t>(index) >= distinct) return false;
    places.push_back(entries[static_cast<std::size_t>(index)]);
    total += places.back().second;
  }
  return total <= block_text_bytes_max;
}

}  // namespace

void put_texts(std::span<const std::string> texts, std::string& out) {
  auto bytes = unpacked(texts);
  auto packed = bytes.size() < packed_bytes_min ? std::string() : zstd_packed(bytes);
  bool worth = !packed.empty() && packed.size() + packed.size() / 8 < bytes.size();
  put_u8(worth ? packing_zstd : packing_none, out);
  put_varint(bytes.size(), out);
  if (worth) put_varint(packed.size(), out);
  out += worth ? packed : bytes;
}

std::optional<Texts> take_texts(Cursor& in, std::size_t count) {
  auto packing = in.u8();
  auto size = in.varint();
  std::string bytes;
  if (packing == packing_none) {
    bytes = in.take(size);
  } else if (packing == packing_zstd) {
    auto packed = in.text();
    auto unpacked = zstd_unpacked(packed, size);
    if (!unpacked) return std::nullopt;
    bytes = std::move(*unpacked);
  }
  if (!in.is_good()) return std::nullopt;
  Cursor list(bytes);
  Places places;
  auto form = list.u8();
  bool read = form == form_list         ? take_places(list, count, places)
              : form == form_dictionary ? take_dictionary(list, count, places)
                                        : false;
  if (!read || !list.is_at_end()) return std::nullopt;
  return Texts(std::move(bytes), std::move(places));
}

}  // namespace tt::archive
