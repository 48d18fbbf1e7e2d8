#include "wire/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace tt::wire {
namespace {

// "Add 16 to windowBits to write a simple gzip header and trailer"           [zlib.h]
int window_bits(GzipFormat format) { return format == GzipFormat::gzip ? 15 + 16 : 15; }

Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

// zlib counts input in 32 bits.
std::string_view take_portion(std::string_view& bytes) {
  auto portion = bytes.substr(0, std::numeric_limits<uInt>::max());
  bytes.remove_prefix(portion.size());
  return portion;
}

}  // namespace

void Inflater::Close::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

Inflater::Inflater(GzipFormat format, const InflateLimits& limits)
    : stream_(new z_stream_s{}), format_(format), limits_(limits) {
  if (inflateInit2(stream_.get(), window_bits(format)) != Z_OK) throw std::bad_alloc();
}
Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;

Result<void> Inflater::append(std::string_view piece, std::string& out) {
  std::array<char, 16 * 1024> block;
  while (!piece.empty()) {
    // "A gzip file consists of a series of members … The members simply appear one after another"
    //                                                                 [RFC 1952 section 2.2]
    if (complete_) {
      if (format_ != GzipFormat::gzip) return problem("bytes behind the end", bytes_in_);
      inflateReset(stream_.get());
      complete_ = false;
    }
    auto portion = piece.substr(0, std::numeric_limits<uInt>::max());
    stream_->next_in = bytes_of(portion);
    stream_->avail_in = static_cast<uInt>(portion.size());
    int status = Z_OK;
    do {
      stream_->next_out = reinterpret_cast<Bytef*>(block.data());
      stream_->avail_out = block.size();
      status = inflate(stream_.get(), Z_NO_FLUSH);
      std::size_t consumed = portion.size() - stream_->avail_in;
      std::size_t produced = block.size() - stream_->avail_out;
      bytes_out_ += produced;
      if (status != Z_OK && status != Z_BUF_ERROR && status != Z_STREAM_END) {
        return problem(stream_->msg ? stream_->msg : "corrupt data", bytes_in_ + consumed);
      }
      if (auto checked = check_limits(bytes_in_ + consumed); !checked) return checked;
      out.append(block.data(), produced);
    } while (status != Z_STREAM_END && stream_->avail_out == 0);
    complete_ = status == Z_STREAM_END;
    piece.remove_prefix(portion.size() - stream_->avail_in);
    bytes_in_ += portion.size() - stream_->avail_in;
  }
  return {};
}

Result<void> Inflater::check_limits(std::size_t bytes_in) {
  over_limit_ = bytes_out_ > limits_.bytes_max ||
                (bytes_out_ > limits_.ratio_free_bytes &&
                 bytes_out_ / std::max<std::size_t>(bytes_in, 1) > limits_.ratio_max);
  if (over_limit_) return problem("decompressed data too large", bytes_in);
  return {};
}

Result<void> Inflater::finish() const {
  if (!complete_) return problem("unexpected end of compressed data", bytes_in_);
  return {};
}

void Deflater::Close::operator()(z_stream_s* stream) const {
  deflateEnd(stream);
  delete stream;
}

Deflater::Deflater(GzipFormat format, int level) : stream_(new z_stream_s{}) {
  constexpr int memory_level = 8;  // zlib's default
  int status = deflateInit2(stream_.get(), level, Z_DEFLATED, window_bits(format), memory_level,
                            Z_DEFAULT_STRATEGY);
  if (status != Z_OK) throw std::bad_alloc();
}
Deflater::~Deflater() = default;
Deflater::Deflater(Deflater&&) noexcept = default;
Deflater& Deflater::operator=(Deflater&&) noexcept = default;

void Deflater::append(std::string_view piece, std::string& out) {
  while (!piece.empty()) run(take_portion(piece), Z_NO_FLUSH, out);
}

void Deflater::flush(std::string& out) { run({}, Z_SYNC_FLUSH, out); }

void Deflater::finish(std::string& out) { run({}, Z_FINISH, out); }

void Deflater::run(std::string_view piece, int flush_mode, std::string& out) {
  std::array<char, 16 * 1024> block;
  stream_->next_in = bytes_of(piece);
  stream_->avail_in = static_cast<uInt>(piece.size());
  do {
    stream_->next_out = reinterpret_cast<Bytef*>(block.data());
    stream_->avail_out = block.size();
    int status = deflate(stream_.get(), flush_mode);
    TT_ASSERT(status != Z_STREAM_ERROR);
    out.append(block.data(), block.size() - stream_->avail_out);
  } while (stream_->avail_out == 0);
}

std::string gzip(std::string_view bytes, int level) {
  std::string out;
  Deflater deflater(GzipFormat::gzip, level);
  deflater.append(bytes, out);
  deflater.finish(out);
  return out;
}

Result<std::string> gunzip(std::string_view bytes, const InflateLimits& limits) {
  std::string out;
  Inflater inflater(GzipFormat::gzip, limits);
  if (auto done = inflater.append(bytes, out); !done) return std::unexpected(done.error());
  if (auto done = inflater.finish(); !done) return std::unexpected(done.error());
  return out;
}

}  // namespace tt::wire
