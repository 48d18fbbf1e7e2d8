// Any bytes as an entry of the log or as the record of a series: no crash, and what is accepted
// means the same when written again.

#include "archive/change.h"
#include "archive/series_record.h"
#include "base/error.h"

using namespace tt;
using namespace tt::archive;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto change = decode_change(bytes)) {
    auto encode = [](const auto& value) { return encode_change(value); };
    auto once = std::visit(encode, *change);
    auto again = decode_change(once);
    TT_ASSERT(again.has_value());
    TT_ASSERT(std::visit(encode, *again) == once);
  }
  if (auto record = decode_series_record(bytes)) {
    auto once = encode_series_record(*record);
    auto again = decode_series_record(once);
    TT_ASSERT(again.has_value());
    TT_ASSERT(encode_series_record(*again) == once);
  }
  return 0;
}
