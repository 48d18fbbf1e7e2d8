#pragma once

// A MessageChannel over plain bytes: one text a line.
//
//   message = text LF          ; a CR before the LF is dropped, empty lines mean nothing
//
// A line may have limits.websocket_message_bytes_max.

#include <deque>

#include "base/limits.h"
#include "gateway/xively/message_channel.h"
#include "rt/event.h"
#include "rt/listener.h"

namespace tt::gateway::xively {

class LineChannel final : public MessageChannel {
 public:
  // `first_bytes` have been read from `stream` already.
  LineChannel(std::unique_ptr<rt::Stream> stream, std::string first_bytes,
              rt::ConnectionContext& context, const Limits& limits);

  Task<std::optional<std::string>> receive() override;
  void send(std::string_view text) override;
  void have(Patience patience) override { patience_ = patience; }
  const rt::Peer& peer() const override { return stream_->peer(); }
  rt::Loop& loop() override { return context_.loop; }
  std::string_view protocol() const override { return "tcp"; }

  // Writes what is queued until the connection is over; run beside the session.
  Task<> pump();
  // What is queued is still written; pump() then returns.
  void finish();

 private:
  // Takes the first line off the input; nullopt if there is none that is whole.
  std::optional<std::string> take_line();
  // False at the end of the input.
  Task<bool> read_more();
  void end();

  std::unique_ptr<rt::Stream> stream_;
  rt::ConnectionContext& context_;
  const Limits& limits_;
  rt::Watchdog::Deadline deadline_;
  Patience patience_ = Patience::while_asking;
  std::string input_;
  std::size_t searched_ = 0;  // bytes of input_ without a line feed
  std::deque<std::string> queue_;
  std::size_t queued_bytes_ = 0;
  rt::Event wake_;
  bool finishing_ = false;
  bool ended_ = false;
};

}  // namespace tt::gateway::xively
