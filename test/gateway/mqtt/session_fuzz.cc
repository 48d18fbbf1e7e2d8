// A whole session: arbitrary bytes from the client, mixed with deliveries, answers and time-outs.
// The first byte of each step says what happens; what the server sends must itself be well formed.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "gateway/mqtt/session.h"

namespace {

using namespace tt;
using namespace tt::gateway::mqtt;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Run {
  Limits limits;
  Session session;
  Decoder decoder;
  HeadCache heads;
  std::vector<Event> events;
  bool may_send = true;

  Run() : limits(small()), session(limits), decoder(limits.mqtt_packet_bytes_max) {}

  static Limits small() {
    Limits limits;
    limits.mqtt_packet_bytes_max = 4096;
    limits.client_queue_bytes_max = 2000;
    limits.mqtt_inflight_max = 3;
    return limits;
  }

  void feed(std::string_view bytes) {
    if (!may_send) return;
    decoder.feed(bytes);
    while (may_send) {
      auto packet = decoder.next();
      if (packet && !*packet) return;
      if (packet) session.on(std::move(**packet), events);
      if (!packet) session.on(packet.error(), events);
      answer();
    }
  }

  void answer() {
    require(events.size() <= 1);
    for (auto& event : std::exchange(events, {})) {
      if (std::holds_alternative<Authenticate>(event)) session.accept();
      if (auto* p = std::get_if<Publish>(&event); p && p->id) session.published({&p->id, 1});
      if (auto* s = std::get_if<Subscribe>(&event)) {
        session.subscribed(s->id, std::vector<std::uint8_t>(s->requests.size(), 1));
      }
      if (auto* u = std::get_if<Unsubscribe>(&event)) session.unsubscribed(u->id);
      if (std::holds_alternative<Close>(event)) may_send = false;
    }
    require(may_send == !session.is_closed());
  }

  void deliver(std::uint8_t what) {
    if (!session.is_connected()) return;
    bus::Message made;
    made.topic = "t";
    made.payload = std::string(what, 'x');
    auto message = std::make_shared<const bus::Message>(std::move(made));
    auto qos = (what & 1) != 0 ? Qos::at_least_once : Qos::at_most_once;
    bool retained = (what & 2) != 0;
    auto head = heads.head(message, "", qos, retained ? Retain::yes : Retain::no);
    Outgoing outgoing{message, std::move(head), qos, retained, true};
    session.outbox().add(std::move(outgoing));
  }

  void write() {
    WriteBatch batch;
    session.outbox().take(batch);
    for (auto part : batch.parts()) require(!part.empty());
  }

  void check() {
    require(session.outbox().inflight() <= limits.mqtt_inflight_max);
    require(session.outbox().bytes() <= limits.client_queue_bytes_max + 1000);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Run run;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    auto step = static_cast<std::uint8_t>(rest[0]);
    rest.remove_prefix(1);
    if (step < 128) {
      run.feed(rest.substr(0, step));
      rest.remove_prefix(std::min<std::size_t>(step, rest.size()));
    } else if (step < 200) {
      run.deliver(step);
    } else if (step < 250) {
      run.write();
    } else {
      run.session.timer_fired(run.events);
      run.answer();
    }
    run.check();
  }
  run.session.take_will();
  return 0;
}
