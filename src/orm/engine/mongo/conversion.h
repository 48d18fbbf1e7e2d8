#pragma once

// A value as another kind of column keeps it, when a column changes its kind.

#include <optional>

#include "orm/database.h"

namespace tt::orm::engine {

// nullopt if the value does not fit: no number, too long, digits that would be lost.
std::optional<Value> convert(const Value& value, const ColumnChange& column);

}  // namespace tt::orm::engine
