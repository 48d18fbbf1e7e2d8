#pragma once

// Randomness: secret bytes from the operating system, and a seeded generator for simulations.

#include <cstdint>
#include <string>

namespace tt {

// `count` bytes from the kernel's generator (getrandom(2)).  Throws internal if there are none.
std::string random_bytes(std::size_t count);

// A secret of `length` characters of the base64url alphabet: 6 bits each.
std::string random_token(std::size_t length);

// xoshiro256**: fast, the same numbers on every machine for one seed.  Not for secrets.
class SeededRandom {
 public:
  explicit SeededRandom(std::uint64_t seed);
  std::uint64_t next();
  // Uniform in [0, bound); `bound` must not be 0.
  std::uint64_t below(std::uint64_t bound);
  // Uniform in [0, 1).
  double fraction();

 private:
  std::uint64_t state_[4];
};

}  // namespace tt
