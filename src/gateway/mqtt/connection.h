#pragma once

// Connection: joins one client's session with its stream, the bus and identity.
//
// One coroutine reads, decodes and carries out; it ends the connection.  A second one writes, and
// exists only while there is something to write, so that a sleeping connection costs little.
// Publications that stand in a row in the read buffer go to the bus together and so share one
// commit; their acknowledgements leave in one write.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/mqtt/gateway.h"
#include "gateway/mqtt/session.h"
#include "rt/scope.h"
#include "rt/watchdog.h"

namespace tt::gateway::mqtt {

class Connection final : public bus::Subscriber, public Client {
 public:
  Connection(Gateway& gateway, std::unique_ptr<rt::Stream> stream, rt::ConnectionContext& context);

  // Until the connection has ended and nothing refers to it any more.
  Task<> run(std::string first_bytes);

  void deliver(const bus::MessagePtr& message, std::uint64_t tag,
               bus::Delivery delivery) noexcept override;
  Task<> ready_for_more() override;
  void taken_over() noexcept override;

 private:
  // A subscription; its place in granted_ is its tag on the bus.
  struct Granted {
    std::string filter;  // as the client wrote it; empty: the place is free
    std::string prefix;  // put before the topics of its messages
    Qos qos = Qos::at_most_once;
    bus::SubscriptionId id = 0;
    bool is_live = true;  // false while it only brings the retained messages once more
  };
  // A topic or filter as the bus knows it, and who uses it.
  struct Target {
    identity::CallerPtr caller;  // nullptr: nobody known
    std::string path;
    std::string prefix;  // what was taken off
  };

  Task<> receive(std::string first_bytes);
  Task<> process_buffered();
  Task<> carry_out(Event event);
  Task<> authenticate(Authenticate request);
  Task<identity::CallerPtr> find_caller(Authenticate request);

  Task<> collect(Publish packet);
  void add_to_batch(Publish packet, std::string topic);
  bool take_calls(std::size_t count);
  Task<> flush_publications();
  Task<> publish_each(std::vector<bus::Message> messages);
  Task<> publish_will(Will will);
  [[noreturn]] void fail_publication(const Error& error);
  void count_denied(const std::string& topic, std::string_view reason, std::size_t count = 1);

  Task<> subscribe(Subscribe packet);
  Task<std::uint8_t> subscribe_one(Subscribe::Request request);
  Task<> unsubscribe(Unsubscribe packet);
  Task<> unsubscribe_all();
  Task<> drop(std::size_t place);
  std::optional<std::size_t> find_granted(std::string_view filter) const;
  std::size_t free_place();

  Task<Target> resolve(std::string path);
  Task<> finish();
  void end(std::string reason);
  void start_writing();
  Task<> write_queued();
  Task<> write_batches();
  Task<> wait_for_writer(std::size_t control_bytes);
  void wake_waiting();

  Gateway& gateway_;
  std::unique_ptr<rt::Stream> stream_;
  rt::ConnectionContext& context_;
  rt::Watchdog::Deadline deadline_;
  rt::Scope scope_;  // of the writer
  Session session_;
  Decoder decoder_;
  std::vector<Event> events_;

  identity::CallerPtr caller_;  // nullptr: nobody, the key stands in each topic
  Clients::Ticket ticket_ = 0;
  std::vector<Granted> granted_;
  std::size_t granted_count_ = 0;

  // Publications that were read and not yet handed to the bus: all of one caller.
  identity::CallerPtr batch_caller_;
  std::vector<bus::Message> batch_;
  std::vector<PacketId> batch_ids_;

  std::string end_reason_;  // empty: goes on
  bool is_writing_ = false;
  std::vector<rt::Waiter<rt::Done>> waiting_;  // for the writer
  std::uint64_t dropped_ = 0;
  std::uint64_t denied_ = 0;
};

}  // namespace tt::gateway::mqtt
