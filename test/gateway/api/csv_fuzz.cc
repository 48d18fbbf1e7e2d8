// Whatever comes as a table of devices or of readings is taken or refused.
#include <cstddef>
#include <cstdint>

#include "base/error.h"
#include "gateway/api/devices_csv.h"
#include "gateway/api/readings_csv.h"

using namespace tt;
using namespace tt::gateway::api;

namespace {

template <class Read>
void take_or_refuse(Read read) {
  try {
    read();
  } catch (const Error& e) {
    TT_ASSERT(e.code() == Code::invalid || e.code() == Code::unprocessable);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  static const Limits limits;
  take_or_refuse([&] { TT_ASSERT(!parse_devices(text, limits).empty()); });
  take_or_refuse([&] { TT_ASSERT(parse_readings(text, {}).count > 0); });
  take_or_refuse([&] { TT_ASSERT(parse_readings(text, {.feed = 7}).count > 0); });
  return 0;
}
