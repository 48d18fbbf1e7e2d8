#pragma once

// MessagePack (github.com/msgpack/msgpack/blob/master/spec.md) to and from trees; binary data as
// binary_tree.h says.  Not read: extension types and keys that are not text.

#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "base/error.h"
#include "wire/binary_tree.h"

namespace tt::wire {

// `bytes` must be one whole value, nothing behind it.
Result<boost::json::value> parse_msgpack(std::string_view bytes, const TreeLimits& limits = {});

// Integers and lengths in their shortest form.
std::string to_msgpack(const boost::json::value& tree);

}  // namespace tt::wire
