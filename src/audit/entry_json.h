#pragma once

// An entry as it is stored.

#include "audit/audit.h"
#include "base/error.h"

namespace tt::audit {

std::string to_json(const Entry& entry);
// The id stands in the key.
Result<Entry> entry_from_json(std::string id, std::string_view json);

}  // namespace tt::audit
