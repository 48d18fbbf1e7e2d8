#pragma once

// Keys of the archive in the Kv; all of them begin with "archive".
//
//   block  = "archive/b" partition series last       -> block, see block.h
//   log    = "archive/l" number                      -> change, see change.h
//   series = "archive/s" series                      -> record, see series_record.h
//
//   partition = the week, i32be with its sign bit flipped, so that keys are in order of time
//   last      = the time of the newest sample in the block, i64be likewise
//   series, number = u64be
//
// Blocks of one series and partition do not overlap in time.  So the first block at or after
// (series, t) is the one that can hold t, and what ends before t is behind it: every query is one
// scan forwards from a key that it can compute.

#include <cstdint>
#include <string>
#include <string_view>

#include "archive/partitions.h"
#include "store/kv.h"

namespace tt::archive {

std::string block_key(Partition partition, std::int64_t series, std::int64_t last);
// All blocks of `series` in `partition` that end at or after `at`.
store::Range blocks_from(Partition partition, std::int64_t series, std::int64_t at);
// Those that end before `at`, and those that end within start … end.
store::Range blocks_before(Partition partition, std::int64_t series, std::int64_t at);
store::Range blocks_between(Partition partition, std::int64_t series, std::int64_t start,
                            std::int64_t end);
// All blocks of all series before `partition`.
store::Range partitions_before(Partition partition);

std::string log_key(std::uint64_t number);
store::Range log_range();
store::Range log_before(std::uint64_t number);
// 0 if `key` is no key of the log.
std::uint64_t number_of_log_key(std::string_view key);

std::string series_key(std::int64_t series);

}  // namespace tt::archive
