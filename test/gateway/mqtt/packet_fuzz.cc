// Arbitrary bytes to the decoder, whole and in pieces: both must find the same packets.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "gateway/mqtt/packet.h"

namespace {

using namespace tt::gateway::mqtt;

std::size_t count_packets(std::string_view input, std::size_t piece) {
  Decoder decoder(4096);
  std::size_t count = 0;
  for (std::size_t at = 0; at < input.size(); at += piece) {
    decoder.feed(input.substr(at, piece));
    while (true) {
      auto packet = decoder.next();
      if (!packet) return count;
      if (!*packet) break;
      ++count;
    }
  }
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  auto whole = count_packets(input, input.size() + 1);
  if (whole != count_packets(input, 1) || whole != count_packets(input, 7)) std::abort();
  return 0;
}
