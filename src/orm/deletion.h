#pragma once

// What queryset.remove() did.  See record.h for what would go along, before it is done.

#include <cstdint>
#include <map>

#include "orm/query.h"

namespace tt::orm {

class Session;

struct Removed {
  std::int64_t total = 0;
  std::map<const ModelInfo*, std::int64_t> counts;  // of the rows that went, by model

  template <class M>
  std::int64_t of() const {
    auto found = counts.find(&model_info<M>());
    return found == counts.end() ? 0 : found->second;
  }
};

}  // namespace tt::orm
