#include "base/random.h"

#include <sys/random.h>

#include <bit>

#include "base/bytes.h"
#include "base/error.h"

namespace tt {

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  std::size_t filled = 0;
  while (filled < count) {
    ssize_t got = ::getrandom(bytes.data() + filled, count - filled, 0);
    if (got < 0 && errno != EINTR) throw Error(Code::internal, "the kernel gave no random bytes");
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::string random_token(std::size_t length) {
  auto token = to_base64url(random_bytes((length * 6 + 7) / 8));
  token.resize(length);
  return token;
}

SeededRandom::SeededRandom(std::uint64_t seed) {
  // splitmix64 spreads the seed over the state, so that seeds 1 and 2 share nothing.
  for (auto& word : state_) {
    seed += 0x9E3779B97F4A7C15;
    std::uint64_t z = seed;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    word = z ^ z >> 31;
  }
}

std::uint64_t SeededRandom::next() {
  std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t SeededRandom::below(std::uint64_t bound) {
  TT_ASSERT(bound > 0);
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(static_cast<Wide>(next()) * bound >> 64);
}

double SeededRandom::fraction() { return static_cast<double>(next() >> 11) * 0x1p-53; }

}  // namespace tt
