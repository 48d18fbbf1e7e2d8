#include "gateway/prometheus/api.h"

namespace tt::gateway::prometheus {
namespace {

// Everything of this edge, for as long as the server runs.
class Gateway final : public Service {
 public:
  explicit Gateway(Host& host) : services_(host.services()), api_(services_) {
    api_.add_routes(host.router());
  }

 private:
  Services services_;
  Api api_;
};

}  // namespace

void install(Host& host) { host.add(std::make_unique<Gateway>(host)); }

}  // namespace tt::gateway::prometheus
