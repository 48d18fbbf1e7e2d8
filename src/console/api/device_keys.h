#pragma once

// The API keys of one device: those that open it and nothing else of the account.

#include "console/api/route.h"

namespace tt::console {

bool is_key_of(const identity::Key& key, registry::FeedId feed);

// When the device goes.
Task<> delete_keys_of(Call& call, const registry::Feed& feed);

}  // namespace tt::console
