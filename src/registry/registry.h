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
  std::vector<Channel> channels;  // ascending by name

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
};

struct ChannelChange {
  std::string name;
  std::optional<std::vector<std::string>> tags;
  std::optional<Unit> unit;
};

struct FeedQuery {
  std::optional<identity::AccountId> visible_to;  // besides public ones, this owner's private ones
  std::string text;                               // words in title, description or tags
  std::string tag;
  std::string owner_login;
  std::size_t offset = 0;
  std::size_t limit = 50;
};

struct FeedPage {
  std::size_t total = 0;
  std::vector<FeedPtr> feeds;  // newest first
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
  // Applies everything or nothing; channels that do not exist are made.  A mobile thing's old
  // place becomes a waypoint (at = `at`).  Throws not_found, unprocessable.
  virtual Task<FeedPtr> update(FeedId id, FeedChange change, std::vector<ChannelChange> channels,
                               Time at) = 0;
  // The channels of the deleted feed: their series can go.  Throws not_found.
  virtual Task<std::vector<ChannelId>> remove(FeedId id) = 0;
  // The removed channel's id; nullopt if there was none.
  virtual Task<std::optional<ChannelId>> remove_channel(FeedId id, std::string name) = 0;

  virtual Task<FeedPage> search(FeedQuery query) = 0;
};

// "\A[\p{L}\w\-\+\.]+\z", 1 to 255 bytes.
bool is_channel_name(std::string_view name);

// The tables are made or migrated by open(), after identity's.  References must outlive the result.
Task<std::unique_ptr<Registry>> open(orm::Database& database, rt::OffloadPool& pool,
                                     const Clock& clock, const Limits& limits);

}  // namespace tt::registry
