#pragma once

// SeriesReader: the records of series, from memory where it has them, else from the Kv.
//
// Memory forgets series that rest (series_table.h).  A read puts nothing into memory: a million
// series that are only looked at cost nothing afterwards.

#include "archive/series_table.h"
#include "store/kv.h"

namespace tt::archive {

class SeriesReader {
 public:
  SeriesReader(store::Kv& kv, SeriesTable& table) : kv_(kv), table_(table) {}

  // Blank for a series that nothing is known of.  Throws corrupt if the stored record is damaged.
  Task<SeriesRecord> record(std::int64_t series) const;
  Task<SeriesTable::View> view(std::int64_t series, SeriesTable::Span span) const;

  // Makes memory know the whole record; before every change but an append.  Only with the turn of
  // the flusher: without it, memory may forget the series again at once.
  Task<> load(std::int64_t series);

 private:
  Task<SeriesRecord> read(std::int64_t series) const;

  store::Kv& kv_;
  SeriesTable& table_;
};

}  // namespace tt::archive
