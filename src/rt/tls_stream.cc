#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <deque>

#include "base/bytes.h"
#include "base/error.h"
#include "rt/tls.h"
#include "rt/waiter.h"

namespace tt::rt {
namespace {

constexpr std::size_t record_bytes_max = 16 * 1024;  // of plain text, RFC 8446 section 5.1
constexpr std::size_t unsent_bytes_max = 4 * record_bytes_max;

// The encrypted bytes between OpenSSL and the plain stream.
struct Wire {
  std::string in;  // received; the first `in_taken` bytes were used
  std::size_t in_taken = 0;
  std::string out;  // to be sent

  std::size_t take(char* into, std::size_t size) {
    auto count = std::min(size, in.size() - in_taken);
    std::memcpy(into, in.data() + in_taken, count);
    in_taken += count;
    if (in_taken == in.size()) {
      in = {};  // an idle connection holds no buffer
      in_taken = 0;
    }
    return count;
  }
};

// --- a BIO over a Wire: what OpenSSL's memory BIO is, but it gives its memory back --------------

Wire& wire_of(BIO* bio) { return *static_cast<Wire*>(BIO_get_data(bio)); }

int bio_read(BIO* bio, char* into, std::size_t size, std::size_t* count) {
  BIO_clear_retry_flags(bio);
  *count = wire_of(bio).take(into, size);
  if (*count == 0) BIO_set_retry_read(bio);
  return *count > 0 ? 1 : 0;
}

int bio_write(BIO* bio, const char* bytes, std::size_t size, std::size_t* count) {
  BIO_clear_retry_flags(bio);
  wire_of(bio).out.append(bytes, size);
  *count = size;
  return 1;
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

const BIO_METHOD* wire_method() {
  static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> method = [] {
    auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "thingtank stream");
    TT_ASSERT(made);
    BIO_meth_set_read_ex(made, bio_read);
    BIO_meth_set_write_ex(made, bio_write);
    BIO_meth_set_ctrl(made, bio_control);
    return std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)>(made, BIO_meth_free);
  }();
  return method.get();
}

BIO* make_bio(Wire& wire) {
  BIO* bio = BIO_new(wire_method());
  if (!bio) throw Error(Code::unavailable, "TLS: out of memory");
  BIO_set_data(bio, &wire);
  BIO_set_init(bio, 1);
  return bio;
}

// --- the stream --------------------------------------------------------------------------------

class TlsStream final : public Stream {
 public:
  TlsStream(std::unique_ptr<Stream> plain, const TlsContext& context)
      : plain_(std::move(plain)), peer_(plain_->peer()), ssl_(SSL_new(context.current().get())) {
    if (!ssl_) throw Error(Code::unavailable, "TLS: out of memory");
    BIO* bio = make_bio(wire_);
    SSL_set_bio(ssl_.get(), bio, bio);
  }

  void accept_as_server(std::string first_bytes) {
    wire_.in = std::move(first_bytes);
    SSL_set_accept_state(ssl_.get());
  }
  void connect_as_client(const std::string& host);
  Task<> handshake();

  Task<std::size_t> read_some(std::span<char> into) override;
  Task<> write(std::span<const std::string_view> parts) override;
  Task<> shutdown_write() override;
  void close() noexcept override { plain_->close(); }
  void probe_peer() noexcept override { plain_->probe_peer(); }
  const Peer& peer() const override { return peer_; }

 private:
  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  class Flushing;

  bool is_failure(int reason) const;
  std::string failure_text() const;
  void note_certificate();
  void encrypt(std::string_view bytes);
  bool must_flush() const;
  Task<> flush();
  Task<std::size_t> receive(std::span<char> scratch);

  std::unique_ptr<Stream> plain_;
  Peer peer_;
  Wire wire_;
  std::unique_ptr<SSL, FreeSsl> ssl_;  // refers to wire_
  bool flushing_ = false;
  bool broken_ = false;  // a write failed midway: nothing more can be sent
  std::deque<Waiter<Done>> flush_waiters_;
};

// The right to use plain_->write(), held while it runs.
class TlsStream::Flushing {
 public:
  explicit Flushing(TlsStream& stream) : stream_(stream) { stream_.flushing_ = true; }
  ~Flushing() {
    stream_.flushing_ = false;
    for (auto& waiter : stream_.flush_waiters_) waiter.post_resume(Done{});
    stream_.flush_waiters_.clear();
  }

 private:
  TlsStream& stream_;
};

void TlsStream::connect_as_client(const std::string& host) {
  auto* parameters = SSL_get0_param(ssl_.get());
  bool is_address = X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1;
  if (!is_address && (SSL_set1_host(ssl_.get(), host.c_str()) != 1 ||
                      SSL_set_tlsext_host_name(ssl_.get(), host.c_str()) != 1)) {
    throw Error(Code::invalid, fmt::format("TLS: \"{}\" is not a host name", host));
  }
  ERR_clear_error();
  SSL_set_connect_state(ssl_.get());
}

Task<> TlsStream::handshake() {
  std::vector<char> scratch(record_bytes_max);
  while (true) {
    ERR_clear_error();
    int outcome = SSL_do_handshake(ssl_.get());
    int reason = SSL_get_error(ssl_.get(), outcome);
    auto why = is_failure(reason) ? failure_text() : std::string();
    co_await flush();  // also the alert that tells the peer why
    if (outcome == 1) break;
    if (reason != SSL_ERROR_WANT_READ) throw Error(Code::invalid, why);
    auto count = co_await receive(scratch);
    if (count == 0) throw Error(Code::unavailable, "TLS: the peer left during the handshake");
  }
  peer_.is_encrypted = true;
  note_certificate();
}

bool TlsStream::is_failure(int reason) const {
  return reason != SSL_ERROR_NONE && reason != SSL_ERROR_WANT_READ &&
         reason != SSL_ERROR_ZERO_RETURN;
}

// Why the last call failed.  Ask before the next await: connections share the thread's errors.
std::string TlsStream::failure_text() const {
  auto verified = SSL_get_verify_result(ssl_.get());
  if (verified != X509_V_OK) {
    return fmt::format("TLS: the peer's certificate: {}", X509_verify_cert_error_string(verified));
  }
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return fmt::format("TLS: {}", reason ? reason : "protocol violated");
}

void TlsStream::note_certificate() {
  std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(ssl_.get()),
                                                          X509_free);
  if (!certificate) return;
  std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), BIO_free);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned digest_size = 0;
  auto* subject = X509_get_subject_name(certificate.get());
  if (!text || X509_NAME_print_ex(text.get(), subject, 0, XN_FLAG_RFC2253) < 0 ||
      X509_digest(certificate.get(), EVP_sha256(), digest, &digest_size) != 1) {
    throw Error(Code::invalid, "TLS: the peer's certificate cannot be read");
  }
  char* bytes = nullptr;
  auto size = BIO_get_mem_data(text.get(), &bytes);
  peer_.certificate_subject.assign(bytes, static_cast<std::size_t>(size));
  peer_.certificate_sha256 = to_hex({reinterpret_cast<const char*>(digest), digest_size});
}

// Sends what waits in wire_.out; when it returns, all of it was taken by the plain stream.
Task<> TlsStream::flush() {
  while (flushing_) {
    auto start = [this](Waiter<Done> waiter) { flush_waiters_.push_back(std::move(waiter)); };
    co_await wait<Done>(start);
  }
  if (broken_) throw Error(Code::unavailable, "TLS: an earlier write failed");
  if (wire_.out.empty()) co_return;
  Flushing guard(*this);
  while (!wire_.out.empty()) {
    std::string bytes = std::exchange(wire_.out, {});
    broken_ = true;
    co_await write_all(*plain_, bytes);
    broken_ = false;
  }
}

// Takes encrypted bytes from the plain stream; 0 at its end.
Task<std::size_t> TlsStream::receive(std::span<char> scratch) {
  auto count = co_await plain_->read_some(scratch);
  wire_.in.append(scratch.data(), count);
  co_return count;
}

// Reading makes answers too (key updates).  A write that is under way sends them, unless the peer
// makes us pile them up.
bool TlsStream::must_flush() const {
  return !wire_.out.empty() && (!flushing_ || wire_.out.size() > unsent_bytes_max);
}

Task<std::size_t> TlsStream::read_some(std::span<char> into) {
  if (into.empty()) co_return 0;
  while (true) {
    ERR_clear_error();
    std::size_t count = 0;
    int outcome = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
    int reason = SSL_get_error(ssl_.get(), outcome);
    auto why = is_failure(reason) ? failure_text() : std::string();
    if (must_flush()) co_await flush();
    if (outcome == 1) co_return count;
    if (reason == SSL_ERROR_ZERO_RETURN) co_return 0;
    if (reason != SSL_ERROR_WANT_READ) throw Error(Code::unavailable, why);
    // The caller's buffer first takes the encrypted bytes: an idle reader costs no second one.
    auto received = co_await receive(into);
    // Without a close_notify nobody knows whether the peer ended here or somebody cut the wire.
    if (received == 0) throw Error(Code::unavailable, "TLS: the connection was cut");
  }
}

void TlsStream::encrypt(std::string_view bytes) {
  ERR_clear_error();
  std::size_t written = 0;
  int outcome = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written);
  if (outcome != 1) throw Error(Code::unavailable, failure_text());
  TT_ASSERT(written == bytes.size());
}

Task<> TlsStream::write(std::span<const std::string_view> parts) {
  std::string record;  // small parts share a record
  for (auto part : parts) {
    while (!part.empty()) {
      auto piece = part.substr(0, record_bytes_max - record.size());
      part.remove_prefix(piece.size());
      record += piece;
      if (record.size() < record_bytes_max) continue;
      encrypt(record);
      record.clear();
      if (wire_.out.size() >= unsent_bytes_max) co_await flush();
    }
  }
  if (!record.empty()) encrypt(record);
  co_await flush();
}

Task<> TlsStream::shutdown_write() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());  // makes the close_notify
  co_await flush();
  co_await plain_->shutdown_write();
}

}  // namespace

Task<std::unique_ptr<Stream>> accept_tls(std::unique_ptr<Stream> plain, const TlsContext& context,
                                         std::string first_bytes) {
  TT_ASSERT(context.role() == TlsRole::server);
  auto stream = std::make_unique<TlsStream>(std::move(plain), context);
  stream->accept_as_server(std::move(first_bytes));
  co_await stream->handshake();
  co_return stream;
}

Task<std::unique_ptr<Stream>> connect_tls(std::unique_ptr<Stream> plain, const TlsContext& context,
                                          std::string host) {
  TT_ASSERT(context.role() == TlsRole::client);
  auto stream = std::make_unique<TlsStream>(std::move(plain), context);
  stream->connect_as_client(host);
  co_await stream->handshake();
  co_return stream;
}

}  // namespace tt::rt
