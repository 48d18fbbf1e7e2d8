#pragma once

// MatchCache: which feeds an expression finds, for the expressions that were asked for lately.
//
// A word that 300,000 feeds have takes tens of milliseconds to read from the database, and its
// total is wanted with every page: so the set stays here, 125 KB for a million feeds, and is
// brought up to date by asking for the feeds alone that are new or have changed since.

#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>

#include "orm/database.h"
#include "registry/id_set.h"
#include "registry/words.h"

namespace tt::registry {

class MatchCache {
 public:
  // Sets beyond `size_bytes_max` together go, those that were not asked for longest first.
  explicit MatchCache(std::size_t size_bytes_max) : size_bytes_max_(size_bytes_max) {}

  // The feeds of which `match` is true now.  Blocks.
  std::shared_ptr<const IdSet> find(orm::Session& session, const Match& match);

  // Call when the commit is done and before it is acknowledged.
  void feeds_created();
  void feed_changed(FeedId id);  // or gone

  std::size_t size_bytes() const;

 private:
  // How much of what has happened a set knows.
  struct Position {
    std::uint64_t creations = 0;
    std::uint64_t changes = 0;
    bool operator==(const Position&) const = default;
  };
  struct Known {
    std::shared_ptr<const IdSet> ids;
    Position position;
    FeedId id_max = 0;  // newer feeds may be missing
  };
  struct Entry {
    Match match;
    Known known;
  };
  using Recent = std::list<Entry>;  // latest first

  Known* find_known(const Match& match);
  // nullopt: so many that it is better to begin anew.
  std::optional<std::vector<FeedId>> changed_since(std::uint64_t changes) const;
  void keep(const Match& match, Known known);

  std::size_t size_bytes_max_;
  mutable std::mutex mutex_;
  Position now_;
  std::deque<FeedId> changed_;  // the latest ones, up to now_.changes
  Recent recent_;
  std::map<Match, Recent::iterator> places_;
  std::size_t size_bytes_ = 0;
};

}  // namespace tt::registry
