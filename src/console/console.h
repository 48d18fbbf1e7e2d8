#pragma once

// The console: the people's pages, the admin, and the JSON interface that the live pages use
// besides the public one.

namespace tt {
class Host;
}

namespace tt::console {

void install(Host& host);

}  // namespace tt::console
