#pragma once

// What a client sent for a relation: the key or the URL of a row.

#include <cstdint>
#include <expected>
#include <string>

#include "web/rest/field_input.h"

namespace tt::web::rest {

// The id of the row, which exists; or the message.
std::expected<std::int64_t, std::string> read_relation(const Field& field, const Input& input,
                                                       const FieldReading& reading);

}  // namespace tt::web::rest
