// Any bytes: no crash.  The first byte chooses whether the checksum is set right, so that the
// search gets beyond it.  A block that is accepted must survive being written again.

#include "archive/block.h"

#include <cstring>

#include "base/digest.h"
#include "base/error.h"

using namespace tt;
using namespace tt::archive;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  std::string block(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 1 && block.size() > 5) {
    auto crc = crc32c(std::string_view(block).substr(5));
    block[0] = data[0] % 4 == 3 ? 2 : 1;  // with hours or without
    std::memcpy(block.data() + 1, &crc, sizeof crc);
  }
  auto outline = decode_outline(block);
  auto points = decode_block(block);
  if (!points) return 0;
  if (outline) {
    TT_ASSERT(outline->block.count == points->size());
    TT_ASSERT(outline->block.first == points->first() && outline->block.last == points->last());
  }
  // Only hours, which are nothing to decode_block, can be damaged then.
  TT_ASSERT(outline || block[0] == 2);
  auto written = encode_block(*points);
  TT_ASSERT(decode_outline(written));
  auto again = decode_block(written);
  TT_ASSERT(again && again->size() == points->size());
  for (std::size_t i = 0; i < points->size(); ++i) {
    TT_ASSERT(again->at(i) == points->at(i));
    TT_ASSERT(again->value(i) == points->value(i));
  }
  return 0;
}
