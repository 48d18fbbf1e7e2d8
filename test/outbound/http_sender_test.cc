#include "outbound/http_sender.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "outbound/transfers.h"
#include "rt/loop.h"

namespace tt::outbound {
namespace {

// Accepts one connection on a port of this host, reads one request and gives `answer`.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) : answer_(std::move(answer)) {
    listening_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listening_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    socklen_t size = sizeof address;
    ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    REQUIRE(::listen(listening_, 4) == 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~OneAnswer() {
    ::shutdown(listening_, SHUT_RDWR);
    thread_.join();
    ::close(listening_);
  }
  std::string url() const { return fmt::format("http://127.0.0.1:{}/hook", port_); }
  std::string request;

 private:
  void serve() {
    int peer = ::accept(listening_, nullptr, nullptr);
    if (peer < 0) return;
    char bytes[4096];
    while (!request.ends_with("THE END")) {
      auto count = ::recv(peer, bytes, sizeof bytes, 0);
      if (count <= 0) break;
      request.append(bytes, static_cast<std::size_t>(count));
    }
    std::string_view left = answer_;
    while (!left.empty()) {
      auto count = ::send(peer, left.data(), left.size(), MSG_NOSIGNAL);
      if (count <= 0) break;
      left.remove_prefix(static_cast<std::size_t>(count));
    }
    ::close(peer);
  }

  std::string answer_;
  int listening_;
  unsigned port_ = 0;
  std::thread thread_;
};

Task<HttpAnswer> post(HttpSender& sender, std::string url) {
  HttpPost post{.url = std::move(url), .headers = {"X-Test: yes"}, .body = "THE END"};
  co_return co_await sender.post(std::move(post));
}

HttpAnswer post_with(const Networks& networks, const std::string& url) {
  Transfers transfers;
  HttpSender sender(transfers, networks, std::chrono::seconds(10));
  return rt::run_alone(post(sender, url));
}

const Networks this_host({"127.0.0.0/8"});

}  // namespace

TEST_CASE("a post arrives as it was given, and its answer comes back") {
  OneAnswer peer("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 5\r\n\r\nlater");
  auto answer = post_with(this_host, peer.url());
  CHECK(answer.status == 503);
  CHECK(answer.body == "later");
  CHECK(answer.retry_after == std::chrono::seconds(7));
  CHECK(answer.problem.empty());
  CHECK(peer.request.starts_with("POST /hook HTTP/1.1\r\n"));
  CHECK(peer.request.find("X-Test: yes\r\n") != std::string::npos);
  CHECK(peer.request.find("Expect") == std::string::npos);
  CHECK(peer.request.ends_with("\r\n\r\nTHE END"));
}

TEST_CASE("an address that is not public is not even connected to") {
  OneAnswer peer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  auto answer = post_with(Networks(), peer.url());
  CHECK(answer.status == 0);
  CHECK(answer.is_refused);
  CHECK(answer.problem.starts_with("127.0.0.1 is not a public address"));
  CHECK(peer.request.empty());
  CHECK(post_with(Networks(), "http://localhost:9/").is_refused);
  CHECK(post_with(Networks(), "http://[::ffff:127.0.0.1]:9/").is_refused);
  CHECK(post_with(Networks(), "http://2130706433:9/").is_refused);
}

TEST_CASE("redirects are answers, not orders") {
  OneAnswer peer(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  CHECK(post_with(this_host, peer.url()).status == 302);
}

TEST_CASE("of a long answer the beginning is kept") {
  auto text = std::string(100'000, 'x');
  OneAnswer peer("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + text);
  auto answer = post_with(this_host, peer.url());
  CHECK(answer.status == 200);
  CHECK(answer.body == text.substr(0, 4096));
}

TEST_CASE("a peer that hangs up is a problem that can be read") {
  OneAnswer peer("");
  auto answer = post_with(this_host, peer.url());
  CHECK(answer.status == 0);
  CHECK_FALSE(answer.is_refused);
  CHECK(answer.problem == "Empty reply from server");
  CHECK(post_with(this_host, "file:///etc/passwd").problem.find("not supported") !=
        std::string::npos);
}

TEST_CASE("after stop() nothing is sent any more") {
  Transfers transfers;
  HttpSender sender(transfers, this_host, std::chrono::seconds(10));
  transfers.stop();
  auto answer = rt::run_alone(post(sender, "http://127.0.0.1:9/"));
  CHECK(answer.status == 0);
  CHECK_FALSE(answer.problem.empty());
}

TEST_CASE("the parts of a web address") {
  auto address = parse_web_address("HTTPS://anna:secret@Example.org:8443/a?b=c");
  REQUIRE(address);
  CHECK(address->scheme == "https");
  CHECK(address->host == "example.org:8443");
  CHECK(address->visible.find("secret") == std::string::npos);
  CHECK(address->visible.find("anna") == std::string::npos);
  for (const char* url : {"", "example.org", "ftp://example.org/", "http://", "file:///etc/passwd",
                          "javascript:alert(1)", "http://a b/"}) {
    CAPTURE(url);
    CHECK_FALSE(parse_web_address(url));
  }
}

}  // namespace tt::outbound
