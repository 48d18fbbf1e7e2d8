#pragma once

// Cells as a server types them, turned into what the orm expects of a column: a server may keep a
// boolean as a small integer, and gives a sum of integers as a decimal.

#include "orm/value.h"

namespace tt::orm {

// `cell` as a column of this kind holds it; as it is if it cannot be one.
Value fitted(Value cell, Kind kind);

}  // namespace tt::orm
