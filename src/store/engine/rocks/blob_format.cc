#include "store/engine/rocks/blob_format.h"

#include <cstring>

#include "base/digest.h"

namespace tt::store::rocks {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr char in_kv = '\0';
constexpr char in_file = '\1';
constexpr std::size_t file_name_bytes = 32;

template <class Number>
void append(std::string& bytes, Number number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

}  // namespace

std::string encode_place(const Place& place) {
  if (const auto* bytes = std::get_if<std::string>(&place)) return in_kv + *bytes;
  const auto& file = std::get<FilePlace>(place);
  std::string bytes(1, in_file);
  append(bytes, file.size_bytes);
  return bytes + file.file;
}

Result<Place> decode_place(std::string_view bytes) {
  if (bytes.empty()) return problem("the place of a blob is empty");
  std::string_view rest = bytes.substr(1);
  if (bytes[0] == in_kv) return std::string(rest);
  if (bytes[0] != in_file) return problem("the place of a blob is of an unknown kind");
  FilePlace place;
  if (rest.size() != sizeof place.size_bytes + file_name_bytes) {
    return problem("the place of a blob has a wrong length", 1);
  }
  std::memcpy(&place.size_bytes, rest.data(), sizeof place.size_bytes);
  place.file = rest.substr(sizeof place.size_bytes);
  bool is_name = place.file.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_name) return problem("the place of a blob names no file", 1 + sizeof place.size_bytes);
  return place;
}

std::string encode_crc(std::string_view chunk) {
  std::string bytes;
  append(bytes, crc32c(chunk));
  return bytes;
}

}  // namespace tt::store::rocks
