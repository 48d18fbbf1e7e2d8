#pragma once

// A site with stations and their readings, its admin, and the people who use it.

#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "orm/current.h"
#include "orm/engine/sqlite/sqlite.h"
#include "orm/orm.h"
#include "orm/record.h"
#include "web/admin/files.h"
#include "web/admin/site.h"
#include "web/auth/permissions.h"
#include "web/auth/sessions.h"
#include "web/auth/users.h"
#include "web/core/application.h"
#include "web/core/client.h"

namespace myapp {

namespace models = tt::orm::models;

// As in the book.
struct TemperatureData : models::Model<TemperatureData> {
  models::AutoField id;
  models::CharField<10> timestamp;
  models::CharField<5> temperature;
  models::CharField<10> lat;
  models::CharField<10> lon;
  std::string str() const { return timestamp; }
};

}  // namespace myapp

namespace weather {

namespace models = tt::orm::models;

struct Owner : models::Model<Owner> {
  models::AutoField id;
  models::CharField<50> name;
  models::EmailField<models::blank> email;
  static constexpr models::Meta meta{.ordering = {"name"}};
  std::string str() const { return name; }
};

struct Tag : models::Model<Tag> {
  models::AutoField id;
  models::CharField<20, models::unique> name;
  static constexpr models::Meta meta{.ordering = {"name"}};
  std::string str() const { return name; }
};

struct Station : models::Model<Station> {
  models::AutoField id;
  models::CharField<30, models::unique> name;
  models::ForeignKey<Owner, models::cascade> owner;
  models::CharField<
      1, models::choices<models::choice<"i", "indoors">, models::choice<"o", "outdoors">>>
      exposure = "o";
  models::FloatField<models::null, models::blank, models::help_text<"Metres above the sea.">>
      elevation;
  models::BooleanField<> is_active = true;
  models::DateField<models::null, models::blank> installed;
  models::TextField<models::blank> remark;
  models::ManyToManyField<Tag, models::blank> tags;
  std::string str() const { return name; }
};

struct Reading : models::Model<Reading> {
  models::AutoField id;
  models::ForeignKey<Station, models::cascade> station;
  models::FloatField<> value;
  models::CharField<20, models::blank> remark;
  std::string str() const { return tt::orm::display_text(tt::orm::Value(double(*value))); }
};

// A station that has one cannot be deleted.
struct Certificate : models::Model<Certificate> {
  models::AutoField id;
  models::ForeignKey<Station, models::restrict> station;
  models::CharField<20> number;
  std::string str() const { return number; }
};

inline tt::web::Value is_high(const tt::orm::Record& station) {
  const auto* elevation = std::get_if<double>(&station.get("elevation"));
  return elevation != nullptr && *elevation > 1000;
}

inline std::optional<tt::web::HttpResponse> switch_off(const tt::web::HttpRequest& request,
                                                       const tt::orm::Records& chosen) {
  int count = 0;
  for (tt::orm::Record& station : chosen.rows()) {
    station.set("is_active", false);
    tt::orm::save(tt::orm::current_session(), station);
    ++count;
  }
  request.add_message(25, std::to_string(count) + " switched off.");
  return std::nullopt;
}

inline tt::web::admin::Options station_options() {
  tt::web::admin::Options options;
  options.list_display = {"name",      "owner",     "exposure", "elevation",
                          "is_active", "installed", "high"};
  options.list_filter = {"is_active", "exposure", "owner", "installed"};
  options.search_fields = {"name", "owner__name"};
  options.ordering = {"name"};
  options.list_per_page = 10;
  options.show_filter_counts = true;
  options.columns = {
      {.name = "high", .label = "High?", .value = is_high, .order_field = "elevation"}};
  options.actions = {{.name = "switch_off",
                      .label = "Switch off",
                      .needs = tt::web::admin::Permission::change,
                      .run = switch_off}};
  options.inlines = {{.model = &tt::orm::model_info<Reading>(),
                      .foreign_key = "",
                      .fields = {},
                      .extra = 1,
                      .max_rows = {},
                      .can_delete = true,
                      .title = ""}};
  return options;
}

}  // namespace weather

namespace tt::web::admin {

inline std::vector<App> weather_apps() {
  return {auth::auth_app(),
          {.label = "myapp",
           .verbose_name = "Myapp",
           .models = orm::models_of<myapp::TemperatureData>(),
           .folder = {}},
          {.label = "weather",
           .verbose_name = "Weather",
           .models = orm::models_of<weather::Owner, weather::Tag, weather::Station,
                                    weather::Reading, weather::Certificate>(),
           .folder = {}}};
}

inline Site weather_admin() {
  Site site({.header = "Weather administration", .title = "Weather admin"});
  site.add_accounts();
  site.add<myapp::TemperatureData>();
  site.add<weather::Owner>({.search_fields = {"name"}});
  site.add<weather::Tag>();
  site.add<weather::Station>(weather::station_options());
  site.add<weather::Reading>(
      {.list_display = {"id", "value", "station"}, .autocomplete_fields = {"station"}});
  site.add<weather::Certificate>({.raw_id_fields = {"station"}});
  return site;
}

inline Settings weather_settings() {
  Settings settings;
  settings.secret_key = "a-key-of-the-tests-0123456789-abcdefghij-KLMNOP";
  settings.allowed_hosts = {"*"};
  settings.password_iterations = 3;
  settings.auth_password_validators = {"MinimumLengthValidator", "NumericPasswordValidator"};
  return settings;
}

struct WeatherSite {
  explicit WeatherSite(const Clock& site_clock)
      : clock(site_clock),
        users(*database, auth::users_settings(settings), site_clock),
        sessions(*database, settings.secret_key, site_clock) {
    make_tables();
    ApplicationParts parts;
    parts.settings = settings;
    parts.database = database.get();
    parts.apps = weather_apps();
    parts.urls = {url("^admin/", include(weather_admin().urls(), "admin"))};
    parts.users = &users;
    parts.sessions = &sessions;
    parts.templates = templates();
    parts.static_files = static_files();
    parts.clock = &clock;
    application = std::make_unique<Application>(std::move(parts));
  }
  ~WeatherSite() {
    application.reset();
    database.reset();
    std::filesystem::remove_all(folder);
  }
  WeatherSite(const WeatherSite&) = delete;

  void make_tables() {
    for (const App& app : weather_apps()) {
      orm::migrate(*database, {.name = app.label, .models = app.models});
      orm::describe_all(app.models);
    }
    auth::create_permissions(*database, weather_apps());
    users.create_superuser({.username = "admin", .password = "right-pony"});
  }

  const Clock& clock;
  std::filesystem::path folder = [] {
    auto path = std::filesystem::temp_directory_path() / ("admin-" + random_token(12));
    std::filesystem::create_directory(path);
    return path;
  }();
  std::unique_ptr<orm::Database> database = orm::engine::open_sqlite(folder / "site.db");
  Settings settings = weather_settings();
  auth::Users users;
  auth::DatabaseSessions sessions;
  std::unique_ptr<Application> application;
};

}  // namespace tt::web::admin
