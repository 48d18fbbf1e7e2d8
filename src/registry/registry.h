#pragma once

// Registry: the things, and what is known about them besides their readings.
//
// A feed is the Xively face of a thing: metadata and named channels (Xively's datastreams).  A
// channel's id is the archive's series id and is never used twice.  Rows live in the orm database;
// feeds in use are cached as immutable snapshots, replaced by the functions that write.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "identity/caller.h"
#include "rt/offload.h"
#include "rt/task.h"

namespace tt::orm {
class Database;
}

namespace tt::registry {

using FeedId = std::int64_t;
using ChannelId = std::int64_t;

struct Unit {
  std::string label;
  std::string symbol;
  std::string type;  // one of the five EEML types, or empty
  bool operator==(const Unit&) const = default;
};

struct Channel {
  ChannelId id = 0;
  std::string name;               // Xively's datastream id
  std::vector<std::string> tags;  // sorted without regard to case
  Unit unit;
  bool operator==(const Channel&) const = default;
};

struct Waypoint {
  Time at;
  double lat = 0;
  double lon = 0;
  bool operator==(const Waypoint&) const = default;
};

struct Location {
  std::string name, domain, exposure, disposition, ele;
  std::optional<double> lat, lon;
  std::vector<Waypoint> waypoints;  // earlier places of a mobile thing, oldest first
  bool operator==(const Location&) const = default;
};

struct Feed {
  FeedId id = 0;
  identity::AccountId owner = 0;
  std::string owner_login;
  std::string title, description, website, email, icon, auto_feed_url;
  bool is_private = false;
  std::vector<std::string> tags;
  Location location;
  Time created;
  Time updated;  // of the metadata; readings are newer, see telemetry
  std::string product_id, device_serial;
  std::int64_t retention_days = 0;  // of its readings; 0: as long as the server keeps any
  std::vector<Channel> channels;    // ascending by name

  // nullptr if there is none.
  const Channel* find(std::string_view name) const;
  bool operator==(const Feed&) const = default;
};

using FeedPtr = std::shared_ptr<const Feed>;

// Changes; nullopt leaves a member as it is, an empty one clears it (for `lat` and `lon` that is
// an optional that holds an empty optional).
struct LocationChange {
  std::optional<std::string> name, domain, exposure, disposition, ele;
  std::optional<std::optional<double>> lat, lon;
};

struct FeedChange {
  std::optional<std::string> title, description, website, email, icon;
  std::optional<bool> is_private;
  std::optional<std::vector<std::string>> tags;  // see registry/tags.h for the comma string
  LocationChange location;
  std::optional<std::string> product_id, device_serial;  // of activation, never from a client
  std::optional<std::int64_t> retention_days;  // 0 to retention_days_max; not in Xively's documents
};
inline constexpr std::int64_t retention_days_max = 36'500;

struct ChannelChange {
  std::string name;
  std::optional<std::vector<std::string>> tags;
  std::optional<Unit> unit;
};

struct NewFeed {
  FeedChange change;
  std::vector<ChannelChange> channels;
};

// A feed is live if it was heard of within this time, else frozen.
inline constexpr std::chrono::minutes live_for{15};

enum class FeedStatus { all, live, frozen };

// created_at: newest first.  retrieved_at: last heard of first.  relevance: those that have the
// words in their title first, then those that have them elsewhere, each newest first.
enum class FeedOrder { created_at, retrieved_at, relevance };

struct Near {
  double lat = 0, lon = 0;
  double distance_km = 0;  // over the surface of the Earth, not through borders of a map
};

// Everything that is given must hold.
struct FeedQuery {
  std::optional<identity::AccountId> visible_to;  // besides public ones, this owner's private ones
  std::string text;   // words, or their beginnings, in title, description or tags
  std::string tag;    // of the feed or one of its channels; case does not matter
  std::string units;  // label of a channel's unit; case does not matter
  std::string owner_login;
  FeedStatus status = FeedStatus::all;
  std::optional<Near> near;
  FeedOrder order = FeedOrder::created_at;
  std::size_t offset = 0;
  std::size_t limit = 50;
};

struct FeedPage {
  std::size_t total = 0;
  std::vector<FeedPtr> feeds;  // in the order asked for
};

class Registry {
 public:
  virtual ~Registry() = default;

  // nullptr if there is none.
  virtual Task<FeedPtr> find(FeedId id) = 0;
  // The cached snapshot, nullptr if it is not cached: for paths that must not wait.
  virtual FeedPtr find_cached(FeedId id) = 0;

  // Throws unprocessable with Xively's messages, one a line ("title can't be blank",
  // "datastreams_id is invalid", …), not_found if there is no such owner.
  virtual Task<FeedPtr> create(identity::AccountId owner, FeedChange change,
                               std::vector<ChannelChange> channels) = 0;
  // All of them or none: with 200 rows the message begins "row 17: " for what is wrong with the
  // 17th.  Otherwise as create().
  virtual Task<std::vector<FeedPtr>> create_all(identity::AccountId owner,
                                                std::vector<NewFeed> feeds) = 0;
  // Applies everything or nothing; channels that do not exist are made.  A mobile thing's old
  // place becomes a waypoint (at = `at`).  Throws not_found, unprocessable.
  virtual Task<FeedPtr> update(FeedId id, FeedChange change, std::vector<ChannelChange> channels,
                               Time at) = 0;
  // The channels of the deleted feed: their series can go.  Throws not_found.
  virtual Task<std::vector<ChannelId>> remove(FeedId id) = 0;
  // The removed channel's id; nullopt if there was none.
  virtual Task<std::optional<ChannelId>> remove_channel(FeedId id, std::string name) = 0;

  virtual Task<FeedPage> search(FeedQuery query) = 0;

  // Lets searches find a feed that another module's transaction stored with insert() of rows.h,
  // together with rows of its own.  Call when the commit is done and before it is acknowledged.
  virtual void adopt(const Feed& feed) = 0;

  // A reading of the feed has come in at `at`.  From any loop, for every reading: writes to memory
  // alone, and what was heard in the last minute before a crash is forgotten.
  virtual void heard(FeedId id, Time at) noexcept = 0;
  // When a reading came in or the metadata changed last; nullopt if that is not known.
  virtual std::optional<Time> last_heard(FeedId id) const noexcept = 0;
  // Writes down what heard() was told since the last call.  Call now and then, and at the end.
  virtual Task<> save_heard() = 0;

  // Feeds with a retention of their own and an id over `after`, ascending, at most `limit`.
  virtual Task<std::vector<FeedPtr>> feeds_with_retention(FeedId after, std::size_t limit) = 0;
};

// "\A[\p{L}\w\-\+\.]+\z", 1 to 255 bytes.
bool is_channel_name(std::string_view name);

// The tables are made or migrated by open(), after identity's.  References must outlive the result.
Task<std::unique_ptr<Registry>> open(orm::Database& database, rt::OffloadPool& pool,
                                     const Clock& clock, const Limits& limits);

}  // namespace tt::registry
