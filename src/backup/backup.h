#pragma once

// Backup: all that a running server keeps, as one archive that is made while it is sent.
//
// Whatever was acknowledged before begin() is in it.  The parts are copied one after the other,
// while writers go on:
//   1. the Kv (readings, states, queues): its files never change and are linked, not copied;
//   2. the files of blobs, of which none is removed from before 1 until they are linked too;
//   3. the database (accounts, keys, feeds, triggers), in one read transaction;
//   4. the file `credentials`.
// The database comes after the readings, so that no reading in the backup belongs to a feed that
// the backup does not know, whose number a new feed could be given.  The other way round is
// harmless: a feed that was made meanwhile has no readings yet.
//
// The links and the copy are in DATA/backup until the stream ends; what a crash leaves there goes
// with the next start.  The stream holds a few buffers, however large the backup is.

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "http/response.h"
#include "orm/database.h"
#include "rt/offload.h"
#include "store/blob.h"
#include "store/kv.h"

namespace tt::backup {

class Backup {
 public:
  struct Parts {
    std::string folder;  // the data folder
    store::Kv& kv;
    store::Blob& blob;
    orm::Database& database;
    rt::OffloadPool& pool;
    const Clock& clock;
    std::string version;  // of the program
  };

  explicit Backup(Parts parts) : parts_(std::move(parts)) {}

  // Copies, and returns the archive, a tar packed with Zstandard whose last file is the manifest
  // (manifest.h).  Destroying it early ends the backup.  Throws conflict while another one is under
  // way, unavailable if the disk is full.
  Task<std::unique_ptr<http::BodyWriter>> begin();

 private:
  Task<> copy_into(std::string staging);

  Parts parts_;
  std::shared_ptr<std::atomic<bool>> is_busy_ = std::make_shared<std::atomic<bool>>(false);
};

// Removes what a backup that was cut off by a crash has left; before the server starts.
void remove_leftovers(const std::string& folder);

}  // namespace tt::backup
