#pragma once

// gzip (RFC 1952) and zlib (RFC 1950) streams: the content codings "gzip" and "deflate" of HTTP.
// Both directions work piece by piece; the functions at the end do whole buffers.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

struct z_stream_s;

namespace tt::wire {

enum class GzipFormat : std::uint8_t { gzip, zlib };

struct InflateLimits {
  std::size_t bytes_max = 16 * 1024 * 1024;  // of the output
  // Output may be that many times the input, once it is over ratio_free_bytes.
  std::size_t ratio_max = 250;
  std::size_t ratio_free_bytes = 1024 * 1024;
};

class Inflater {
 public:
  explicit Inflater(GzipFormat format, const InflateLimits& limits = {});
  ~Inflater();
  Inflater(Inflater&&) noexcept;
  Inflater& operator=(Inflater&&) noexcept;

  // Appends to `out` what the next piece of the stream gives.  Several gzip members in a row are
  // one stream.  A Problem: corrupt, or over a limit (see over_limit); the Inflater is of no use
  // then.
  Result<void> append(std::string_view piece, std::string& out);
  // To be called at the end of the input; a Problem if the stream is not complete.
  Result<void> finish() const;
  // True if the Problem was a limit, not damage.
  bool over_limit() const { return over_limit_; }

 private:
  struct Close {
    void operator()(z_stream_s* stream) const;
  };
  Result<void> check_limits(std::size_t bytes_in);

  std::unique_ptr<z_stream_s, Close> stream_;
  GzipFormat format_;
  InflateLimits limits_;
  std::size_t bytes_in_ = 0;
  std::size_t bytes_out_ = 0;
  bool complete_ = false;  // at the end of a member
  bool over_limit_ = false;
};

class Deflater {
 public:
  // `level` is 1 (fast) to 9 (small).
  explicit Deflater(GzipFormat format, int level = 6);
  ~Deflater();
  Deflater(Deflater&&) noexcept;
  Deflater& operator=(Deflater&&) noexcept;

  // Appends to `out` what there is so far; may be nothing.
  void append(std::string_view piece, std::string& out);
  // Appends all that is still inside, so that the reader can have it now.
  void flush(std::string& out);
  // Ends the stream.
  void finish(std::string& out);

 private:
  struct Close {
    void operator()(z_stream_s* stream) const;
  };
  void run(std::string_view piece, int flush_mode, std::string& out);

  std::unique_ptr<z_stream_s, Close> stream_;
};

std::string gzip(std::string_view bytes, int level = 6);
// A Problem if `bytes` is not one whole gzip stream or over a limit.
Result<std::string> gunzip(std::string_view bytes, const InflateLimits& limits = {});

}  // namespace tt::wire
