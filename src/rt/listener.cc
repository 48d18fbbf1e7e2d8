#include "rt/listener.h"

#include "base/error.h"
#include "base/log.h"
#include "rt/run_on.h"

namespace tt::rt {

Protocol tell_protocol(std::string_view first_bytes) {
  if (first_bytes.empty()) return Protocol::unknown;
  auto first = static_cast<unsigned char>(first_bytes[0]);
  if (first == 0x16) return Protocol::tls;             // RFC 8446 5.1: ContentType handshake(22)
  if (first == 0x10) return Protocol::mqtt;            // MQTT 3.1.1, 3.1.1: CONNECT, flags 0
  if (first == 0x7F) return Protocol::wamp_rawsocket;  // WAMP 5.3.3.1: magic octet
  if (first == '{') return Protocol::json_lines;
  bool is_letter = (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z');
  // "a server … SHOULD ignore at least one empty line (CRLF) received prior to the request-line"
  //                                                                        [RFC 9112 section 2.2]
  if (is_letter || first == '\r' || first == '\n') return Protocol::http;
  return Protocol::unknown;
}

std::string_view name_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::http: return "http";
    case Protocol::tls: return "tls";
    case Protocol::mqtt: return "mqtt";
    case Protocol::wamp_rawsocket: return "wamp";
    case Protocol::json_lines: return "json lines";
    case Protocol::unknown: return "unknown";
  }
  return "unknown";
}

struct Listener::Share {
  Share(Loop& loop, const Endpoint& endpoint)
      : loop(loop), acceptor(loop, endpoint), background(loop), connections(loop) {}
  Loop& loop;
  Acceptor acceptor;
  Watchdog watchdog;
  StreamList closed_first;  // of connections that need no time to finish
  StreamList closed_last;
  Scope background;  // accepting, the watchdog
  Scope connections;
  bool draining = false;
};

Listener::Listener(Loops& loops, std::string name, const Endpoint& endpoint, const Limits& limits,
                   Metrics& metrics)
    : loops_(loops),
      name_(std::move(name)),
      endpoint_(endpoint),
      limits_(limits),
      connections_(
          metrics.gauge("thingtank_connections", "Open connections.", {{"listener", name_}})),
      accepted_(metrics.counter("thingtank_connections_accepted_total", "Connections accepted.",
                                {{"listener", name_}})),
      refused_(
          metrics.counter("thingtank_connections_refused_total",
                          "Connections closed at once: over the limit or of no known protocol.",
                          {{"listener", name_}})) {}

Listener::~Listener() = default;

void Listener::handle(Protocol protocol, ProtocolHandler handler) {
  handlers_[protocol] = std::move(handler);
}

void Listener::bind() {
  require_free(endpoint_);
  for (unsigned i = 0; i < loops_.size(); ++i) {
    auto share = std::make_unique<Share>(loops_.at(i), endpoint_);
    endpoint_.port = share->acceptor.endpoint().port;
    shares_.push_back(std::move(share));
  }
}

void Listener::start() {
  for (auto& share : shares_) {
    share->loop.post([this, &share = *share] {
      share.background.spawn(share.watchdog.run());
      share.background.spawn(accept_all(share));
    });
  }
}

Endpoint Listener::endpoint() const { return endpoint_; }

Task<> Listener::accept_all(Share& share) {
  while (!share.draining) {
    std::unique_ptr<Stream> stream;
    try {
      stream = co_await share.acceptor.accept();
    } catch (const Error& e) {
      if (e.code() == Code::cancelled) co_return;
      log::warn("connection not accepted", {{"listener", name_}, {"error", e.what()}});
      continue;
    }
    if (share.draining) co_return;  // it came while the stop began
    accepted_.Increment();
    if (connections_.Value() >= static_cast<double>(limits_.connections_per_listener_max)) {
      refused_.Increment();
      continue;
    }
    share.connections.spawn(serve(share, std::move(stream)));
  }
}

// Empty if the peer says nothing in time: then nobody is waiting for an answer.
Task<std::string> Listener::read_first_bytes(Share& share, Stream& stream) {
  std::string first(4096, '\0');
  Watchdog::Deadline deadline(share.watchdog, stream);
  deadline.set(limits_.http_header_timeout);
  try {
    first.resize(co_await stream.read_some(first));
  } catch (const Error&) {
    first.clear();
  }
  co_return first;
}

// Reads the first bytes, then hands the connection to its protocol.
Task<> Listener::serve(Share& share, std::unique_ptr<Stream> stream) {
  connections_.Increment();
  struct Leave {
    Gauge& connections;
    ~Leave() { connections.Decrement(); }
  } leave{connections_};
  stream->enter(share.closed_first);
  auto first = co_await read_first_bytes(share, *stream);
  auto protocol = tell_protocol(first);
  if (protocol == Protocol::tls && tls_) {
    Watchdog::Deadline deadline(share.watchdog, *stream);
    deadline.set(limits_.http_header_timeout);
    stream = co_await tls_(std::move(stream), std::move(first));
    first = co_await read_first_bytes(share, *stream);
    protocol = tell_protocol(first);
  }
  if (first.empty() || share.draining) co_return;
  auto handler = handlers_.find(protocol);
  if (handler == handlers_.end()) {
    refused_.Increment();
    log::info(
        "connection of a protocol that is not served here",
        {{"listener", name_}, {"protocol", name_of(protocol)}, {"peer", stream->peer().address}});
    co_return;
  }
  bool may_finish = handler->second.on_stop == OnStop::finish;
  stream->enter(may_finish ? share.closed_last : share.closed_first);
  ConnectionContext context{share.loop, share.watchdog, share.draining};
  co_await handler->second.serve(std::move(stream), std::move(first), context);
}

Task<> Listener::begin_stop(Share& share) {
  share.draining = true;
  share.acceptor.close();
  share.watchdog.close_idle();
  share.closed_first.close_all();
  co_return;
}

Task<> Listener::end_stop(Share& share) {
  auto lose_patience = [](Microseconds limit, StreamList& streams) -> Task<> {
    co_await sleep_for(limit);
    streams.close_all();
  };
  Scope timer(share.loop);
  timer.spawn(lose_patience(limits_.drain_timeout, share.closed_last));
  co_await share.connections.join();
  timer.cancel();
  co_await timer.join();
  share.background.cancel();
  co_await share.background.join();
}

Task<> Listener::begin_stop() {
  for (auto& share : shares_) {
    auto make = [this, &share = *share] { return begin_stop(share); };
    co_await run_on(share->loop, make);
  }
}

Task<> Listener::end_stop() {
  for (auto& share : shares_) {
    auto make = [this, &share = *share] { return end_stop(share); };
    co_await run_on(share->loop, make);
  }
}

}  // namespace tt::rt
