#pragma once

// Reading from the archive what a selection's windows need, and no more.
//
// Where all windows begin and end on whole minutes the archive's summaries are read instead of the
// readings; so is the inside of a long window at a single time.  A counter's rate needs every
// reading, because between two of them it may have begun anew.  Values that are no numbers are
// left out.

#include "archive/archive.h"
#include "gateway/prometheus/windows.h"

namespace tt::gateway::prometheus {

// What one query may still read and look at.  take() throws unprocessable when it is used up.
class Budget {
 public:
  explicit Budget(std::size_t samples) : samples_(samples), left_(samples), work_(samples * 20) {}
  void take(std::size_t samples);
  void work(std::size_t pieces);

 private:
  std::size_t samples_, left_, work_;
};

// Which series is read, at whose expense.
struct Source {
  archive::Archive& archive;
  archive::SeriesId series;
  Budget& budget;
};

// Ascending, for over_windows.
Task<std::vector<Piece>> read_pieces(Source source, const Selection& selection, const Steps& steps);

}  // namespace tt::gateway::prometheus
