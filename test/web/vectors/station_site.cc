#include "web/vectors/station_site.h"

#include "base/random.h"
#include "orm/engine/sqlite/sqlite.h"
#include "orm/orm.h"
#include "web/auth/files.h"
#include "web/auth/permissions.h"
#include "web/rest/files.h"
#include "web/rest/rest.h"

namespace myapp {

using namespace tt;
using namespace tt::web;
namespace models = tt::orm::models;

struct TemperatureData : models::Model<TemperatureData> {
  models::AutoField id;
  models::CharField<10> timestamp;
  models::CharField<5> temperature;
  models::CharField<10> lat;
  models::CharField<10> lon;
};

struct Station : models::Model<Station> {
  models::AutoField id;
  models::CharField<10> name;
  models::CharField<10> timestamp;
  models::CharField<5> temperature;
  models::CharField<10> lat;
  models::CharField<10> lon;
};

struct StationSerializer : rest::HyperlinkedModelSerializer<Station> {
  static constexpr auto fields =
      rest::field_names("url", "name", "timestamp", "temperature", "lat", "lon");
};

struct StationViewSet : rest::ModelViewSet<StationViewSet, Station> {
  using serializer_class = StationSerializer;
};

HttpResponse home(const HttpRequest& request) {
  auto newest = orm::objects<TemperatureData>(orm::current_session()).order_by("-id").first();
  if (!newest) raise_404("There is no reading yet.");
  return render(request, "index.html",
                {{"temperature", std::string(*newest->temperature)},
                 {"lat", std::string(*newest->lat)},
                 {"lon", std::string(*newest->lon)}});
}

constexpr std::string_view index_html =
    "<!doctype html><title>Weather</title><h1>Temperature: {{ temperature }}</h1>"
    "<p>at {{ lat }}, {{ lon }}</p>\n";

UrlPatterns urls() {
  return {url("^", rest::include_router(rest::DefaultRouter().add<StationViewSet>("station"))),
          url("^api-auth/", include(rest::auth_urls(), "rest_framework")),
          url("^home/", home, "home")};
}

}  // namespace myapp

namespace tt::station_site {
namespace {

using namespace tt::web;

constexpr std::string_view usual_settings = R"({
  "SECRET_KEY": "the-station-site-has-a-key-of-its-own-0123456789-abcdef",
  "LOGIN_FAILURES_MAX": 1000000,
  "REST_FRAMEWORK": {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 10}
})";

Settings settings_of(Variant variant) {
  Settings settings = parse_settings(usual_settings, ".");
  settings.debug = variant != Variant::no_debug;
  if (!settings.debug) settings.allowed_hosts = {"127.0.0.1", "localhost"};
  settings.password_iterations = 10;
  if (variant == Variant::basic_first) {
    settings.rest_framework["DEFAULT_AUTHENTICATION_CLASSES"] = {"BasicAuthentication",
                                                                 "SessionAuthentication"};
  }
  return settings;
}

std::vector<EmbeddedFile> all_templates() {
  auto files = rest::template_files();
  for (const EmbeddedFile& file : auth::template_files()) files.push_back(file);
  files.push_back({"index.html", myapp::index_html});
  return files;
}

std::vector<EmbeddedFile> all_static_files() {
  auto files = rest::static_files();
  for (const EmbeddedFile& file : auth::static_files()) files.push_back(file);
  return files;
}

}  // namespace

StationSite::StationSite(Variant variant)
    : folder_(std::filesystem::temp_directory_path() / ("station-" + random_token(12))),
      settings_(settings_of(variant)) {
  std::filesystem::create_directory(folder_);
  database_ = orm::engine::open_sqlite(folder_ / "site.db");
  orm::migrate(*database_, {.name = "auth", .models = auth::auth_app().models});
  App app{.label = "myapp",
          .verbose_name = "",
          .models = orm::models_of<myapp::TemperatureData, myapp::Station>(),
          .folder = {}};
  orm::migrate(*database_, {.name = "myapp", .models = app.models});
  users_ = std::make_unique<auth::Users>(*database_, auth::users_settings(settings_), clock_);
  sessions_ = std::make_unique<auth::DatabaseSessions>(*database_, settings_.secret_key, clock_);
  users_->create_superuser({.username = "arshdeep", .password = "mypassword", .is_staff = true});
  users_->create_user({.username = "plain", .password = "plainpass"});
  ApplicationParts parts;
  parts.settings = settings_;
  parts.database = database_.get();
  parts.apps = {auth::auth_app(), app};
  parts.urls = myapp::urls();
  parts.users = users_.get();
  parts.sessions = sessions_.get();
  parts.templates = all_templates();
  parts.static_files = all_static_files();
  application_ = std::make_unique<Application>(std::move(parts));
}

StationSite::~StationSite() {
  application_.reset();
  sessions_.reset();
  users_.reset();
  database_.reset();
  std::filesystem::remove_all(folder_);
}

void StationSite::add_station(std::string_view name, std::string_view timestamp,
                              std::string_view temperature) {
  myapp::Station station;
  station.name = std::string(name);
  station.timestamp = std::string(timestamp);
  station.temperature = std::string(temperature);
  station.lat = "30.733315";
  station.lon = "76.779418";
  orm::objects<myapp::Station>(*database_).create(std::move(station));
}

void StationSite::load_fixture(std::string_view name) {
  orm::objects<myapp::Station>(*database_).erase();
  orm::objects<myapp::TemperatureData>(*database_).erase();
  database_->execute("DELETE FROM sqlite_sequence WHERE name LIKE 'myapp%'");
  orm::objects<myapp::TemperatureData>(*database_)
      .create(
          {.timestamp = "1393926310", .temperature = "28", .lat = "30.733315", .lon = "76.779418"});
  if (name == "box822") {
    add_station("CityName", "1393926457", "20");
    add_station("CityName", "1393926310", "28");
    add_station("gone", "1393926310", "28");  // so that the next id is 4
    orm::objects<myapp::Station>(*database_)
        .filter(orm::f<&myapp::Station::name> == "gone")
        .erase();
  } else if (name == "page25") {
    for (int i = 1; i <= 25; ++i) {
      add_station("st" + std::to_string(i), std::to_string(1393926300 + i),
                  std::to_string(20 + i % 10));
    }
  } else if (name == "xss") {
    add_station("<b>&'\"", "1393926310", "28");
  } else if (name != "empty") {
    throw Error(Code::invalid, "no fixture is called '" + std::string(name) + "'");
  }
}

}  // namespace tt::station_site
