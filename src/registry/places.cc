#include "registry/places.h"

#include <cmath>
#include <numbers>

namespace tt::registry {
namespace {

constexpr double units_per_degree = 1e7;
constexpr double earth_radius_km = 6371.0088;
constexpr double radians_per_degree = std::numbers::pi / 180;

std::int32_t to_units(double degrees) {
  return static_cast<std::int32_t>(std::lround(degrees * units_per_degree));
}
double to_degrees(std::int32_t units) { return units / units_per_degree; }

// A cheap "no" for most feeds: the distance between two circles of latitude is the least that two
// places on them can be apart.
class LatitudeBand {
 public:
  explicit LatitudeBand(const Near& near) {
    // A little wider than exact, for rounding.
    auto degrees = near.distance_km / earth_radius_km / radians_per_degree + 1e-6;
    south_ = to_units(std::max(-91.0, near.lat - degrees));
    north_ = to_units(std::min(91.0, near.lat + degrees));
  }
  bool holds(std::int32_t lat) const { return lat >= south_ && lat <= north_; }

 private:
  std::int32_t south_ = 0, north_ = 0;
};

}  // namespace

double distance_km(double lat1, double lon1, double lat2, double lon2) {
  // The haversine formula; sines of half differences do not care where longitudes begin.
  auto half_lat = std::sin((lat2 - lat1) * radians_per_degree / 2);
  auto half_lon = std::sin((lon2 - lon1) * radians_per_degree / 2);
  auto a = half_lat * half_lat + std::cos(lat1 * radians_per_degree) *
                                     std::cos(lat2 * radians_per_degree) * half_lon * half_lon;
  return 2 * earth_radius_km * std::asin(std::sqrt(std::min(1.0, a)));
}

orm::ExtraStatement Places::index() {
  return {"registry_feed_place",
          "CREATE INDEX registry_feed_place ON registry_feed (location_lat, location_lon) "
          "WHERE location_lat IS NOT NULL"};
}

void Places::set(FeedId id, Place place) {
  auto index = static_cast<std::size_t>(id);
  if (index >= places_.size()) {
    if (place.lat == nowhere) return;
    places_.resize(index + 1);
  }
  places_[index] = place;
}

void Places::put(const Feed& feed) {
  const auto& location = feed.location;
  Place place;
  if (location.lat && location.lon) place = {to_units(*location.lat), to_units(*location.lon)};
  std::unique_lock lock(mutex_);
  if (is_loaded_) set(feed.id, place);
}

void Places::forget(FeedId id) {
  std::unique_lock lock(mutex_);
  if (is_loaded_) set(id, {});
}

// The lock is held while rows are read: a change that is not among them waits, and comes after.
void Places::load(orm::Session& session) {
  std::unique_lock lock(mutex_);
  if (is_loaded_) return;
  auto take = [&](std::span<orm::Value> cells) {
    const auto* lat = std::get_if<double>(&cells[1]);
    const auto* lon = std::get_if<double>(&cells[2]);
    if (lat && lon) set(orm::as_integer(cells[0]), {to_units(*lat), to_units(*lon)});
  };
  constexpr std::string_view sql =
      "SELECT id, location_lat, location_lon FROM registry_feed WHERE location_lat IS NOT NULL";
  session.query_each(sql, {}, take);
  is_loaded_ = true;
}

void Places::keep_near(orm::Session& session, const Near& near, IdSet& ids) {
  std::shared_lock lock(mutex_);
  if (!is_loaded_) {
    lock.unlock();
    load(session);
    lock.lock();
  }
  LatitudeBand band(near);
  auto is_far = [&](FeedId id) {
    auto index = static_cast<std::size_t>(id);
    if (index >= places_.size()) return true;
    auto place = places_[index];
    if (place.lat == nowhere || !band.holds(place.lat)) return true;
    auto lat = to_degrees(place.lat), lon = to_degrees(place.lon);
    return distance_km(near.lat, near.lon, lat, lon) > near.distance_km;
  };
  ids.remove_if(is_far);
}

}  // namespace tt::registry
