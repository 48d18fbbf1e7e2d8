#pragma once

// RecentMap, under the name by which this module knows it.

#include "base/recent_map.h"

namespace tt::identity {
using tt::RecentMap;
}  // namespace tt::identity
