#pragma once

// A browser that is signed in to the weather site.

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "web/admin/weather_site.h"

namespace tt::web::admin {

using Pairs = std::vector<std::pair<std::string, std::string>>;

class Browser {
 public:
  // Signed in as that user, unless the name is empty.
  explicit Browser(std::string name = "admin") : client_(*site.application) {
    if (!name.empty()) log_in(name);
  }

  HttpResponse get(std::string_view target) { return client_.get(target); }
  HttpResponse post(std::string_view target, Pairs form) {
    if (client_.cookie("csrftoken").empty()) client_.get("/admin/login/");
    return client_.post(target, Parameters(std::move(form)));
  }
  HttpResponse log_in(const std::string& name, const std::string& password = "right-pony") {
    client_.get("/admin/login/");
    return client_.post("/admin/login/", Parameters({{"username", name}, {"password", password}}));
  }
  // The page that a redirect leads to.
  HttpResponse follow(const HttpResponse& response) { return get(response.header("Location")); }
  Client& client() { return client_; }

  // Staff with just these permissions.
  void add_staff(const std::string& name, std::initializer_list<std::string> codenames) {
    const auth::User user =
        site.users.create_user({.username = name, .password = "right-pony", .is_staff = true});
    orm::UseSession session(*site.database);
    orm::Records permissions(*site.database, orm::model_info<auth::Permission>());
    std::vector<std::int64_t> ids;
    for (const std::string& codename : codenames) {
      ids.push_back(permissions.filter("codename", codename).first()->id());
    }
    const auto row = orm::Records(*site.database, orm::model_info<auth::User>()).find(*user.id);
    orm::set_linked_ids(*site.database, *row,
                        *orm::model_info<auth::User>().find("user_permissions"), ids);
    site.users.forget_all();
  }

  // --- rows ---
  template <class M>
  auto objects() {
    return orm::objects<M>(*site.database);
  }
  std::int64_t add_owner(const std::string& name) {
    return *objects<weather::Owner>().create({.name = name}).id;
  }
  std::int64_t add_station(const std::string& name, std::int64_t owner, double elevation = 100) {
    weather::Station station;
    station.name = name;
    station.owner = owner;
    station.elevation = elevation;
    return *objects<weather::Station>().create(std::move(station)).id;
  }

  VirtualClock clock{*parse_time("2014-03-04T10:30:10Z")};
  WeatherSite site{clock};

 private:
  Client client_;
};

inline bool contains(const HttpResponse& response, std::string_view text) {
  return response.body.find(text) != std::string::npos;
}

inline std::string location(const HttpResponse& response) {
  return std::string(response.header("Location"));
}

inline int count_of(const HttpResponse& response, std::string_view text) {
  int count = 0;
  for (auto at = response.body.find(text); at != std::string::npos;
       at = response.body.find(text, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace tt::web::admin
