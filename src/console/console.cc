#include "console/console.h"

#include "console/api.h"
#include "console/pages.h"

namespace tt::console {

void install(Host& host) {
  auto api = std::make_unique<Api>(host);
  add_pages(host.router());
  api->add_routes(host.router());
  host.add(std::move(api));
}

}  // namespace tt::console
