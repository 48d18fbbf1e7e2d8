#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "wire/header_value.h"
#include "wire/mime.h"
#include "wire/url.h"

using namespace tt;
using namespace tt::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  TT_ASSERT(percent_decode(percent_encode(text)) == text);
  if (auto target = split_target(text)) TT_ASSERT(!target->path.empty());
  if (auto normal = normalise_path(text)) {
    TT_ASSERT(normalise_path(*normal) == *normal);
    TT_ASSERT(path_segments(*normal).value() == path_segments(text).value());
  }
  if (auto query = parse_query(text)) {
    std::string again;
    for (const auto& [name, value] : query->parameters()) {
      TT_ASSERT(is_utf8(name) && is_utf8(value));
      again += percent_encode(name) + "=" + percent_encode(value) + "&";
    }
    TT_ASSERT(parse_query(again)->parameters() == query->parameters());
  }
  (void)parse_media_type(text);
  (void)accepts_coding(text, "gzip");
  (void)media_type_of_file(text);
  return 0;
}
