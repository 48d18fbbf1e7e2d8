#pragma once

// Flusher: turns samples in memory into blocks, and cuts the log when that is done.
//
// A series whose memory is full is written alone.  When the log is too long there is a checkpoint:
// every series that changed before it is written, then the log up to it is deleted.  Both happen
// in pieces of bounded size, each one commit with the blocks and the records of its series; the
// log goes with the last piece of the checkpoint.  A stop at any moment leaves the log with all
// that is not in blocks, and a replay of what is in blocks already changes nothing.
//
// Nothing runs in the background: an append that finds work takes one piece upon itself after its
// own samples are durable, unless another one is at it.  So work never outgrows the appends that
// cause it, and none outlives its caller.

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "archive/archive.h"
#include "archive/journal.h"
#include "archive/series_reader.h"
#include "archive/series_table.h"
#include "archive/turn.h"

namespace tt::archive {

// The partition that is the first to be kept now.
Partition first_kept(const Clock& clock, const Options& options);

class Flusher {
 public:
  struct Parts {
    store::Kv& kv;
    rt::OffloadPool& pool;
    const Clock& clock;
    SeriesTable& table;
    SeriesReader& reader;
    Journal& journal;
  };

  Flusher(Parts parts, Metrics& metrics, Options options);

  // True if there is work for assist().
  bool is_needed() const;
  // Does one piece, if nobody else is doing one.  A failure is logged, and tried again later.
  Task<> assist();
  // Waits, and works, until the log is shorter than twice its limit.  Throws what Kv throws.
  Task<> relieve();
  // Writes all that is in memory and empties the log.
  Task<> flush();

  // Whoever has the turn is the only one that changes blocks.
  Turns& turns() { return turns_; }

 private:
  struct Checkpoint {
    Journal::Mark mark;
    std::deque<std::int64_t> pending;
  };
  // One piece: what becomes of the series in it.
  struct Rewrite {
    struct Block {
      Partition partition;
      Points points;
      std::string bytes;
    };
    std::int64_t series = 0;
    SeriesRecord record;
    std::vector<std::string> removed;
    std::vector<Block> blocks;
  };

  void begin_checkpoint();
  Task<> piece();
  // Adds to `series` what is taken, and what is about to be.
  Task<std::vector<SeriesTable::Job>> take_jobs(std::vector<std::int64_t>& series);
  // The next series to be written; nullopt if there is none.
  std::optional<std::int64_t> next_series();
  Task<> write(std::vector<SeriesTable::Job> jobs);
  Task<Rewrite> rewrite(SeriesTable::Job job);
  Task<> rewrite_partition(Rewrite& rewrite, Partition partition, Points points);
  // Joins `points` with the small blocks just before them.
  Task<> absorb_tail(Rewrite& rewrite, Partition partition, Points& points);
  void add_blocks(Rewrite& rewrite, Partition partition, const Points& points) const;
  store::Batch batch_of(std::vector<Rewrite>& rewrites) const;

  Parts parts_;
  Options options_;
  Counter& blocks_written_;
  Histogram& seconds_;
  Turns turns_;
  // Only with the turn:
  std::optional<Checkpoint> checkpoint_;
  std::atomic<bool> has_checkpoint_{false};
};

}  // namespace tt::archive
