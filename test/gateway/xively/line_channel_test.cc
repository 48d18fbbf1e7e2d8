#include "gateway/xively/line_channel.h"

#include <doctest/doctest.h>

#include <functional>

#include "base/error.h"
#include "rt/memory_stream.h"
#include "rt/scope.h"

using namespace tt;
using namespace tt::gateway::xively;

namespace {

// A channel and the other end of its connection, on one loop.
struct Both {
  LineChannel& channel;
  rt::Stream& peer;
};

void with_channel(const Limits& limits, std::string first_bytes,
                  std::function<Task<>(Both&)> test) {
  rt::Loops loops(1);
  std::exception_ptr failure;
  auto work = [&]() -> Task<> {
    rt::Watchdog watchdog;
    bool draining = false;
    rt::ConnectionContext context{loops.at(0), watchdog, draining};
    auto [ours, theirs] = rt::memory_stream_pair();
    LineChannel channel(std::move(ours), first_bytes, context, limits);
    rt::Scope pump(loops.at(0));
    pump.spawn(channel.pump());
    Both both{channel, *theirs};
    std::exception_ptr failed;
    try {
      co_await test(both);
    } catch (...) {
      failed = std::current_exception();
    }
    channel.finish();
    co_await pump.join();
    if (failed) std::rethrow_exception(failed);
  };
  auto done = [&](std::exception_ptr e) {
    failure = e;
    loops.stop();
  };
  boost::asio::co_spawn(loops.at(0).executor(), work(), done);
  loops.run();
  if (failure) std::rethrow_exception(failure);
}

Task<std::string> read_all(rt::Stream& stream) {
  std::string all, piece(4096, '\0');
  std::size_t count = 0;
  do {
    try {
      count = co_await stream.read_some(piece);
    } catch (const Error&) {
      count = 0;  // closed by the other side
    }
    all.append(piece, 0, count);
  } while (count > 0);
  co_return all;
}

Task<> lines_in_pieces(Both& both) {
  co_await rt::write_all(both.peer, "e\r\n\n\r\ntw");
  co_await rt::write_all(both.peer, "o\nrest");
  co_await both.peer.shutdown_write();
  auto first = co_await both.channel.receive();
  CHECK(first == "one");
  auto second = co_await both.channel.receive();
  CHECK(second == "two");
  auto end = co_await both.channel.receive();
  CHECK_FALSE(end.has_value());
}

Task<> too_long(Both& both) {
  co_await rt::write_all(both.peer, R"({"a":"0123456789"})");
  auto end = co_await both.channel.receive();
  CHECK_FALSE(end.has_value());
  both.channel.finish();
  auto said = co_await read_all(both.peer);
  CHECK(said == "{\"status\":413,\"body\":\"a line may have 8 bytes\"}\n");
}

Task<> sent_before_the_end(Both& both) {
  both.channel.send("one");
  both.channel.send("two");
  both.channel.finish();
  both.channel.send("too late");
  auto said = co_await read_all(both.peer);
  CHECK(said == "one\ntwo\n");
}

Task<> slow_peer(Both& both) {
  both.channel.send("0123456789");
  both.channel.send("0123456789");
  auto end = co_await both.channel.receive();
  CHECK_FALSE(end.has_value());
}

}  // namespace

TEST_CASE("messages are lines, however they arrive") { with_channel({}, "on", lines_in_pieces); }

TEST_CASE("a line over the limit is answered and ends the connection") {
  Limits limits;
  limits.websocket_message_bytes_max = 8;
  with_channel(limits, "", too_long);
}

TEST_CASE("what was sent arrives before the end") { with_channel({}, "", sent_before_the_end); }

TEST_CASE("a peer that does not read is disconnected") {
  Limits limits;
  limits.client_queue_bytes_max = 16;
  with_channel(limits, "", slow_peer);
}
