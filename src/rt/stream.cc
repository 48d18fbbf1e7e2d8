#include "rt/stream.h"

namespace tt::rt {

Task<> write_all(Stream& stream, std::string_view bytes) {
  std::span<const std::string_view> parts(&bytes, 1);
  co_await stream.write(parts);
}

}  // namespace tt::rt
