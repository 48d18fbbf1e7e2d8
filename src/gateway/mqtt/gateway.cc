#include "gateway/mqtt/gateway.h"

#include "base/log.h"
#include "gateway/mqtt/connection.h"

namespace tt::gateway::mqtt {
namespace {

// Holds a place among the connections.
class Place {
 public:
  Place(std::atomic<std::size_t>& count, Gauge& gauge) : count_(count), gauge_(gauge) {
    number_ = ++count_;
    gauge_.Increment();
  }
  ~Place() {
    --count_;
    gauge_.Decrement();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  std::size_t number() const { return number_; }

 private:
  std::atomic<std::size_t>& count_;
  Gauge& gauge_;
  std::size_t number_;
};

}  // namespace

Counters::Counters(Metrics& metrics)
    : connections(metrics.gauge("thingtank_mqtt_connections", "MQTT connections now.")),
      connects(metrics.counter("thingtank_mqtt_connects_total", "Accepted CONNECT packets.")),
      refused_connects(
          metrics.counter("thingtank_mqtt_refused_connects_total", "Refused CONNECT packets.")),
      received(metrics.counter("thingtank_mqtt_received_total", "PUBLISH packets received.")),
      sent(metrics.counter("thingtank_mqtt_sent_total", "PUBLISH packets sent.")),
      dropped(metrics.counter("thingtank_mqtt_dropped_total",
                              "Messages of QoS 0 that a client was too slow to take.")),
      denied(metrics.counter("thingtank_mqtt_denied_total", "Publications refused.")) {}

Gateway::Gateway(Services services)
    : services_(services), counters_(services.metrics), heads_(services.loops.size()) {}

Task<> Gateway::serve(std::unique_ptr<rt::Stream> stream, std::string first_bytes,
                      rt::ConnectionContext& context) {
  Place place(connections_, counters_.connections);
  if (place.number() > services_.limits.mqtt_connections_max) {
    log::warn("connection refused: limits.mqtt_connections_max",
              {{"address", stream->peer().address}});
    std::string connack;
    append_connack(connack, ReturnCode::server_unavailable, SessionPresent::no);
    co_await rt::write_all(*stream, connack);
    stream->close();
    co_return;
  }
  Connection connection(*this, std::move(stream), context);
  co_await connection.run(std::move(first_bytes));
}

}  // namespace tt::gateway::mqtt
