#include "rt/tcp.h"

#include <netinet/tcp.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

#include "base/error.h"
#include "base/text.h"
#include "rt/timer.h"

namespace tt::rt {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using ListenSocket = asio::basic_socket_acceptor<tcp, Executor>;
using Resolver = asio::ip::basic_resolver<tcp, Executor>;
using Ec = boost::system::error_code;

constexpr asio::use_awaitable_t<Executor> use_task;
constexpr std::size_t parts_max = 64;  // per writev(2)
// A silent peer is gone after two minutes.
constexpr int probe_after_s = 60;
constexpr int probe_interval_s = 15;
constexpr int probes_max = 4;

[[noreturn]] void throw_broken(const Ec& ec, std::string_view doing) {
  if (ec == asio::error::operation_aborted || ec == asio::error::bad_descriptor) {
    throw Error(Code::cancelled, fmt::format("the connection was closed while {}", doing));
  }
  throw Error(Code::unavailable,
              fmt::format("the connection broke while {}: {}", doing, ec.message()));
}

class TcpStream final : public Stream {
 public:
  explicit TcpStream(Socket socket) : socket_(std::move(socket)) {
    Ec ec;
    socket_.set_option(tcp::no_delay(true), ec);
    auto remote = socket_.remote_endpoint(ec);
    auto address = remote.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
      address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    peer_.address = address.to_string();
    peer_.port = remote.port();
    peer_.is_loopback = address.is_loopback();
  }

  Task<std::size_t> read_some(std::span<char> into) override {
    Ec ec;
    auto buffer = asio::buffer(into.data(), into.size());
    auto count = co_await socket_.async_read_some(buffer, asio::redirect_error(use_task, ec));
    if (ec == asio::error::eof) co_return 0;
    if (ec) throw_broken(ec, "reading");
    co_return count;
  }

  Task<> write(std::span<const std::string_view> parts) override {
    // Nearly always the socket's buffer takes everything at once: no wait, no allocation.
    std::size_t sent = write_now(parts);
    std::vector<asio::const_buffer> rest;
    for (auto part : parts) {
      auto skipped = std::min(sent, part.size());
      sent -= skipped;
      if (skipped < part.size()) rest.emplace_back(part.data() + skipped, part.size() - skipped);
    }
    if (rest.empty()) co_return;
    Ec ec;
    co_await asio::async_write(socket_, rest, asio::redirect_error(use_task, ec));
    if (ec) throw_broken(ec, "writing");
  }

  Task<> shutdown_write() override {
    Ec ec;
    socket_.shutdown(tcp::socket::shutdown_send, ec);
    co_return;
  }

  void close() noexcept override {
    Ec ec;
    socket_.close(ec);
  }

  void probe_peer() noexcept override {
    Ec ec;
    socket_.set_option(asio::socket_base::keep_alive(true), ec);
    set_tcp_option<TCP_KEEPIDLE>(probe_after_s);
    set_tcp_option<TCP_KEEPINTVL>(probe_interval_s);
    set_tcp_option<TCP_KEEPCNT>(probes_max);
  }

  const Peer& peer() const override { return peer_; }

 private:
  template <int name>
  void set_tcp_option(int value) noexcept {
    Ec ec;
    socket_.set_option(asio::detail::socket_option::integer<IPPROTO_TCP, name>(value), ec);
  }

  // The number of bytes that were sent without waiting.
  std::size_t write_now(std::span<const std::string_view> parts) {
    if (parts.size() > parts_max) return 0;
    std::array<asio::const_buffer, parts_max> buffers;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      buffers[i] = asio::const_buffer(parts[i].data(), parts[i].size());
    }
    Ec ec;
    if (!socket_.native_non_blocking()) socket_.native_non_blocking(true, ec);
    std::span<const asio::const_buffer> used(buffers.data(), parts.size());
    auto sent = socket_.write_some(used, ec);
    if (ec == asio::error::would_block || ec == asio::error::try_again) return 0;
    if (ec) throw_broken(ec, "writing");
    return sent;
  }

  Socket socket_;
  Peer peer_;
};

tcp::endpoint resolve(const Endpoint& endpoint) {
  if (endpoint.host.empty() || endpoint.host == "*") return {tcp::v4(), endpoint.port};
  if (endpoint.host == "localhost") return {asio::ip::address_v4::loopback(), endpoint.port};
  Ec ec;
  auto address = asio::ip::make_address(endpoint.host, ec);
  if (ec) {
    throw Error(Code::invalid,
                fmt::format("'{}' is not an IP address to listen on", endpoint.host));
  }
  return {address, endpoint.port};
}

[[noreturn]] void throw_taken(const Endpoint& endpoint, const Ec& ec) {
  throw Error(Code::unavailable,
              fmt::format("cannot listen on {}: {}; choose another address with --listen "
                          "NAME=HOST:PORT (port 0 takes a free one)",
                          to_string(endpoint), ec.message()));
}

}  // namespace

Endpoint parse_endpoint(std::string_view text) {
  auto bad = [&] {
    return Error(Code::invalid, fmt::format("'{}' is not HOST:PORT, e.g. 127.0.0.1:8080", text));
  };
  auto colon = text.rfind(':');
  if (colon == text.npos) throw bad();
  auto host = text.substr(0, colon);
  auto port_text = text.substr(colon + 1);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  auto port = parse_number<decltype(Endpoint::port)>(port_text);
  if (!port) throw bad();
  return {std::string(host), *port};
}

std::string to_string(const Endpoint& endpoint) {
  if (endpoint.host.find(':') == std::string::npos) {
    return fmt::format("{}:{}", endpoint.host, endpoint.port);
  }
  return fmt::format("[{}]:{}", endpoint.host, endpoint.port);
}

struct Acceptor::Impl {
  explicit Impl(Loop& loop) : socket(loop.executor()) {}
  ListenSocket socket;
};

void require_free(const Endpoint& endpoint) {
  if (endpoint.port == 0) return;
  asio::io_context context;
  auto address = resolve(endpoint);
  tcp::acceptor probe(context);
  Ec ec;
  probe.open(address.protocol(), ec);
  probe.set_option(tcp::acceptor::reuse_address(true), ec);
  probe.bind(address, ec);
  if (ec) throw_taken(endpoint, ec);
}

Acceptor::Acceptor(Loop& loop, const Endpoint& endpoint) : impl_(std::make_unique<Impl>(loop)) {
  auto address = resolve(endpoint);
  try {
    auto& socket = impl_->socket;
    socket.open(address.protocol());
    socket.set_option(tcp::acceptor::reuse_address(true));
    using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
    socket.set_option(ReusePort(true));
    socket.bind(address);
    socket.listen(4096);
  } catch (const boost::system::system_error& e) {
    throw_taken(endpoint, e.code());
  }
}

Acceptor::~Acceptor() = default;

Endpoint Acceptor::endpoint() const {
  auto local = impl_->socket.local_endpoint();
  return {local.address().to_string(), local.port()};
}

Task<std::unique_ptr<Stream>> Acceptor::accept() {
  Ec ec;
  auto socket = co_await impl_->socket.async_accept(asio::redirect_error(use_task, ec));
  if (!ec) co_return std::make_unique<TcpStream>(std::move(socket));
  if (ec == asio::error::operation_aborted || !impl_->socket.is_open()) {
    throw Error(Code::cancelled, "the listener was closed");
  }
  if (ec == asio::error::no_descriptors || ec == asio::error::no_memory ||
      ec == asio::error::no_buffer_space) {
    co_await sleep_for(std::chrono::milliseconds(50));
  }
  throw Error(Code::exhausted, fmt::format("cannot accept a connection: {}", ec.message()));
}

void Acceptor::close() noexcept {
  Ec ec;
  impl_->socket.close(ec);
}

Task<std::unique_ptr<Stream>> connect(Loop& loop, Endpoint endpoint) {
  Resolver resolver(loop.executor());
  Socket socket(loop.executor());
  Ec ec;
  auto port = std::to_string(endpoint.port);
  auto found =
      co_await resolver.async_resolve(endpoint.host, port, asio::redirect_error(use_task, ec));
  if (!ec) co_await asio::async_connect(socket, found, asio::redirect_error(use_task, ec));
  if (ec) {
    throw Error(Code::unavailable,
                fmt::format("cannot connect to {}: {}", to_string(endpoint), ec.message()));
  }
  co_return std::make_unique<TcpStream>(std::move(socket));
}

}  // namespace tt::rt
