// Any bytes are inflated, at once and in pieces, with the same outcome; and deflated and back.
#include <cstdint>

#include "base/error.h"
#include "wire/gzip.h"

using namespace tt;
using namespace tt::wire;

namespace {

bool inflate(std::string_view bytes, std::size_t step, GzipFormat format, std::string& out) {
  constexpr InflateLimits limits{.bytes_max = 1'000'000, .ratio_max = 2000};
  Inflater inflater(format, limits);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
    if (!inflater.append(bytes.substr(0, step), out)) return false;
    TT_ASSERT(out.size() <= limits.bytes_max);
  }
  return inflater.finish().has_value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (auto format : {GzipFormat::gzip, GzipFormat::zlib}) {
    std::string at_once;
    std::string in_pieces;
    bool good = inflate(bytes, size + 1, format, at_once);
    TT_ASSERT(inflate(bytes, 3, format, in_pieces) == good);
    if (good) TT_ASSERT(at_once == in_pieces);
  }
  TT_ASSERT(gunzip(gzip(bytes)).value() == bytes);
  return 0;
}
