// A weather site with an admin, over HTTP: `admin_site [HOST:PORT]` prints "ready HOST:PORT" and
// runs until it is told to stop.  User admin, password right-pony.

#include <cstdio>

#include <fmt/format.h>

#include "web/admin/weather_site.h"
#include "web/manage/http_service.h"

namespace {

void fill(tt::orm::Database& database) {
  const tt::orm::UseSession session(database);
  auto owners = tt::orm::objects<weather::Owner>(database);
  auto stations = tt::orm::objects<weather::Station>(database);
  for (const char* name : {"Ann Archer", "Bob Baker", "Cleo Carter"}) {
    owners.create({.name = name, .email = "someone@example.com"});
  }
  for (const char* name : {"coast", "mountain", "school"}) {
    tt::orm::objects<weather::Tag>(database).create({.name = name});
  }
  constexpr const char* places[] = {"Harbour",     "Lighthouse", "Old mill",  "Ridge",
                                    "School yard", "Summit",     "Town hall", "Valley"};
  for (int i = 0; i < 24; ++i) {
    weather::Station station;
    station.name = fmt::format("{} {}", places[i % 8], i / 8 + 1);
    station.owner = std::int64_t{i % 3 + 1};
    station.exposure = i % 4 == 0 ? "i" : "o";
    station.elevation = 12.5 + i * 77;
    station.is_active = i % 5 != 0;
    if (i % 3 != 0) station.installed = tt::parse_date(fmt::format("2014-0{}-15", i % 9 + 1));
    const auto made = stations.create(std::move(station));
    for (int j = 0; j < 3; ++j) {
      tt::orm::objects<weather::Reading>(database).create(
          {.station = *made.id, .value = 10.0 + i + j * 0.5});
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const tt::SystemClock clock;
  tt::web::admin::WeatherSite site(clock);
  fill(*site.database);
  tt::web::ServiceOptions options;
  options.listen = argc > 1 ? argv[1] : "127.0.0.1:0";
  options.view_threads = 4;
  options.loops = 1;
  tt::web::serve_http(*site.application, options, [](const std::string& address) {
    fmt::print("ready {}\n", address);
    std::fflush(stdout);
  });
}
