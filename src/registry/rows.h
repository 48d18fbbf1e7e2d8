#pragma once

// The tables of the registry.  Lists are kept as text: tags one a line, with a line feed before the
// first and after the last, so that a whole tag can be searched for.

#include "identity/rows.h"
#include "orm/orm.h"
#include "registry/registry.h"

namespace tt::registry {

namespace models = orm::models;

struct FeedRow : models::Model<FeedRow> {
  models::AutoField id;
  models::ForeignKey<identity::AccountRow> owner;
  models::CharField<255> title;
  models::TextField<> description;
  models::CharField<255> website;
  models::CharField<255> email;
  models::CharField<255> icon;
  models::CharField<255> auto_feed_url;
  models::BooleanField<models::verbose_name<"private">> is_private = false;
  models::TextField<> tags;
  models::CharField<255> location_name;
  models::CharField<16> location_domain;
  models::CharField<16> location_exposure;
  models::CharField<16> location_disposition;
  models::CharField<255> location_ele;
  models::FloatField<models::null> location_lat;
  models::FloatField<models::null> location_lon;
  models::DateTimeField<> created;
  models::DateTimeField<> updated;
  models::CharField<255> product_id;
  models::CharField<255> device_serial;
  models::BigIntegerField<> retention_days = 0;

  static constexpr models::Meta meta{.table = "registry_feed", .verbose_name = "feed"};
  std::string str() const { return title; }
};

struct ChannelRow : models::Model<ChannelRow> {
  models::AutoField id;  // the series id of the archive
  models::ForeignKey<FeedRow, models::cascade> feed;
  models::CharField<255> name;
  models::TextField<> tags;
  models::CharField<255> unit_label;
  models::CharField<255> unit_symbol;
  models::CharField<32> unit_type;

  static constexpr models::Meta meta{.table = "registry_channel",
                                     .verbose_name = "channel",
                                     .unique_together = {{"feed", "name"}}};
  std::string str() const { return name; }
};

struct WaypointRow : models::Model<WaypointRow> {
  models::AutoField id;
  models::ForeignKey<FeedRow, models::cascade> feed;
  models::DateTimeField<> at;
  models::FloatField<> lat;
  models::FloatField<> lon;

  static constexpr models::Meta meta{.table = "registry_waypoint", .verbose_name = "waypoint"};
};

// Makes the tables or brings them up to date; those of identity must be there.
void migrate(orm::Database& database);

// "\na\nb\n"; "" for none.
std::string to_column(const std::vector<std::string>& tags);
std::vector<std::string> from_column(std::string_view text);

// nullopt if there is none.
std::optional<Feed> load(orm::Session& session, FeedId id);
// Those that there are, in the order of `ids`; a few statements for all of them.
std::vector<Feed> load_all(orm::Session& session, const std::vector<FeedId>& ids);
// With a retention of their own and an id over `after`, ascending, at most `limit`.
std::vector<FeedId> ids_with_retention(orm::Session& session, FeedId after, std::size_t limit);

// Stores a new feed with its channels and gives all of them their ids, and the feed its owner's
// login.  Throws not_found if there is no such owner.
void insert(orm::Session& session, Feed& feed);

// Stores what distinguishes `after` from `before` and gives new channels (id 0) their ids.  `after`
// is what apply() made of `before`: no channel is missing, at most one waypoint is new.
// True if it is found by other words or labels now.
bool store(orm::Session& session, const Feed& before, Feed& after);

// The channels that went with the feed; nullopt if there is no such feed.
std::optional<std::vector<ChannelId>> erase(orm::Session& session, FeedId id);

// The erased channel, after which the feed was updated `now`; nullopt if there was none.
std::optional<ChannelId> erase_channel(orm::Session& session, FeedId id, std::string_view name,
                                       Time now);

}  // namespace tt::registry
