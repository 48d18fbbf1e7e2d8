#pragma once

// Blob: byte strings of any size by name, for what is too large for one Kv value.
//
// A blob is written as a stream and appears under its name, whole and durable, when the writer
// commits; until then, and after a crash, readers see the old blob or none.  Small blobs live in
// the Kv, large ones are files.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rt/task.h"

namespace tt::store {

// One blob being written.  Destroying it without commit() leaves no trace.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  // Throws unavailable if the disk is full or read-only.
  virtual Task<> write(std::string_view bytes) = 0;
  // Makes the blob durable and visible, replacing one of the same name.  Call once, last.
  virtual Task<> commit() = 0;
};

// One blob as it was when it was opened, even if it is replaced or removed meanwhile.
class BlobReader {
 public:
  virtual ~BlobReader() = default;
  virtual std::uint64_t size_bytes() const = 0;
  // Up to `count` bytes from `offset`; fewer only at the end of the blob, none behind it.
  virtual Task<std::string> read(std::uint64_t offset, std::size_t count) = 0;
};

// The files of all blobs: while it lives, no file is removed that was a blob's when it was made.
// The Blob outlives it.
class BlobFiles {
 public:
  virtual ~BlobFiles() = default;
  // Puts them into the folder `path`, which is made, without copying their bytes.  Throws
  // unavailable if the disk does not take them.
  virtual Task<> link_to(std::string path) = 0;
};

class Blob {
 public:
  virtual ~Blob() = default;
  // Any non-empty name of up to 1024 bytes, '/' and NUL included; nothing of it reaches a path.
  virtual Task<std::unique_ptr<BlobWriter>> create(std::string_view name) = 0;
  // nullptr if there is no such blob.
  virtual Task<std::unique_ptr<BlobReader>> open(std::string_view name) = 0;
  // False if there was none.
  virtual Task<bool> remove(std::string_view name) = 0;
  // nullptr if the engine has no files.
  virtual std::unique_ptr<BlobFiles> hold_files() { return nullptr; }
};

}  // namespace tt::store
