#pragma once

// The text form of a FeedTemplate, as it is stored and as clients read it:
//
//   {"title":"Demo Unit","description":"…","tags":["device:type=API Example"],"private":"true",
//    "datastreams":[{"id":"channel1","tags":["hot"],"unit":{"label":…,"symbol":…,"type":…}}]}
//
// Members without content are left out.

#include <string>
#include <string_view>

#include "provisioning/provisioning.h"

namespace tt::provisioning {

std::string to_json(const FeedTemplate& wanted);

// Throws corrupt for text that to_json() cannot have written.
FeedTemplate read_template(std::string_view json);

// What a new feed of `product` is created with; without a title it is called like the product.
registry::FeedChange feed_change(const Product& product, std::string_view serial);

}  // namespace tt::provisioning
