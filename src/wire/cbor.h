#pragma once

// CBOR (RFC 8949) to and from trees; binary data as binary_tree.h says.  Tags are skipped,
// "undefined" is null.  Not read: other simple values and keys that are not text.

#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "base/error.h"
#include "wire/binary_tree.h"

namespace tt::wire {

// `bytes` must be one whole value, nothing behind it.
Result<boost::json::value> parse_cbor(std::string_view bytes, const TreeLimits& limits = {});

// Integers and lengths in their shortest form, lengths always given.
std::string to_cbor(const boost::json::value& tree);

}  // namespace tt::wire
