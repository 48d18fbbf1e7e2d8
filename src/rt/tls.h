#pragma once

// TLS: an encrypted Stream over any other Stream.
//
// TLS 1.2 and 1.3, forward secrecy only, no renegotiation, no compression, no session tickets (a
// stolen ticket key would open recorded connections).  All functions that handshake leave the
// deadline to their caller, who may close() the plain stream meanwhile.

#include <memory>
#include <mutex>
#include <string>

#include "rt/stream.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace tt::rt {

// Names of PEM files.
struct TlsFiles {
  std::string certificate_chain;  // the own certificate first, then those that signed it
  std::string private_key;        // not protected by a passphrase
  std::string authorities;        // who may have signed the peer's certificate
};

enum class TlsRole {
  server,  // needs chain and key; with `authorities` it asks for a client certificate and refuses
           // one that they have not signed, but not a client without any: see Peer
  client,  // `authorities` empty: the system's; chain and key for a server that asks for them
};

// Keys and certificates, shared by the connections of all loops.
class TlsContext {
 public:
  // Reads the files.  Throws invalid, naming the file and what is wrong with it.
  TlsContext(TlsRole role, TlsFiles files);

  // Reads the files again if one of them has changed since; true if so.  Connections that exist
  // keep what they have.  Throws as the constructor does, and then the old ones stay in use.
  bool reload_if_changed();

  TlsRole role() const { return role_; }
  // What a connection that begins now uses.
  std::shared_ptr<ssl_ctx_st> current() const;

 private:
  TlsRole role_;
  TlsFiles files_;
  mutable std::mutex mutex_;
  std::string stamp_;  // tells that a file was replaced
  std::shared_ptr<ssl_ctx_st> context_;
};

// The server's side of a handshake on `plain`, of which `first_bytes` have been read already.
// ALPN chooses http/1.1 if the client offers it.  The result's peer() is that of `plain`, encrypted,
// with the client's certificate if it showed one.
//
// Throws invalid if the peer does not speak TLS, has no version or cipher in common, or shows a
// certificate of an unknown authority; unavailable if it leaves.
Task<std::unique_ptr<Stream>> accept_tls(std::unique_ptr<Stream> plain, const TlsContext& context,
                                         std::string first_bytes);

// The client's side; the server's certificate must be for `host`, a name or an address.  Throws as
// accept_tls() does.
Task<std::unique_ptr<Stream>> connect_tls(std::unique_ptr<Stream> plain, const TlsContext& context,
                                          std::string host);

}  // namespace tt::rt
