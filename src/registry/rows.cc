#include "registry/rows.h"

#include <algorithm>

#include "base/error.h"
#include "registry/last_heard.h"
#include "registry/places.h"
#include "registry/words.h"

namespace tt::registry {
namespace {

using orm::f;
using orm::objects;
using namespace orm::literals;

// Few feeds have one.
constexpr const char* make_retention_index =
    "CREATE INDEX registry_feed_retention ON registry_feed (id) WHERE retention_days > 0";

FeedRow to_row(const Feed& feed) {
  const auto& place = feed.location;
  return {.id = feed.id,
          .owner = feed.owner,
          .title = feed.title,
          .description = feed.description,
          .website = feed.website,
          .email = feed.email,
          .icon = feed.icon,
          .auto_feed_url = feed.auto_feed_url,
          .is_private = feed.is_private,
          .tags = to_column(feed.tags),
          .location_name = place.name,
          .location_domain = place.domain,
          .location_exposure = place.exposure,
          .location_disposition = place.disposition,
          .location_ele = place.ele,
          .location_lat = place.lat,
          .location_lon = place.lon,
          .created = feed.created,
          .updated = feed.updated,
          .product_id = feed.product_id,
          .device_serial = feed.device_serial,
          .retention_days = feed.retention_days};
}

Location location_of(const FeedRow& row) {
  return {.name = *row.location_name,
          .domain = *row.location_domain,
          .exposure = *row.location_exposure,
          .disposition = *row.location_disposition,
          .ele = *row.location_ele,
          .lat = *row.location_lat,
          .lon = *row.location_lon,
          .waypoints = {}};
}

Feed from_row(const FeedRow& row) {
  return {.id = *row.id,
          .owner = *row.owner,
          .owner_login = {},
          .title = *row.title,
          .description = *row.description,
          .website = *row.website,
          .email = *row.email,
          .icon = *row.icon,
          .auto_feed_url = *row.auto_feed_url,
          .is_private = *row.is_private,
          .tags = from_column(*row.tags),
          .location = location_of(row),
          .created = *row.created,
          .updated = *row.updated,
          .product_id = *row.product_id,
          .device_serial = *row.device_serial,
          .retention_days = *row.retention_days,
          .channels = {}};
}

ChannelRow to_row(FeedId feed, const Channel& channel) {
  return {.id = channel.id,
          .feed = feed,
          .name = channel.name,
          .tags = to_column(channel.tags),
          .unit_label = channel.unit.label,
          .unit_symbol = channel.unit.symbol,
          .unit_type = channel.unit.type};
}

Channel from_row(const ChannelRow& row) {
  Unit unit{.label = *row.unit_label, .symbol = *row.unit_symbol, .type = *row.unit_type};
  return {.id = *row.id, .name = *row.name, .tags = from_column(*row.tags), .unit = unit};
}

std::string login_of(orm::Session& session, identity::AccountId account) {
  auto owner = objects<identity::AccountRow>(session).filter("id"_k = account).first();
  if (!owner) throw Error(Code::not_found, fmt::format("there is no account {}", account));
  return std::move(*owner->login);
}

void save_channel(orm::Session& session, FeedId feed, Channel& channel) {
  auto row = to_row(feed, channel);
  objects<ChannelRow>(session).save(row);
  channel.id = *row.id;
}

void store_waypoints(orm::Session& session, const Feed& before, const Feed& after) {
  if (after.location.waypoints == before.location.waypoints) return;
  auto rows = objects<WaypointRow>(session);
  auto count = before.location.waypoints.size();
  if (!after.location.waypoints.empty()) {
    const auto& newest = after.location.waypoints.back();
    rows.create({.feed = after.id, .at = newest.at, .lat = newest.lat, .lon = newest.lon});
    ++count;
  }
  auto surplus = count - after.location.waypoints.size();
  if (surplus == 0) return;
  auto of_feed = rows.filter(f<&WaypointRow::feed> == after.id);
  auto oldest = of_feed.order_by("id").limit(surplus).template values<&WaypointRow::id>();
  rows.filter(f<&WaypointRow::id>.in(oldest)).erase();
}

// For databases of versions that kept fewer words: all feeds, once.
void find_words_again(orm::Database& database) {
  constexpr std::size_t feeds_at_once = 500;
  constexpr std::string_view missing =
      "SELECT id FROM registry_feed WHERE id > ? AND id NOT IN "
      "(SELECT rowid FROM registry_feed_labels) ORDER BY id LIMIT ?";
  // The newest one is the last that gets its words.
  constexpr std::string_view newest_has_words =
      "SELECT 1 FROM registry_feed_labels WHERE rowid = (SELECT max(id) FROM registry_feed)";
  bool is_due = database.query(newest_has_words).empty();
  FeedId last = 0;
  while (is_due) {
    std::vector<FeedId> ids;
    auto limit = static_cast<std::int64_t>(feeds_at_once);
    for (const auto& row : database.query(missing, {last, limit})) {
      ids.push_back(orm::as_integer(row[0]));
    }
    if (ids.empty()) return;
    last = ids.back();
    auto write = [&](orm::Session& session) {
      for (const auto& feed : load_all(session, ids)) keep_words(session, feed);
    };
    database.transact(write);
  }
}

}  // namespace

void migrate(orm::Database& database) {
  orm::Schema schema{.name = "registry",
                     .models = orm::models_of<FeedRow, ChannelRow, WaypointRow>(),
                     .extra = word_tables()};
  schema.extra.push_back(Places::index());
  schema.extra.push_back({"registry_heard", LastHeard::table});
  schema.extra.push_back({"registry_feed_retention", make_retention_index});
  orm::migrate(database, schema);
  find_words_again(database);
}

std::string to_column(const std::vector<std::string>& tags) {
  if (tags.empty()) return {};
  return fmt::format("\n{}\n", fmt::join(tags, "\n"));
}

std::vector<std::string> from_column(std::string_view text) {
  std::vector<std::string> tags;
  if (text.size() < 2) return tags;
  text.remove_prefix(1);
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size() - 1);
    tags.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return tags;
}

std::optional<Feed> load(orm::Session& session, FeedId id) {
  auto row = objects<FeedRow>(session).filter(f<&FeedRow::id> == id).first();
  if (!row) return std::nullopt;
  Feed feed = from_row(*row);
  feed.owner_login = login_of(session, feed.owner);
  auto channels = objects<ChannelRow>(session).filter(f<&ChannelRow::feed> == id);
  for (const auto& channel : channels.order_by("name").rows()) {
    feed.channels.push_back(from_row(channel));
  }
  auto waypoints = objects<WaypointRow>(session).filter(f<&WaypointRow::feed> == id);
  for (const auto& waypoint : waypoints.order_by("id").rows()) {
    feed.location.waypoints.push_back({*waypoint.at, *waypoint.lat, *waypoint.lon});
  }
  return feed;
}

std::vector<Feed> load_all(orm::Session& session, const std::vector<FeedId>& ids) {
  std::map<FeedId, Feed> found;
  std::map<identity::AccountId, std::string> logins;
  for (const auto& row : objects<FeedRow>(session).filter(f<&FeedRow::id>.in(ids)).rows()) {
    auto& feed = found.emplace(*row.id, from_row(row)).first->second;
    auto& login = logins[feed.owner];
    if (login.empty()) login = login_of(session, feed.owner);
    feed.owner_login = login;
  }
  auto channels = objects<ChannelRow>(session).filter(f<&ChannelRow::feed>.in(ids));
  for (const auto& channel : channels.order_by("name").rows()) {
    auto feed = found.find(*channel.feed);
    if (feed != found.end()) feed->second.channels.push_back(from_row(channel));
  }
  auto waypoints = objects<WaypointRow>(session).filter(f<&WaypointRow::feed>.in(ids));
  for (const auto& waypoint : waypoints.order_by("id").rows()) {
    auto feed = found.find(*waypoint.feed);
    if (feed == found.end()) continue;
    feed->second.location.waypoints.push_back({*waypoint.at, *waypoint.lat, *waypoint.lon});
  }
  std::vector<Feed> feeds;
  for (auto id : ids) {
    if (auto feed = found.find(id); feed != found.end()) feeds.push_back(std::move(feed->second));
  }
  return feeds;
}

std::vector<FeedId> ids_with_retention(orm::Session& session, FeedId after, std::size_t limit) {
  constexpr std::string_view sql =
      "SELECT id FROM registry_feed WHERE retention_days > 0 AND id > ? ORDER BY id LIMIT ?";
  std::vector<FeedId> ids;
  for (const auto& row : session.query(sql, {after, static_cast<std::int64_t>(limit)})) {
    ids.push_back(orm::as_integer(row[0]));
  }
  return ids;
}

void insert(orm::Session& session, Feed& feed) {
  feed.owner_login = login_of(session, feed.owner);
  auto row = to_row(feed);
  objects<FeedRow>(session).save(row);
  feed.id = *row.id;
  keep_words(session, feed);
  for (auto& channel : feed.channels) save_channel(session, feed.id, channel);
}

bool store(orm::Session& session, const Feed& before, Feed& after) {
  auto row = to_row(after);
  objects<FeedRow>(session).save(row);
  for (auto& channel : after.channels) {
    const Channel* known = channel.id == 0 ? nullptr : before.find(channel.name);
    if (!known || *known != channel) save_channel(session, after.id, channel);
  }
  store_waypoints(session, before, after);
  return replace_words(session, before, after);
}

std::optional<std::vector<ChannelId>> erase(orm::Session& session, FeedId id) {
  auto of_feed = objects<ChannelRow>(session).filter(f<&ChannelRow::feed> == id);
  auto channels = of_feed.template values<&ChannelRow::id>();
  // Its channels and waypoints go by cascade.
  bool erased = objects<FeedRow>(session).filter(f<&FeedRow::id> == id).erase() > 0;
  if (!erased) return std::nullopt;
  forget_words(session, id);
  return channels;
}

std::optional<ChannelId> erase_channel(orm::Session& session, FeedId id, std::string_view name,
                                       Time now) {
  auto channel =
      objects<ChannelRow>(session).filter(f<&ChannelRow::feed> == id, f<&ChannelRow::name> == name);
  auto row = channel.first();
  if (!row) return std::nullopt;
  auto before = load(session, id);
  channel.erase();
  if (before) {
    Feed after = *before;
    std::erase_if(after.channels, [&](const Channel& other) { return other.name == name; });
    replace_words(session, *before, after);
  }
  objects<FeedRow>(session).filter(f<&FeedRow::id> == id).update(f<&FeedRow::updated>.set(now));
  return *row->id;
}

}  // namespace tt::registry
