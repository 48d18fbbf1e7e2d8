#include "gateway/xively/line_channel.h"

#include "base/error.h"
#include "base/log.h"
#include "wire/json_writer.h"

namespace tt::gateway::xively {
namespace {

constexpr std::size_t read_bytes = 4096;
constexpr std::size_t lines_per_write = 64;
constexpr std::chrono::years for_ever{100};

std::string too_long(std::size_t bytes_max) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().member("status", 413);
  json.member("body", fmt::format("a line may have {} bytes", bytes_max)).end_object();
  return out;
}

}  // namespace

LineChannel::LineChannel(std::unique_ptr<rt::Stream> stream, std::string first_bytes,
                         rt::ConnectionContext& context, const Limits& limits)
    : stream_(std::move(stream)),
      context_(context),
      limits_(limits),
      deadline_(context.watchdog, *stream_),
      input_(std::move(first_bytes)) {
  stream_->probe_peer();
}

Task<std::optional<std::string>> LineChannel::receive() {
  while (!ended_) {
    while (auto line = take_line()) {
      if (!line->empty()) co_return line;
    }
    if (input_.size() > limits_.websocket_message_bytes_max) {
      send(too_long(limits_.websocket_message_bytes_max));
      co_return std::nullopt;
    }
    bool is_more = co_await read_more();
    if (!is_more) co_return std::nullopt;
  }
  co_return std::nullopt;
}

std::optional<std::string> LineChannel::take_line() {
  auto end = input_.find('\n', searched_);
  if (end == input_.npos) {
    searched_ = input_.size();
    return std::nullopt;
  }
  auto line = input_.substr(0, end);
  if (line.ends_with('\r')) line.pop_back();
  input_.erase(0, end + 1);
  searched_ = 0;
  return line;
}

Task<bool> LineChannel::read_more() {
  if (!input_.empty()) {
    deadline_.set(limits_.http_body_timeout);
  } else if (patience_ == Patience::for_ever) {
    deadline_.set_idle(for_ever);
  } else {
    deadline_.set_idle(limits_.http_idle_timeout);
  }
  auto known = input_.size();
  std::size_t count = 0;
  input_.resize(known + read_bytes);
  try {
    count = co_await stream_->read_some(std::span(input_).subspan(known));
  } catch (const Error&) {
    count = 0;
  }
  input_.resize(known + count);
  deadline_.clear();
  co_return count > 0;
}

void LineChannel::send(std::string_view text) {
  if (ended_ || finishing_) return;
  queued_bytes_ += text.size() + 1;
  if (queued_bytes_ > limits_.client_queue_bytes_max) {
    log::info("socket client is too slow and was disconnected",
              {{"peer", stream_->peer().address}, {"queued_bytes", queued_bytes_}});
    end();
    return;
  }
  auto& line = queue_.emplace_back(text);
  line += '\n';
  wake_.set();
}

void LineChannel::finish() {
  finishing_ = true;
  wake_.set();
}

void LineChannel::end() {
  ended_ = true;
  stream_->close();
  wake_.set();
}

Task<> LineChannel::pump() {
  try {
    while (!ended_) {
      if (queue_.empty() && finishing_) break;
      if (queue_.empty()) co_await wake_.wait();
      std::vector<std::string> lines;
      std::vector<std::string_view> parts;
      lines.reserve(lines_per_write);
      while (!queue_.empty() && lines.size() < lines_per_write) {
        parts.push_back(lines.emplace_back(std::move(queue_.front())));
        queue_.pop_front();
      }
      if (parts.empty() || ended_) continue;
      std::span<const std::string_view> all(parts);
      co_await stream_->write(all);
      for (auto part : parts) queued_bytes_ -= part.size();
    }
  } catch (const Error&) {
    // The peer is gone; receive() ends, too.
  }
  end();
}

}  // namespace tt::gateway::xively
