// Requests from hostile clients: the parser must end, keep its promises and its limits.

#include "base/error.h"
#include "wire/http_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  tt::wire::HttpParser parser({.header_bytes_max = 4096, .body_bytes_max = 4096});
  std::size_t step = size > 0 ? data[0] % 64 + 1 : 1;
  std::string pending;
  while (!bytes.empty()) {
    pending += bytes.substr(0, step);
    bytes.remove_prefix(std::min(step, bytes.size()));
    while (true) {
      if (parser.done()) parser.reset();
      auto taken = parser.put(pending);
      if (!taken) return 0;
      TT_ASSERT(*taken <= pending.size());
      pending.erase(0, *taken);
      if (parser.head_done()) {
        for (const auto& header : parser.head().headers)
          TT_ASSERT(header.name.size() + header.value.size() <= size);
        TT_ASSERT(parser.body().size() <= 4096);
      }
      if (*taken == 0 || pending.empty()) break;
    }
  }
  return 0;
}
