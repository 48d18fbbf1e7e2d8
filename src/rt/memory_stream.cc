#include "rt/memory_stream.h"

#include "base/error.h"
#include "rt/waiter.h"

namespace tt::rt {
namespace {

// One direction.  The waiters are resumed by a post, never in the middle of the other side's call.
struct Pipe {
  std::string bytes;
  std::size_t window = 0;
  bool ended = false;   // the writer will send no more
  bool broken = false;  // one side is closed
  Waiter<Done> reader, writer;
  bool reader_waits = false, writer_waits = false;

  void wake_reader() {
    if (std::exchange(reader_waits, false)) std::move(reader).post_resume(Done{});
  }
  void wake_writer() {
    if (std::exchange(writer_waits, false)) std::move(writer).post_resume(Done{});
  }
};

class MemoryStream final : public Stream {
 public:
  MemoryStream(std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out)
      : in_(std::move(in)), out_(std::move(out)) {
    peer_.address = "memory";
    peer_.is_loopback = true;
  }
  ~MemoryStream() override { close(); }

  Task<std::size_t> read_some(std::span<char> into) override {
    while (in_->bytes.empty() && !in_->ended && !in_->broken && !closed_) {
      auto start = [this](Waiter<Done> waiter) {
        in_->reader = std::move(waiter);
        in_->reader_waits = true;
      };
      co_await wait<Done>(start);
    }
    if (closed_) throw Error(Code::cancelled, "the stream was closed");
    if (in_->bytes.empty() && in_->broken) throw Error(Code::unavailable, "the peer is gone");
    auto count = std::min(into.size(), in_->bytes.size());
    std::memcpy(into.data(), in_->bytes.data(), count);
    in_->bytes.erase(0, count);
    in_->wake_writer();
    co_return count;
  }

  Task<> write(std::span<const std::string_view> parts) override {
    for (auto part : parts) {
      while (!part.empty()) {
        co_await wait_for_room();
        auto count = std::min(part.size(), out_->window - out_->bytes.size());
        out_->bytes.append(part.substr(0, count));
        part.remove_prefix(count);
        out_->wake_reader();
      }
    }
  }

  Task<> shutdown_write() override {
    out_->ended = true;
    out_->wake_reader();
    co_return;
  }

  void close() noexcept override {
    if (std::exchange(closed_, true)) return;
    out_->ended = true;
    in_->broken = true;
    for (auto* pipe : {in_.get(), out_.get()}) {
      pipe->wake_reader();
      pipe->wake_writer();
    }
  }

  const Peer& peer() const override { return peer_; }

 private:
  Task<> wait_for_room() {
    while (!closed_ && !out_->broken && out_->bytes.size() >= out_->window) {
      auto start = [this](Waiter<Done> waiter) {
        out_->writer = std::move(waiter);
        out_->writer_waits = true;
      };
      co_await wait<Done>(start);
    }
    if (closed_) throw Error(Code::cancelled, "the stream was closed");
    if (out_->broken) throw Error(Code::unavailable, "the peer is gone");
  }

  std::shared_ptr<Pipe> in_, out_;
  Peer peer_;
  bool closed_ = false;
};

}  // namespace

std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>> memory_stream_pair(
    std::size_t window_bytes) {
  auto there = std::make_shared<Pipe>();
  auto back = std::make_shared<Pipe>();
  there->window = back->window = window_bytes;
  return {std::make_unique<MemoryStream>(back, there), std::make_unique<MemoryStream>(there, back)};
}

}  // namespace tt::rt
