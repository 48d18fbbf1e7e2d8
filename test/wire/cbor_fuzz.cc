// What was read is written and read again.
#include <boost/json.hpp>
#include <cstdint>

#include "base/error.h"
#include "wire/cbor.h"

using namespace tt;
using namespace tt::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto tree = parse_cbor({reinterpret_cast<const char*>(data), size});
  if (!tree) {
    TT_ASSERT(tree.error().offset <= size);
    return 0;
  }
  auto once = to_cbor(*tree);
  auto again = parse_cbor(once);
  TT_ASSERT(again && to_cbor(*again) == once);  // not the trees: NaN is not equal to itself
  return 0;
}
