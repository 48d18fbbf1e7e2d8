#pragma once

// Kv: an ordered map from byte strings to byte strings, the one contract for machine-sized state.
//
// Keys are compared as unsigned bytes.  Every write goes through commit(): a batch is applied as a
// whole or not at all, is durable when the Task returns (it survives kill -9 and power loss), and
// is visible to every read that starts afterwards.  Commits of all cores are grouped so that one
// fdatasync serves many of them.
//
// All functions may be called from any loop; a Task resumes on the loop that awaited it.  Engines:
// store/engine/memory (tests), store/engine/rocks (RocksDB).  test/store/kv_contract.h holds the
// suite that each of them passes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rt/task.h"

namespace tt::store {

// What commit() takes at most; it throws too_large for more.  A value that may grow beyond some
// tens of kilobytes belongs into a Blob.
inline constexpr std::size_t key_bytes_max = 8 * 1024;
inline constexpr std::size_t batch_bytes_max = 64 * 1024 * 1024;

// Changes with every write of a key, never goes back, is never 0.
using Version = std::uint64_t;

struct Value {
  std::string bytes;
  Version version = 0;
};

struct Entry {
  std::string key;
  Value value;
};

// The keys k with begin <= k < end; an empty `end` means no upper end.
struct Range {
  std::string begin;
  std::string end;
};

// The range of all keys that start with `prefix`.
Range prefix_range(std::string_view prefix);

// Writes in the order in which they were added; a later one wins.
class Batch {
 public:
  struct Put {
    std::string key;
    std::string bytes;
  };
  struct Delete {
    std::string key;
  };
  struct DeleteRange {
    Range range;
  };
  using Operation = std::variant<Put, Delete, DeleteRange>;

  void put(std::string key, std::string bytes) {
    operations_.emplace_back(Put{std::move(key), std::move(bytes)});
  }
  void erase(std::string key) { operations_.emplace_back(Delete{std::move(key)}); }
  // Costs the same for one key as for a million: space comes back in the background.
  void erase(Range range) { operations_.emplace_back(DeleteRange{std::move(range)}); }

  bool empty() const { return operations_.empty(); }
  const std::vector<Operation>& operations() const { return operations_; }
  std::vector<Operation>& operations() { return operations_; }

 private:
  std::vector<Operation> operations_;
};

// The bytes of all keys and values of `batch`.  Throws too_large if it exceeds a limit above; every
// engine calls this first.
std::size_t checked_size_bytes(const Batch& batch);

// What must still hold when a batch is applied: `key` has exactly `version`, or is absent.
struct Expectation {
  std::string key;
  std::optional<Version> version;  // nullopt: the key must be absent
};

enum class Outcome { committed, conflict };

enum class Order { ascending, descending };

// The state of the Kv at one moment.  Holding one keeps old data on disk: drop it soon.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
};

class Kv {
 public:
  virtual ~Kv() = default;

  // nullopt if the key is absent.  Throws corrupt if the stored bytes are damaged.
  virtual Task<std::optional<Value>> find(std::string_view key) = 0;

  // Applies `batch` if every expectation holds, else changes nothing and returns conflict.
  // Throws unavailable if the disk is full, read-only or failing; then nothing was applied, and
  // the message says what is wrong with which folder.
  virtual Task<Outcome> commit(Batch batch, std::vector<Expectation> expectations = {}) = 0;

  // Up to `limit` entries of `range` in `order`, as of `snapshot` (nullptr: as of now).  Runs off
  // the loop, so a long scan delays nobody; page on by moving range.begin (or range.end when
  // descending) past the last key.
  virtual Task<std::vector<Entry>> scan(Range range, std::size_t limit,
                                        Order order = Order::ascending,
                                        const Snapshot* snapshot = nullptr) = 0;

  virtual std::unique_ptr<Snapshot> snapshot() = 0;

  // Writes out what can be written out and gives back the space of deleted keys in `range`.
  // For orderly stops and tests that measure bytes on disk; correctness never needs it.
  virtual Task<> compact(Range range) = 0;

  // Makes the folder `path`, whose parent exists, and in it a Kv of all that was committed before
  // the call, perhaps of some that is committed meanwhile, which the engine opens as it opens its
  // own folder.  Writers go on.  Throws unavailable if the disk is full, unsupported if the engine
  // keeps nothing in files.
  virtual Task<> checkpoint(std::string path);
};

}  // namespace tt::store
