#pragma once

// The console: the people's pages, and the JSON interface that they use besides the public one.

namespace tt {
class Host;
}

namespace tt::console {

void install(Host& host);

}  // namespace tt::console
