#include "rt/tls.h"

#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "certificates.h"
#include "rt/loop.h"
#include "rt/memory_stream.h"

using namespace tt;
using namespace boost::asio::experimental::awaitable_operators;
using rt::Stream;
using rt::TlsContext;
using rt::TlsFiles;
using rt::TlsRole;
using StreamPtr = std::unique_ptr<Stream>;

namespace {

const test::Site& site() {
  static const test::Site site;
  return site;
}

TlsContext server_context(const std::string& client_authorities = {}) {
  return TlsContext(TlsRole::server, site().files("server", site().server, client_authorities));
}

TlsContext client_context(const std::string& authorities = site().authority_file) {
  return TlsContext(
      TlsRole::client,
      TlsFiles{.certificate_chain = {}, .private_key = {}, .authorities = authorities});
}

// How an attempt ended: a stream, or the Error.
struct Attempt {
  StreamPtr stream;
  std::optional<Error> error;
};

Task<Attempt> attempt(Task<StreamPtr> handshake) {
  Attempt result;
  try {
    result.stream = co_await std::move(handshake);
  } catch (const Error& error) {
    result.error = error;
  }
  co_return result;
}

struct Pair {
  Attempt server, client;
};

Task<Pair> shake_hands(const TlsContext& server, const TlsContext& client,
                       std::string host = "localhost") {
  auto [near, far] = rt::memory_stream_pair();
  auto accepting = attempt(rt::accept_tls(std::move(near), server, {}));
  auto connecting = attempt(rt::connect_tls(std::move(far), client, host));
  auto [accepted, connected] = co_await (std::move(accepting) && std::move(connecting));
  co_return Pair{std::move(accepted), std::move(connected)};
}

Pair shaken(const TlsContext& server, const TlsContext& client, std::string host = "localhost") {
  return rt::run_alone(shake_hands(server, client, std::move(host)));
}

// Everything until the end of the stream.
Task<std::string> read_all(Stream& stream, std::size_t buffer_bytes = 4096) {
  std::string all;
  std::vector<char> buffer(buffer_bytes);
  while (true) {
    auto count = co_await stream.read_some(buffer);
    if (count == 0) co_return all;
    all.append(buffer.data(), count);
  }
}

Task<> write_and_end(Stream& stream, std::string_view bytes) {
  co_await rt::write_all(stream, bytes);
  co_await stream.shutdown_write();
}

std::string noise(std::size_t size) {
  std::string bytes(size, 0);
  std::uint32_t state = 1;
  for (char& c : bytes) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

// The message of the Error that `task` ends with; "" if it does not.
Task<std::string> failure_of(Task<std::string> task) {
  try {
    co_await std::move(task);
  } catch (const Error& error) {
    co_return error.what();
  }
  co_return "";
}

Task<std::string> failure_of(Task<> task) {
  try {
    co_await std::move(task);
  } catch (const Error& error) {
    co_return error.what();
  }
  co_return "";
}

}  // namespace

TEST_CASE("both sides talk, and the peer is known to be encrypted") {
  auto work = []() -> Task<> {
    auto server = server_context();
    auto client = client_context();
    auto pair = co_await shake_hands(server, client);
    REQUIRE(pair.server.stream);
    REQUIRE(pair.client.stream);
    CHECK(pair.server.stream->peer().address == "memory");
    CHECK(pair.server.stream->peer().is_encrypted);
    CHECK(pair.server.stream->peer().certificate_subject == "");
    CHECK(pair.client.stream->peer().certificate_subject == "CN=localhost,O=Thingtank");
    co_await write_and_end(*pair.client.stream, "hello");
    auto heard = co_await read_all(*pair.server.stream);
    CHECK(heard == "hello");
    // Half closed: the other direction still works.
    std::array<std::string_view, 3> parts = {"good", "", " day"};
    co_await pair.server.stream->write(parts);
    co_await pair.server.stream->shutdown_write();
    auto answer = co_await read_all(*pair.client.stream);
    CHECK(answer == "good day");
  };
  rt::run_alone(work());
}

TEST_CASE("big payloads cross each other, through buffers of any size") {
  for (std::size_t buffer_bytes : {std::size_t{1}, std::size_t{777}, std::size_t{100'000}}) {
    CAPTURE(buffer_bytes);
    auto work = [buffer_bytes]() -> Task<> {
      auto server = server_context();
      auto client = client_context();
      auto pair = co_await shake_hands(server, client);
      auto there = noise(buffer_bytes == 1 ? 40'000 : 3'000'000);
      auto back = noise(buffer_bytes == 1 ? 50'001 : 2'000'001);
      auto& a = *pair.client.stream;
      auto& b = *pair.server.stream;
      auto write_both = write_and_end(a, there) && write_and_end(b, back);
      auto read_both = read_all(b, buffer_bytes) && read_all(a, buffer_bytes);
      auto [at_server, at_client] = co_await (std::move(write_both) && std::move(read_both));
      CHECK(at_server == there);
      CHECK(at_client == back);
    };
    rt::run_alone(work());
  }
}

TEST_CASE("small parts share a record") {
  auto work = []() -> Task<> {
    auto server = server_context();
    auto client = client_context();
    auto pair = co_await shake_hands(server, client);
    std::vector<std::string_view> parts(100, "abc");
    co_await pair.server.stream->write(parts);
    std::vector<char> buffer(1000);
    auto count = co_await pair.client.stream->read_some(buffer);
    CHECK(count == 300);
  };
  rt::run_alone(work());
}

TEST_CASE("bytes that were read already belong to the handshake") {
  auto work = []() -> Task<> {
    auto server = server_context();
    auto client = client_context();
    auto [near, far] = rt::memory_stream_pair();
    auto first = [&server](StreamPtr plain) -> Task<StreamPtr> {
      std::array<char, 7> begin;
      auto count = co_await plain->read_some(begin);
      CHECK(begin[0] == 0x16);
      std::string first_bytes(begin.data(), count);
      co_return co_await rt::accept_tls(std::move(plain), server, std::move(first_bytes));
    };
    auto accepting = attempt(first(std::move(near)));
    auto connecting = attempt(rt::connect_tls(std::move(far), client, "127.0.0.1"));
    auto [accepted, connected] = co_await (std::move(accepting) && std::move(connecting));
    CHECK(accepted.stream);
    CHECK(connected.stream);
  };
  rt::run_alone(work());
}

TEST_CASE("a client's certificate becomes part of the peer") {
  auto server = server_context(site().authority_file);
  TlsContext device(TlsRole::client, site().files("device", site().device, site().authority_file));
  auto pair = shaken(server, device);
  REQUIRE(pair.server.stream);
  CHECK(pair.server.stream->peer().certificate_subject == "CN=device-7,O=Thingtank");
  CHECK(pair.server.stream->peer().certificate_sha256.size() == 64);

  auto anonymous = shaken(server, client_context());
  REQUIRE(anonymous.server.stream);
  CHECK(anonymous.server.stream->peer().certificate_subject == "");
  CHECK(anonymous.server.stream->peer().certificate_sha256 == "");
}

TEST_CASE("certificates of unknown authorities are refused") {
  auto server = server_context(site().authority_file);
  SUBCASE("the server's") {
    auto pair = shaken(server, client_context(site().stranger_file));
    REQUIRE(pair.client.error);
    CHECK(pair.client.error->code() == Code::invalid);
    CHECK(std::string(pair.client.error->what()) ==
          "TLS: the peer's certificate: unable to get local issuer certificate");
    REQUIRE(pair.server.error);
    CHECK(std::string(pair.server.error->what()) == "TLS: tlsv1 alert unknown ca");
  }
  SUBCASE("the client's") {
    TlsContext intruder(TlsRole::client,
                        site().files("intruder", site().intruder, site().authority_file));
    auto pair = shaken(server, intruder);
    REQUIRE(pair.server.error);
    CHECK(pair.server.error->code() == Code::invalid);
    CHECK(std::string(pair.server.error->what()) ==
          "TLS: the peer's certificate: unable to get local issuer certificate");
    CHECK_FALSE(pair.server.stream);
  }
  SUBCASE("the right one of another host") {
    auto pair = shaken(server, client_context(), "example.com");
    REQUIRE(pair.client.error);
    CHECK(std::string(pair.client.error->what()) ==
          "TLS: the peer's certificate: hostname mismatch");
  }
}

TEST_CASE("a peer that leaves during the handshake") {
  auto work = []() -> Task<> {
    auto server = server_context();
    for (std::string_view sent : {"", "\x16", "\x16\x03\x01\x02\x00\x01\x00"}) {
      auto [near, far] = rt::memory_stream_pair();
      co_await write_and_end(*far, sent);
      auto left = co_await attempt(rt::accept_tls(std::move(near), server, {}));
      REQUIRE(left.error);
      CHECK(left.error->code() == Code::unavailable);
      CHECK(std::string(left.error->what()) == "TLS: the peer left during the handshake");
    }
  };
  rt::run_alone(work());
}

TEST_CASE("garbage instead of a handshake") {
  auto work = []() -> Task<> {
    auto server = server_context();
    auto http = std::string("GET / HTTP/1.1\r\n\r\n");
    for (const auto& sent : {noise(500), std::string(100'000, '\x16'), http}) {
      auto [near, far] = rt::memory_stream_pair();
      auto garbage = co_await attempt(rt::accept_tls(std::move(near), server, sent));
      REQUIRE(garbage.error);
      CHECK(garbage.error->code() == Code::invalid);
      // The peer is told in TLS's own words.
      std::array<char, 100> alert;
      auto count = co_await far->read_some(alert);
      if (count > 0) CHECK(alert[0] == 0x15);
    }
  };
  rt::run_alone(work());
}

TEST_CASE("old versions are refused") {
  auto work = []() -> Task<> {
    auto server = server_context();
    auto client = client_context();
    SSL_CTX_set_min_proto_version(client.current().get(), TLS1_1_VERSION);
    SSL_CTX_set_max_proto_version(client.current().get(), TLS1_1_VERSION);
    SSL_CTX_set_cipher_list(client.current().get(), "ALL:@SECLEVEL=0");
    auto pair = co_await shake_hands(server, client);
    CHECK_FALSE(pair.server.stream);
    CHECK_FALSE(pair.client.stream);
    SSL_CTX_set_max_proto_version(client.current().get(), TLS1_2_VERSION);
    auto newer = co_await shake_hands(server, client);
    CHECK(newer.server.stream);
  };
  rt::run_alone(work());
}

namespace {

// A client that is not ours: OpenSSL on its own memory BIOs.
class ForeignClient {
 public:
  explicit ForeignClient(StreamPtr stream, std::string offers = {}) : stream_(std::move(stream)) {
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(offers.data()),
                        static_cast<unsigned>(offers.size()));
    SSL_set_connect_state(ssl_.get());
  }

  SSL* ssl() { return ssl_.get(); }

  Task<> handshake() {
    while (SSL_do_handshake(ssl()) != 1) {
      co_await send();
      co_await receive();
    }
    co_await send();
  }

  Task<> write(std::string_view bytes) {
    CHECK(SSL_write(ssl(), bytes.data(), static_cast<int>(bytes.size())) > 0);
    co_await send();
  }

  Task<std::string> read() {
    std::array<char, 1000> buffer;
    int count = 0;
    while ((count = SSL_read(ssl(), buffer.data(), 1000)) <= 0) {
      if (SSL_get_error(ssl(), count) == SSL_ERROR_ZERO_RETURN) co_return "";
      co_await receive();
    }
    co_return std::string(buffer.data(), static_cast<std::size_t>(count));
  }

  Task<> end() {
    SSL_shutdown(ssl());
    co_await send();
  }

  std::string alpn() {
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl(), &chosen, &size);
    return std::string(reinterpret_cast<const char*>(chosen), size);
  }

 private:
  Task<> send() {
    std::vector<char> bytes(BIO_pending(out_));
    if (bytes.empty()) co_return;
    BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
    co_await rt::write_all(*stream_, {bytes.data(), bytes.size()});
  }

  Task<> receive() {
    std::vector<char> bytes(16'384);
    auto count = co_await stream_->read_some(bytes);
    if (count == 0) throw Error(Code::unavailable, "the server left");
    BIO_write(in_, bytes.data(), static_cast<int>(count));
  }

  StreamPtr stream_;
  std::shared_ptr<ssl_ctx_st> context_ = client_context().current();
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{SSL_new(context_.get()), SSL_free};
  BIO* in_ = BIO_new(BIO_s_mem());
  BIO* out_ = BIO_new(BIO_s_mem());
};

}  // namespace

TEST_CASE("ALPN chooses http/1.1 when it is offered, and nothing else") {
  auto work = []() -> Task<> {
    auto server = server_context();
    auto agree = [&](std::string offers) -> Task<std::string> {
      auto [near, far] = rt::memory_stream_pair();
      ForeignClient client(std::move(far), std::move(offers));
      auto accepting = attempt(rt::accept_tls(std::move(near), server, {}));
      auto accepted = co_await (std::move(accepting) && client.handshake());
      CHECK(accepted.stream);
      CHECK(SSL_version(client.ssl()) == TLS1_3_VERSION);
      co_return client.alpn();
    };
    CHECK(co_await agree("\x02h2\x08http/1.1") == "http/1.1");
    CHECK(co_await agree("\x08http/1.0\x08http/1.1\x04mqtt") == "http/1.1");
    CHECK(co_await agree("\x04mqtt") == "");
    CHECK(co_await agree("\x0exhttp/1.1xxxxx") == "");
    CHECK(co_await agree("") == "");
  };
  rt::run_alone(work());
}

TEST_CASE("key updates in the middle, and an end that is announced") {
  auto work = []() -> Task<> {
    auto server = server_context();
    auto [near, far] = rt::memory_stream_pair();
    ForeignClient client(std::move(far));
    auto accepting = attempt(rt::accept_tls(std::move(near), server, {}));
    auto accepted = co_await (std::move(accepting) && client.handshake());
    REQUIRE(accepted.stream);
    Stream& stream = *accepted.stream;
    std::vector<char> buffer(100);
    for (std::string_view said : {"one", "two", "three"}) {
      // Asks the server for new keys too: its answer is sent by the server's read.
      CHECK(SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED) == 1);
      co_await client.write(said);
      auto count = co_await stream.read_some(buffer);
      std::string_view heard(buffer.data(), count);
      CHECK(heard == said);
      co_await rt::write_all(stream, heard);
      auto echo = co_await client.read();
      CHECK(echo == said);
    }
    co_await client.end();
    auto rest = co_await read_all(stream);
    CHECK(rest == "");
    co_await stream.shutdown_write();
    auto last = co_await client.read();
    CHECK(last == "");
  };
  rt::run_alone(work());
}

TEST_CASE("a stream that is cut is not one that ended") {
  auto work = []() -> Task<> {
    auto server = server_context();
    auto client = client_context();
    auto pair = co_await shake_hands(server, client);
    co_await rt::write_all(*pair.client.stream, "hel");
    pair.client.stream->close();
    std::vector<char> buffer(100);
    auto count = co_await pair.server.stream->read_some(buffer);
    CHECK(count == 3);
    auto why = co_await failure_of(read_all(*pair.server.stream));
    CHECK(why == "TLS: the connection was cut");
  };
  rt::run_alone(work());
}

TEST_CASE("changed bytes end the connection") {
  auto work = []() -> Task<> {
    auto server = server_context();
    auto client = client_context();
    auto [near, middle_near] = rt::memory_stream_pair();
    auto [middle_far, far] = rt::memory_stream_pair();
    auto carry = [](Stream& from, Stream& to, bool& tamper) -> Task<> {
      std::vector<char> buffer(16'384);
      while (true) {
        auto count = co_await from.read_some(buffer);
        if (count == 0) co_return co_await to.shutdown_write();
        if (tamper) buffer[count - 1] ^= 1;
        co_await rt::write_all(to, {buffer.data(), count});
      }
    };
    bool tamper = false;
    bool never = false;
    auto talk = [&](StreamPtr here, StreamPtr there) -> Task<> {
      auto accepting = attempt(rt::accept_tls(std::move(here), server, {}));
      auto connecting = attempt(rt::connect_tls(std::move(there), client, "localhost"));
      auto [a, b] = co_await (std::move(accepting) && std::move(connecting));
      REQUIRE(a.stream);
      REQUIRE(b.stream);
      tamper = true;
      co_await write_and_end(*b.stream, "transfer 100 to Bob");
      auto why = co_await failure_of(read_all(*a.stream));
      CHECK(why == "TLS: decryption failed or bad record mac");
      a.stream->close();
      b.stream->close();
    };
    auto forward = failure_of(carry(*middle_far, *middle_near, tamper));
    auto backward = failure_of(carry(*middle_near, *middle_far, never));
    co_await (talk(std::move(near), std::move(far)) && std::move(forward) && std::move(backward));
  };
  rt::run_alone(work());
}

TEST_CASE("close ends a pending read") {
  auto work = []() -> Task<> {
    auto server = server_context();
    auto client = client_context();
    auto pair = co_await shake_hands(server, client);
    auto close = [](Stream& stream) -> Task<> {
      stream.close();
      co_return;
    };
    auto& stream = *pair.server.stream;
    auto why = co_await (failure_of(read_all(stream)) && close(stream));
    CHECK(why == "the stream was closed");
    auto write = co_await failure_of(rt::write_all(stream, "x"));
    CHECK(write == "the stream was closed");
    auto again = co_await failure_of(rt::write_all(stream, "x"));
    CHECK(again == "TLS: an earlier write failed");
  };
  rt::run_alone(work());
}

TEST_CASE("files that cannot be used are named") {
  const auto& folder = site().folder;
  auto good = site().files("server", site().server);
  auto message = [](TlsFiles files) {
    try {
      TlsContext context(TlsRole::server, std::move(files));
      return std::string();
    } catch (const Error& error) {
      CHECK(error.code() == Code::invalid);
      return std::string(error.what());
    }
  };
  CHECK(message(good) == "");
  auto missing = good;
  missing.certificate_chain = folder.file("none.pem");
  CHECK(message(missing) ==
        "TLS: certificate chain \"" + folder.file("none.pem") + "\": No such file or directory");
  auto garbage = good;
  garbage.certificate_chain = folder.write("garbage.pem", "no certificate");
  CHECK(message(garbage).ends_with(": no start line"));
  auto other = good;
  other.private_key = folder.write("other.key", site().device.key_pem());
  CHECK(message(other) ==
        "TLS: private key \"" + folder.file("other.key") + "\": key values mismatch");
  auto locked = good;
  locked.private_key = folder.write("locked.key", site().server.key_pem("secret"));
  CHECK(message(locked).starts_with("TLS: private key \"" + folder.file("locked.key") + "\": "));
  auto authorities = good;
  authorities.authorities = folder.write("empty.pem", "");
  auto empty = folder.file("empty.pem");
  CHECK(message(authorities).starts_with("TLS: authorities \"" + empty + "\": "));
}

TEST_CASE("a new certificate is used after a reload, a bad one is not") {
  auto files = site().files("renewed", site().server);
  TlsContext server(TlsRole::server, files);
  auto client = client_context();
  CHECK_FALSE(server.reload_if_changed());
  auto before = shaken(server, client).client.stream->peer().certificate_sha256;

  site().folder.write("renewed.pem", "half a certif");
  CHECK_THROWS_AS(server.reload_if_changed(), Error);
  CHECK(shaken(server, client).client.stream->peer().certificate_sha256 == before);

  auto renewed = test::make_identity("localhost", &site().authority);
  site().files("renewed", renewed);
  CHECK(server.reload_if_changed());
  CHECK_FALSE(server.reload_if_changed());
  auto after = shaken(server, client).client.stream->peer().certificate_sha256;
  CHECK(after != before);
  CHECK(after.size() == 64);
}
