#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "rt/tls.h"

namespace tt::rt {
namespace {

using Context = std::shared_ptr<ssl_ctx_st>;

// The first of OpenSSL's complaints on this thread, which is the cause of the others; clears them.
std::string take_openssl_error() {
  auto code = ERR_peek_error();
  const char* reason =
      ERR_SYSTEM_ERROR(code) ? std::strerror(ERR_GET_REASON(code)) : ERR_reason_error_string(code);
  std::string text = reason ? reason : "unknown reason";
  ERR_clear_error();
  return text;
}

void require(bool succeeded, std::string_view what, const std::string& file) {
  if (succeeded) return;
  auto reason = take_openssl_error();
  throw Error(Code::invalid, fmt::format("TLS: {} \"{}\": {}", what, file, reason));
}

// A key with a passphrase is refused; OpenSSL would ask for it on the terminal.
int refuse_passphrase(char*, int, int, void*) { return -1; }

int choose_alpn(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr std::string_view http = "\x08http/1.1";
  std::string_view offers(reinterpret_cast<const char*>(offered), offered_size);
  for (std::size_t i = 0; i < offers.size(); i += 1 + static_cast<unsigned char>(offers[i])) {
    if (!offers.substr(i).starts_with(http)) continue;
    *chosen = offered + i + 1;
    *chosen_size = static_cast<unsigned char>(http.size() - 1);
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;  // MQTT's own and others: the first bytes tell the protocol
}

Context bare_context(TlsRole role) {
  auto* method = role == TlsRole::server ? TLS_server_method() : TLS_client_method();
  Context context(SSL_CTX_new(method), SSL_CTX_free);
  if (!context) throw Error(Code::internal, "TLS: no memory for a context");
  SSL_CTX* ssl = context.get();
  TT_ASSERT(SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) == 1);
  TT_ASSERT(SSL_CTX_set_cipher_list(ssl, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1);
  SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(ssl, 0);
  SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_default_passwd_cb(ssl, refuse_passphrase);
  return context;
}

void use_own_certificate(SSL_CTX* ssl, const TlsFiles& files) {
  const auto& chain = files.certificate_chain;
  const auto& key = files.private_key;
  require(SSL_CTX_use_certificate_chain_file(ssl, chain.c_str()) == 1, "certificate chain", chain);
  require(SSL_CTX_use_PrivateKey_file(ssl, key.c_str(), SSL_FILETYPE_PEM) == 1, "private key", key);
  require(SSL_CTX_check_private_key(ssl) == 1, "private key", key);
}

void ask_for_client_certificate(SSL_CTX* ssl, const std::string& authorities) {
  require(SSL_CTX_load_verify_file(ssl, authorities.c_str()) == 1, "authorities", authorities);
  // The names tell the client which of its certificates to show.
  auto* names = SSL_load_client_CA_file(authorities.c_str());
  require(names != nullptr, "authorities", authorities);
  SSL_CTX_set_client_CA_list(ssl, names);
  SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
}

Context server_context(const TlsFiles& files) {
  auto context = bare_context(TlsRole::server);
  use_own_certificate(context.get(), files);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_alpn, nullptr);
  if (!files.authorities.empty()) ask_for_client_certificate(context.get(), files.authorities);
  return context;
}

Context client_context(const TlsFiles& files) {
  auto context = bare_context(TlsRole::client);
  SSL_CTX* ssl = context.get();
  const auto& authorities = files.authorities;
  bool known = authorities.empty() ? SSL_CTX_set_default_verify_paths(ssl) == 1
                                   : SSL_CTX_load_verify_file(ssl, authorities.c_str()) == 1;
  require(known, "authorities", authorities);
  SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
  if (!files.certificate_chain.empty()) use_own_certificate(ssl, files);
  return context;
}

Context make_context(TlsRole role, const TlsFiles& files) {
  ERR_clear_error();
  return role == TlsRole::server ? server_context(files) : client_context(files);
}

// Changes when one of the files is written or replaced.
std::string stamp_of(const TlsFiles& files) {
  std::string stamp;
  for (const auto& file : {files.certificate_chain, files.private_key, files.authorities}) {
    struct stat info = {};
    if (!file.empty() && stat(file.c_str(), &info) != 0) info = {};
    stamp += fmt::format("{}.{}.{}.{};", info.st_ino, info.st_size, info.st_mtim.tv_sec,
                         info.st_mtim.tv_nsec);
  }
  return stamp;
}

}  // namespace

TlsContext::TlsContext(TlsRole role, TlsFiles files)
    : role_(role),
      files_(std::move(files)),
      stamp_(stamp_of(files_)),
      context_(make_context(role, files_)) {}

bool TlsContext::reload_if_changed() {
  auto stamp = stamp_of(files_);
  {
    std::lock_guard lock(mutex_);
    if (stamp == stamp_) return false;
  }
  auto context = make_context(role_, files_);
  std::lock_guard lock(mutex_);
  stamp_ = std::move(stamp);
  context_ = std::move(context);
  return true;
}

std::shared_ptr<ssl_ctx_st> TlsContext::current() const {
  std::lock_guard lock(mutex_);
  return context_;
}

}  // namespace tt::rt
