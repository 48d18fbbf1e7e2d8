#pragma once

// Integers: sequences of int64 in few bits, each stretch in the coding that is cheapest for it.
//
//   integers = group*                                 until there are as many as expected
//   group    = constant | packed | rice
//   constant = 0x00 value:zigzag count:varint         count >= 1
//   packed   = 0x40|(width-1):u8 count:varint base:zigzag bits
//              each integer is base + the next `width` (1 … 64) bits
//   rice     = 0x80|k:u8 count:varint base:zigzag bits                           k <= 40
//              each is base + zigzag(u), u = q * 2^k + r: q (at most 15) ones, a zero, r in k bits;
//              or 16 ones, then u in 64 bits
//   bits     = lowest bit of the first byte first, zeros up to a whole byte
//
// Sums are modulo 2^64.  Differences of a random walk have about the shape of a normal
// distribution: Golomb-Rice codes them within 2 % of their entropy, where packing to the width of
// the largest pays for every rare large one.  See R. F. Rice, "Some Practical Universal Noiseless
// Coding Techniques", JPL Publication 79-22.

#include <cstdint>
#include <span>
#include <string>

#include "archive/coding.h"
#include "base/error.h"

namespace tt::archive {

void encode_integers(std::span<const std::int64_t> values, std::string& out);

// Fills `values` exactly; false if the bytes are not of the form above.  Reads from `in` what it
// used.
bool decode_integers(Cursor& in, std::span<std::int64_t> values);

}  // namespace tt::archive
