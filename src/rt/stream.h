#pragma once

// Stream: a two-way flow of bytes, whatever carries it (TCP, TLS, memory).
//
// A stream belongs to one loop.  At most one read and one write may be pending at a time.  Every
// pending operation ends with Error(cancelled) when close() is called, by whomever.

#include <list>
#include <span>
#include <string>
#include <string_view>

#include "rt/task.h"

namespace tt::rt {

struct Peer {
  std::string address;  // "127.0.0.1" or "::1"; "memory" for an in-memory stream
  unsigned short port = 0;
  bool is_loopback = false;
  bool is_encrypted = false;
  // Of the certificate that a TLS peer showed and proved; empty: none.
  std::string certificate_subject = {};  // RFC 2253: "CN=device-7,O=Acme"
  std::string certificate_sha256 = {};   // of its DER form, lower-case hexadecimal
};

class StreamList;

class Stream {
 public:
  Stream() = default;
  virtual ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Waits for bytes and takes up to into.size() of them.  0: the peer has sent its last byte.
  // Throws Error(unavailable) if the connection broke.
  virtual Task<std::size_t> read_some(std::span<char> into) = 0;

  // Sends all `parts` in order, gathered into as few system calls as possible; the parts must
  // stay alive until the Task returns.  Throws Error(unavailable) if the connection broke.
  virtual Task<> write(std::span<const std::string_view> parts) = 0;

  // Says that no more bytes will be sent; reading goes on.
  virtual Task<> shutdown_write() = 0;

  // Ends the connection now.  Idempotent, call on the stream's loop.
  virtual void close() noexcept = 0;

  // Has the system find out by itself that the peer is gone (TCP keep-alive), for connections on
  // which nobody may have anything to say: a pending read then throws.
  virtual void probe_peer() noexcept {}

  virtual const Peer& peer() const = 0;

  // Puts the stream into `list`, out of the one in which it was; it leaves when it is destroyed.
  void enter(StreamList& list);

 private:
  StreamList* list_ = nullptr;
  std::list<Stream*>::iterator place_;
};

// Streams of one loop that are to be closed together.  Must outlive the streams in it.
class StreamList {
 public:
  void close_all() noexcept;

 private:
  friend class Stream;
  std::list<Stream*> streams_;
};

// One part; `bytes` must stay alive until the Task returns.
Task<> write_all(Stream& stream, std::string_view bytes);

}  // namespace tt::rt
