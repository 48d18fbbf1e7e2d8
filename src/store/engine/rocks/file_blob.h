#pragma once

// Blobs on this machine: small ones in the Kv, larger ones as files of a folder.

#include <memory>
#include <string>

#include "rt/offload.h"
#include "store/blob.h"
#include "store/kv.h"

namespace tt::store {

// Blobs of up to this size are values of the Kv.
inline constexpr std::size_t inline_blob_bytes_max = 64 * 1024;

// The blobs whose files are in the folder `path`, which is made if there is none, and whose names
// are keys of `kv`; removes the files that a crash has left without a name.  The folder belongs to
// that Kv and to no other.  Blocks meanwhile.  `kv` and `pool` outlive the Blob, which outlives its
// writers and readers.
//
// Throws unavailable if the folder cannot be made or read.  A reader throws corrupt if the bytes
// that it reads from a file are not the ones that were written.
std::unique_ptr<Blob> open_file_blob(const std::string& path, Kv& kv, rt::OffloadPool& pool);

}  // namespace tt::store
