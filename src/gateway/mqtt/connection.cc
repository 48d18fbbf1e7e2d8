#include "gateway/mqtt/connection.h"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/log.h"
#include "bus/topic.h"

namespace tt::gateway::mqtt {
namespace {

constexpr std::size_t read_bytes_min = 512;
constexpr std::size_t read_bytes_max = 64 * 1024;
// A client that sends but does not read is not read from while so much is waiting for it.
constexpr std::size_t control_bytes_max = 64 * 1024;
// For the last bytes to a client that has been refused.
constexpr std::chrono::seconds goodbye_timeout{5};
// A client whose publications are all refused shall not fill the log.
constexpr std::uint64_t denied_log_interval = 1000;

// True for failures that have nothing to do with the message: it may succeed when sent again.
bool is_passing(Code code) {
  return code == Code::unavailable || code == Code::timeout || code == Code::cancelled ||
         code == Code::internal || code == Code::corrupt;
}

// As much as is needed, for those who sleep and for those who stream.
void resize_for(std::size_t count, std::vector<char>& buffer) {
  if (count == buffer.size() && count < read_bytes_max) {
    buffer.resize(count * 4);
  } else if (count * 64 < buffer.size()) {
    buffer.resize(read_bytes_min);
    buffer.shrink_to_fit();
  }
}

}  // namespace

Connection::Connection(Gateway& gateway, std::unique_ptr<rt::Stream> stream,
                       rt::ConnectionContext& context)
    : gateway_(gateway),
      stream_(std::move(stream)),
      context_(context),
      deadline_(context.watchdog, *stream_),
      scope_(context.loop),
      session_(gateway.services().limits),
      decoder_(gateway.services().limits.mqtt_packet_bytes_max) {}

// --- from the first byte to the last -----------------------------------------------------------

Task<> Connection::run(std::string first_bytes) {
  try {
    co_await receive(std::move(first_bytes));
  } catch (const std::exception& e) {
    end(e.what());
  }
  co_await finish();
}

Task<> Connection::receive(std::string first_bytes) {
  std::vector<char> buffer(read_bytes_min);
  decoder_.feed(first_bytes);
  deadline_.set(*session_.silence_max());
  while (true) {
    co_await process_buffered();
    if (!end_reason_.empty()) co_return;
    co_await wait_for_writer(control_bytes_max);
    auto count = co_await stream_->read_some(buffer);
    if (count == 0) co_return end("the client closed the connection");
    decoder_.feed(std::string_view(buffer.data(), count));
    resize_for(count, buffer);
  }
}

Task<> Connection::process_buffered() {
  bool found_packet = false;
  while (end_reason_.empty()) {
    auto packet = decoder_.next();
    if (packet && !*packet) break;
    // Nobody times the client while the server works for it.
    if (!std::exchange(found_packet, true)) deadline_.clear();
    if (packet) {
      session_.on(std::move(**packet), events_);
    } else {
      session_.on(packet.error(), events_);
    }
    if (events_.empty()) continue;
    TT_ASSERT(events_.size() == 1);
    auto event = std::move(events_.back());
    events_.clear();
    if (auto* publication = std::get_if<Publish>(&event)) {
      if (caller_) {
        // The common case, without a coroutine.
        batch_caller_ = caller_;
        auto topic = std::move(publication->topic);
        add_to_batch(std::move(*publication), std::move(topic));
      } else {
        co_await collect(std::move(*publication));
      }
    } else {
      co_await flush_publications();
      co_await carry_out(std::move(event));
    }
  }
  co_await flush_publications();
  start_writing();
  if (found_packet && end_reason_.empty()) {
    if (auto silence = session_.silence_max()) deadline_.set(*silence);
  }
}

Task<> Connection::carry_out(Event event) {
  if (auto* request = std::get_if<Authenticate>(&event)) {
    co_await authenticate(std::move(*request));
  } else if (auto* wanted = std::get_if<Subscribe>(&event)) {
    co_await subscribe(std::move(*wanted));
  } else if (auto* unwanted = std::get_if<Unsubscribe>(&event)) {
    co_await unsubscribe(std::move(*unwanted));
  } else if (auto* last = std::get_if<Close>(&event)) {
    if (last->flush == Close::Flush::yes) {
      deadline_.set(goodbye_timeout);
      co_await wait_for_writer(0);
    }
    end(std::move(last->reason));
  }
}

void Connection::end(std::string reason) {
  if (end_reason_.empty()) end_reason_ = std::move(reason);
}

void Connection::taken_over() noexcept {
  end("another connection uses its client identifier [MQTT-3.1.4-2]");
  stream_->close();
}

// Whatever happened, everything that refers to the connection is gone when this returns.
Task<> Connection::finish() {
  auto state = co_await boost::asio::this_coro::cancellation_state;
  bool was_cancelled = state.cancelled() != boost::asio::cancellation_type::none;
  bool server_stops = context_.draining || was_cancelled;
  co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
  if (deadline_.has_expired() && !session_.is_closed()) {
    session_.timer_fired(events_);
    end_reason_ = std::get<Close>(events_.back()).reason;
  }
  stream_->close();
  wake_waiting();
  co_await scope_.join();
  co_await unsubscribe_all();
  if (ticket_ != 0) gateway_.clients().leave(ticket_);
  log::debug("mqtt connection ended", {{"client", session_.client_id()}, {"reason", end_reason_}});
  if (dropped_ > 0) {
    log::warn("slow consumer missed messages",
              {{"client", session_.client_id()}, {"messages", dropped_}});
  }
  auto will = session_.take_will();
  // The device is well when it is the server that goes.
  if (will && !server_stops) co_await publish_will(std::move(*will));
}

// --- who it is ---------------------------------------------------------------------------------

Task<> Connection::authenticate(Authenticate request) {
  auto refusal = ReturnCode::not_authorized;
  bool is_anonymous = !request.user_name;
  try {
    if (!is_anonymous) caller_ = co_await find_caller(std::move(request));
  } catch (const Error& e) {
    log::info("mqtt login failed", {{"client", session_.client_id()}, {"error", e.what()}});
    refusal = ReturnCode::server_unavailable;
  }
  if (!caller_ && !is_anonymous) {
    gateway_.counters().refused_connects.Increment();
    log::info("mqtt client refused",
              {{"client", session_.client_id()}, {"address", stream_->peer().address}});
    session_.refuse(refusal, events_);
    auto event = std::move(events_.back());
    events_.clear();
    co_await carry_out(std::move(event));
    co_return;
  }
  auto account = caller_ ? caller_->account : 0;
  ticket_ = co_await gateway_.clients().enter(account, session_.client_id(), *this, context_.loop);
  gateway_.counters().connects.Increment();
  session_.accept();
}

// nullptr: neither an API key nor the name and password of an account.
Task<identity::CallerPtr> Connection::find_caller(Authenticate request) {
  auto& identity = gateway_.services().identity;
  identity::Origin origin;
  origin.address = stream_->peer().address;
  auto caller = co_await identity.authenticate_key(*request.user_name, origin);
  if (caller || !request.password) co_return caller;
  co_return co_await identity.authenticate_password(std::move(*request.user_name),
                                                    std::move(*request.password), origin);
}

// With a known caller the path is the bus's own.  Else its first level is an API key:
// "KEY/v2/feeds/504.json" stands for "/v2/feeds/504.json", a path of the HTTP API, and
// "KEY/feeds/504/temperature" for "feeds/504/temperature".
Task<Connection::Target> Connection::resolve(std::string path) {
  Target target;
  if (caller_) {
    target.caller = caller_;
    target.path = std::move(path);
    co_return target;
  }
  auto slash = path.find('/');
  if (slash == path.npos) co_return target;
  bool is_api_path = bus::is_under(std::string_view(path).substr(slash), "/v2") ||
                     bus::is_under(std::string_view(path).substr(slash), "/v1");
  auto cut = is_api_path ? slash : slash + 1;
  identity::Origin origin;
  origin.address = stream_->peer().address;
  auto key = std::string_view(path).substr(0, slash);
  target.caller = co_await gateway_.services().identity.authenticate_key(key, origin);
  target.prefix = path.substr(0, cut);
  target.path = path.substr(cut);
  co_return target;
}

// --- from the client to the bus ----------------------------------------------------------------

void Connection::add_to_batch(Publish packet, std::string topic) {
  bus::Message message;
  message.topic = std::move(topic);
  message.payload = std::move(packet.payload);
  message.retain = packet.retain;
  message.at_least_once = packet.qos != Qos::at_most_once;
  message.publisher = ticket_;
  batch_.push_back(std::move(message));
  if (packet.id != 0) batch_ids_.push_back(packet.id);
}

Task<> Connection::collect(Publish packet) {
  auto target = co_await resolve(std::move(packet.topic));
  bool is_other = !batch_.empty() && target.caller != batch_caller_;
  if (is_other || !target.caller) co_await flush_publications();
  if (!target.caller) {
    count_denied("(anonymous)", "no known API key before the topic");
    if (packet.id != 0) session_.published(std::span(&packet.id, 1));
    co_return;
  }
  batch_caller_ = target.caller;
  add_to_batch(std::move(packet), std::move(target.path));
}

// All of them in one call; if that is refused, each for itself, since the others are not at fault.
Task<> Connection::flush_publications() {
  if (batch_.empty()) co_return;
  auto messages = std::exchange(batch_, {});
  auto ids = std::exchange(batch_ids_, {});
  gateway_.counters().received.Increment(static_cast<double>(messages.size()));
  bool is_refused = !take_calls(messages.size());
  if (is_refused) {
    count_denied(messages.front().topic, "the rate of the key is used up", messages.size());
  } else if (messages.size() == 1) {
    co_await publish_each(std::move(messages));
  } else {
    auto kept = messages;
    try {
      co_await gateway_.services().bus.publish(batch_caller_, std::move(messages));
    } catch (const Error& e) {
      if (is_passing(e.code())) fail_publication(e);
      is_refused = true;
    }
    if (is_refused) co_await publish_each(std::move(kept));
  }
  session_.published(ids);
}

bool Connection::take_calls(std::size_t count) {
  for (; count > 0; --count) {
    if (!gateway_.services().identity.take_call(*batch_caller_)) return false;
  }
  return true;
}

Task<> Connection::publish_each(std::vector<bus::Message> messages) {
  for (auto& message : messages) {
    auto topic = message.topic;
    std::vector<bus::Message> one;
    one.push_back(std::move(message));
    try {
      co_await gateway_.services().bus.publish(batch_caller_, std::move(one));
    } catch (const Error& e) {
      if (is_passing(e.code())) fail_publication(e);
      count_denied(topic, e.what());
    }
  }
}

// Without acknowledgement the client will send it again.
void Connection::fail_publication(const Error& error) {
  log::error("publication not stored, the client is disconnected",
             {{"client", session_.client_id()}, {"error", error.what()}});
  throw error;
}

void Connection::count_denied(const std::string& topic, std::string_view reason,
                              std::size_t count) {
  gateway_.counters().denied.Increment(static_cast<double>(count));
  if (denied_ % denied_log_interval == 0) {
    log::info("publication refused", {{"client", session_.client_id()},
                                      {"topic", topic},
                                      {"reason", reason},
                                      {"refused_before", denied_}});
  }
  denied_ += count;
}

// "When the Will Flag is set … the Will Message MUST be published when the Network Connection is
//  subsequently closed unless the Will Message has been deleted by the Server on receipt of a
//  DISCONNECT Packet."                                                              [MQTT-3.1.2-8]
Task<> Connection::publish_will(Will will) {
  try {
    auto target = co_await resolve(std::move(will.topic));
    if (!target.caller) co_return count_denied("(anonymous)", "no known API key before the will");
    std::vector<bus::Message> messages(1);
    messages[0].topic = std::move(target.path);
    messages[0].payload = std::move(will.payload);
    messages[0].retain = will.retain;
    messages[0].at_least_once = will.qos != Qos::at_most_once;
    messages[0].publisher = ticket_;
    co_await gateway_.services().bus.publish(target.caller, std::move(messages));
  } catch (const Error& e) {
    log::info("will not published", {{"client", session_.client_id()}, {"reason", e.what()}});
  }
}

// --- from the bus to the client ----------------------------------------------------------------

Task<> Connection::subscribe(Subscribe packet) {
  std::vector<std::uint8_t> codes;
  for (auto& request : packet.requests) {
    auto code = co_await subscribe_one(std::move(request));
    codes.push_back(code);
  }
  session_.subscribed(packet.id, codes);
}

std::optional<std::size_t> Connection::find_granted(std::string_view filter) const {
  auto place = std::ranges::find(granted_, filter, &Granted::filter);
  if (place == granted_.end()) return std::nullopt;
  return static_cast<std::size_t>(place - granted_.begin());
}

std::size_t Connection::free_place() {
  if (auto free = find_granted("")) return *free;
  granted_.emplace_back();
  return granted_.size() - 1;
}

// The code for the SUBACK.
Task<std::uint8_t> Connection::subscribe_one(Subscribe::Request request) {
  auto earlier = find_granted(request.filter);
  auto& limits = gateway_.services().limits;
  if (!earlier && granted_count_ >= limits.subscriptions_per_client_max) {
    co_return subscription_refused;
  }
  auto target = co_await resolve(request.filter);
  if (!target.caller) co_return subscription_refused;
  // "the Server might grant a lower maximum QoS than the subscriber requested" (3.9.3)
  auto qos = std::min(request.qos, Qos::at_least_once);
  auto place = free_place();
  granted_[place] = Granted{std::move(request.filter), std::move(target.prefix), qos, 0, !earlier};
  ++granted_count_;
  std::string refusal;
  try {
    auto& bus = gateway_.services().bus;
    auto id = co_await bus.subscribe(target.caller, *this, std::move(target.path), place);
    granted_[place].id = id;
    granted_[place].is_live = true;
  } catch (const Error& e) {
    refusal = e.what();
  }
  if (!refusal.empty()) {
    log::info("subscription refused", {{"client", session_.client_id()}, {"reason", refusal}});
    granted_[place] = Granted{};
    --granted_count_;
    co_return subscription_refused;
  }
  // "If a Server receives a SUBSCRIBE Packet containing a Topic Filter that is identical to an
  //  existing Subscription's Topic Filter then it MUST completely replace that existing
  //  Subscription with a new Subscription. … any existing retained messages matching the Topic
  //  Filter MUST be re-sent, but the flow of publications MUST NOT be interrupted."
  //                                                                              [MQTT-3.8.4-3]
  if (earlier) co_await drop(*earlier);
  co_return static_cast<std::uint8_t>(qos);
}

// Silent at once; the place is free when the bus has forgotten it too.
Task<> Connection::drop(std::size_t place) {
  granted_[place].is_live = false;
  co_await gateway_.services().bus.unsubscribe(granted_[place].id);
  granted_[place] = Granted{};
  --granted_count_;
}

// "The Topic Filters (whether they contain wildcards or not) supplied in an UNSUBSCRIBE packet MUST
//  be compared character-by-character with the current set of Topic Filters held by the Server for
//  the Client."                                                                    [MQTT-3.10.4-1]
Task<> Connection::unsubscribe(Unsubscribe packet) {
  for (const auto& filter : packet.filters) {
    if (auto place = find_granted(filter)) co_await drop(*place);
  }
  session_.unsubscribed(packet.id);
}

Task<> Connection::unsubscribe_all() {
  for (std::size_t i = 0; i < granted_.size(); ++i) {
    if (!granted_[i].filter.empty()) co_await drop(i);
  }
}

void Connection::deliver(const bus::MessagePtr& message, std::uint64_t tag,
                         bus::Delivery delivery) noexcept {
  bool retained = delivery == bus::Delivery::retained;
  const auto& granted = granted_[tag];
  if (!end_reason_.empty() || (!granted.is_live && !retained)) return;
  Outgoing outgoing;
  outgoing.message = message;
  outgoing.qos = message->at_least_once ? granted.qos : Qos::at_most_once;
  outgoing.retained = retained;
  outgoing.may_merge = granted.prefix.empty();
  // "When sending a PUBLISH Packet to a Client the Server MUST set the RETAIN flag to 1 if a
  //  message is sent as a result of a new subscription being made by a Client" [MQTT-3.3.1-8]. "It
  //  MUST set the RETAIN flag to 0 when a PUBLISH Packet is sent to a Client because it matches an
  //  established subscription" [MQTT-3.3.1-9].
  auto retain = retained ? Retain::yes : Retain::no;
  auto& heads = gateway_.heads(context_.loop);
  outgoing.head = heads.head(message, granted.prefix, outgoing.qos, retain);
  switch (session_.outbox().add(std::move(outgoing))) {
    case Outbox::Added::queued: return start_writing();
    case Outbox::Added::dropped:
      gateway_.counters().dropped.Increment();
      if (dropped_++ > 0) return;
      log::warn("slow consumer: messages of QoS 0 are dropped",
                {{"client", session_.client_id()}, {"waiting_bytes", session_.outbox().bytes()}});
      return;
    case Outbox::Added::overflow:
      log::warn("slow consumer of QoS 1 is disconnected",
                {{"client", session_.client_id()}, {"waiting_bytes", session_.outbox().bytes()}});
      end("it takes its messages too slowly (limits.client_queue_bytes_max)");
      stream_->close();
  }
}

// --- writing -----------------------------------------------------------------------------------

void Connection::start_writing() {
  if (is_writing_ || !session_.outbox().has_ready()) return;
  is_writing_ = true;
  scope_.spawn(write_queued());
}

Task<> Connection::write_queued() {
  // What arrives in the same turn of the loop leaves in the same write.
  co_await boost::asio::post(boost::asio::use_awaitable_t<Executor>{});
  try {
    co_await write_batches();
  } catch (const Error& e) {
    end(e.what());
    stream_->close();
  }
  is_writing_ = false;
  wake_waiting();
}

Task<> Connection::write_batches() {
  auto& outbox = session_.outbox();
  while (outbox.has_ready()) {
    WriteBatch batch;
    outbox.take(batch);
    co_await stream_->write(batch.parts());
    gateway_.counters().sent.Increment(static_cast<double>(batch.messages()));
    wake_waiting();
  }
}

void Connection::wake_waiting() {
  for (auto& waiter : std::exchange(waiting_, {})) waiter.post_resume(rt::Done{});
}

// Returns when no more control bytes than that are left, none is being written with 0, or the
// connection ends.
Task<> Connection::wait_for_writer(std::size_t control_bytes) {
  start_writing();
  auto is_behind = [&] {
    if (!is_writing_ || !end_reason_.empty()) return false;
    return control_bytes == 0 || session_.outbox().control().size() > control_bytes;
  };
  while (is_behind()) {
    auto start = [this](rt::Waiter<rt::Done> waiter) { waiting_.push_back(std::move(waiter)); };
    co_await rt::wait<rt::Done>(start);
  }
}

// Retained messages come as fast as the client takes them.  Only what the network holds up counts:
// the acknowledgements that free the window are read by the coroutine that waits here.
Task<> Connection::ready_for_more() {
  auto bytes_max = gateway_.services().limits.client_queue_bytes_max / 4;
  while (is_writing_ && end_reason_.empty() && session_.outbox().ready() > 0 &&
         session_.outbox().bytes() > bytes_max) {
    auto start = [this](rt::Waiter<rt::Done> waiter) { waiting_.push_back(std::move(waiter)); };
    co_await rt::wait<rt::Done>(start);
  }
}

}  // namespace tt::gateway::mqtt
