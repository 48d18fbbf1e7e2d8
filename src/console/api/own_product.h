#pragma once

// The product that a path names.

#include "console/api/route.h"

namespace tt::console {

// The product of the path's {product} if the caller owns it.  Throws not_found otherwise.
Task<provisioning::Product> own_product(Call& call);

// "products/ID", for record().
std::string object_of(const provisioning::Product& product);

}  // namespace tt::console
