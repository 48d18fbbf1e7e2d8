// The entry point of the edge: MQTT on the listener `mqtt`.

#include "gateway/mqtt/gateway.h"
#include "host/host.h"

namespace tt::gateway::mqtt {
namespace {

// Keeps the gateway as long as the program serves.
class MqttService final : public Service {
 public:
  explicit MqttService(Services services) : gateway_(services) {}
  Gateway& gateway() { return gateway_; }

 private:
  Gateway gateway_;
};

}  // namespace

void install(Host& host) {
  auto& from = host.services();
  Services services{from.loops, from.bus, from.identity, from.limits, from.metrics};
  auto service = std::make_unique<MqttService>(services);
  rt::ProtocolHandler handler;
  handler.serve = [&gateway = service->gateway()](std::unique_ptr<rt::Stream> stream,
                                                  std::string first_bytes,
                                                  rt::ConnectionContext& context) {
    return gateway.serve(std::move(stream), std::move(first_bytes), context);
  };
  host.serve("mqtt", rt::Protocol::mqtt, std::move(handler));
  host.add(std::move(service));
}

}  // namespace tt::gateway::mqtt
