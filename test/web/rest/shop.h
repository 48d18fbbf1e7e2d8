#pragma once

// An API with a field of every kind, relations of every kind, filters, pages and permissions, on a
// database of its own, and a client in front of it.

#include <doctest/doctest.h>

#include <filesystem>

#include "base/random.h"
#include "orm/engine/sqlite/sqlite.h"
#include "orm/orm.h"
#include "web/auth/files.h"
#include "web/auth/permissions.h"
#include "web/auth/sessions.h"
#include "web/auth/users.h"
#include "web/core/client.h"
#include "web/rest/files.h"
#include "web/rest/rest.h"

namespace tt::shop {

namespace models = tt::orm::models;
namespace rest = tt::web::rest;

struct Owner : models::Model<Owner> {
  models::AutoField id;
  models::CharField<20, models::unique> name;
  models::EmailField<models::blank> email;
  std::string str() const { return name; }
};

struct Tag : models::Model<Tag> {
  models::AutoField id;
  models::SlugField<> word;
  std::string str() const { return word; }
};

struct Device : models::Model<Device> {
  models::AutoField id;
  models::CharField<10> serial;
  models::ForeignKey<Owner, models::cascade, models::related_name<"devices">> owner;
  models::ManyToManyField<Tag, models::blank> tags;
  models::CharField<
      1, models::choices<models::choice<"i", "indoors">, models::choice<"o", "outdoors">>>
      exposure = "i";
  models::IntegerField<models::null, models::blank, models::min_value<0>, models::max_value<100>>
      humidity;
  models::BigIntegerField<models::null, models::blank> uptime;
  models::FloatField<models::null, models::blank> elevation;
  models::DecimalField<5, 2, models::null, models::blank> price;
  models::BooleanField<> active = true;
  models::DateTimeField<models::null, models::blank> seen;
  models::DateField<models::null, models::blank> built;
  models::UUIDField<models::null, models::blank> uuid;
  models::JSONField<models::null, models::blank> extra;
  models::URLField<models::blank> site;
  models::TextField<models::blank, models::help_text<"Anything else.">> notes;

  static constexpr models::Meta meta{.unique_together = {{"owner", "serial"}}};
  std::string str() const { return serial; }
};

struct OwnerSerializer : rest::ModelSerializer<Owner> {
  static constexpr auto fields = rest::field_names("id", "name", "email");
};
struct TagSerializer : rest::ModelSerializer<Tag> {};
struct DeviceSerializer : rest::ModelSerializer<Device> {
  static constexpr auto fields = rest::field_names(
      "id", "serial", "owner", "tags", "exposure", "humidity", "uptime", "elevation", "price",
      "active", "seen", "built", "uuid", "extra", "site", "notes");
};
// The same rows by URL, with what other rows say.
struct LinkedDeviceSerializer : rest::HyperlinkedModelSerializer<Device> {
  static constexpr auto fields = rest::field_names("url", "serial", "owner", "tags", "owner_name",
                                                   "owner_shown", "words", "tall", "secret");
  static constexpr auto extra = rest::extra(
      rest::field("owner_name", {.source = "owner.name"}),
      rest::nested<OwnerSerializer>("owner_shown", {.source = "owner"}),
      rest::field_of(rest::FieldClass::related_text, "words", {.source = "tags"}),
      rest::method<[](const Device& row) { return row.elevation->value_or(0) > 100; }>("tall"),
      rest::field_of(rest::FieldClass::character, "secret",
                     {.write_only = true, .required = false, .max_length = 5}));
  static void validate(rest::Attributes& attributes) {
    if (attributes.text("serial") == "none") {
      throw rest::ValidationError("serial", "Not that one.");
    }
  }
};
struct ShortDeviceSerializer : rest::ModelSerializer<Device> {
  static constexpr auto fields = rest::field_names("id", "serial");
};
struct OwnerDetailSerializer : rest::ModelSerializer<Owner> {
  static constexpr auto fields = rest::field_names("name", "devices");
  static constexpr auto extra = rest::extra(rest::nested_list<ShortDeviceSerializer>("devices"));
};
struct CommandSerializer : rest::Serializer {
  static constexpr auto extra =
      rest::extra(rest::field_of(rest::FieldClass::character, "name", {.max_length = 10}),
                  rest::field_of(rest::FieldClass::integer, "level",
                                 {.min_value = 1, .default_value = std::int64_t{1}}));
};

struct OwnerViewSet : rest::ModelViewSet<OwnerViewSet, Owner> {
  using serializer_class = OwnerSerializer;
  static constexpr auto permission_classes =
      rest::permissions(rest::django_model_permissions_or_anon_read_only);
  static constexpr std::string_view description = "People.";
};
struct TagViewSet : rest::ReadOnlyModelViewSet<TagViewSet, Tag> {
  using serializer_class = TagSerializer;
  static constexpr auto pagination = rest::slices_of(2, 3);
};
struct DeviceViewSet : rest::ModelViewSet<DeviceViewSet, Device> {
  using serializer_class = DeviceSerializer;
  static constexpr auto filter_fields =
      rest::field_names("exposure", "owner__name", "humidity__gte");
  static constexpr auto search_fields = rest::field_names("serial", "^owner__name");
  static constexpr auto ordering_fields = rest::field_names("serial", "humidity");
  static constexpr auto ordering = rest::field_names("id");
  static constexpr auto pagination = rest::pages_of(3);

  static void actions(rest::Actions<DeviceViewSet>& actions) {
    actions.add<&DeviceViewSet::recent>("recent");
    actions.add<&DeviceViewSet::reset>(
        "reset_all", {.on = rest::On::row, .methods = {"POST"}, .url_path = "reset"});
  }
  rest::Response recent() {
    return rest::Response::object([](wire::JsonWriter& json) { json.member("recent", true); });
  }
  rest::Response reset() {
    Device device = get_object();
    device.humidity = 0;
    Device::objects.save(device);
    return rest::Response::object(
        [&](wire::JsonWriter& json) { json.member("reset", *device.serial); });
  }
};
// Everybody sees and makes only devices of the owner "ann".
struct AnnsViewSet : rest::ModelViewSet<AnnsViewSet, Device> {
  using serializer_class = LinkedDeviceSerializer;
  static constexpr auto pagination = rest::cursor_of(2, "-serial");

  orm::QuerySet<Device> queryset() {
    using namespace orm::literals;
    return Device::objects.filter("owner__name"_k = "ann");
  }
  void perform_create(rest::Saving& saving) {
    saving.set("notes", "made by " + user()->username);
    saving.save();
  }
  void perform_destroy(orm::Record& row) {
    row.set("active", false);
    orm::save(request().session(), row);
  }
};
struct OwnersWithDevicesViewSet : rest::ReadOnlyModelViewSet<OwnersWithDevicesViewSet, Owner> {
  using serializer_class = OwnerDetailSerializer;
};

inline bool says_please(const rest::ApiRequest& request) {
  return request.query().contains("please");
}
inline constexpr rest::Permission polite{
    .name = "Polite", .allows = &says_please, .message = "Say please."};

inline rest::Response run_command(const rest::ApiRequest& request) {
  auto data = rest::validated<CommandSerializer>(request);
  return rest::Response::object([&](wire::JsonWriter& json) {
    json.member("name", data.text("name")).member("level", data.integer("level"));
  });
}

inline rest::DefaultRouter router() {
  return rest::DefaultRouter()
      .add<OwnerViewSet>("owners")
      .add<TagViewSet>("tags")
      .add<DeviceViewSet>("devices")
      .add<AnnsViewSet>("anns", "anns")
      .add<OwnersWithDevicesViewSet>("with-devices", "with-devices");
}

inline web::UrlPatterns urls() {
  static const rest::DefaultRouter all = router();
  rest::ViewOptions options;
  options.name = "Command";
  options.permissions = {polite};
  rest::ViewOptions slow;
  slow.name = "Slow";
  slow.throttles = {rest::Throttle::anonymous, rest::Throttle::scoped};
  slow.throttle_scope = "slow";
  auto answer = [](const rest::ApiRequest&) { return rest::Response::of("{}"); };
  return {
      web::url("^api/", rest::include_router(all)),
      web::url("^command/$", rest::api_view({"POST"}, run_command, std::move(options))),
      web::url("^slow/$", rest::api_view({"GET"}, answer, std::move(slow))),
      web::url("^schema/$", rest::schema_view({&all}, {.title = "Shop", .path_prefix = "/api/"})),
      web::url("^api-auth/", web::include(rest::auth_urls(), "rest_framework"))};
}

// --- the site ----------------------------------------------------------------------------------

constexpr std::string_view usual_settings = R"({
  "SECRET_KEY": "a-key-of-the-tests-0123456789-abcdefghij-KLMNOP",
  "ALLOWED_HOSTS": ["testserver"],
  "REST_FRAMEWORK": {
    "DEFAULT_AUTHENTICATION_CLASSES": ["BasicAuthentication", "SessionAuthentication",
                                       "TokenAuthentication"],
    "DEFAULT_THROTTLE_RATES": {"anon": "3/minute", "slow": "2/s"}}
})";

class Shop {
 public:
  explicit Shop(std::string_view settings_text = usual_settings)
      : settings_(web::parse_settings(settings_text, ".")) {
    std::filesystem::create_directory(folder_);
    settings_.password_iterations = 3;
    database = orm::engine::open_sqlite(folder_ / "site.db");
    web::App app{.label = "shop",
                 .verbose_name = "",
                 .models = orm::models_of<Owner, Tag, Device>(),
                 .folder = {}};
    const web::App apps[] = {web::auth::auth_app(), app};
    for (const web::App& each : apps) {
      orm::migrate(*database, {.name = each.label, .models = each.models});
    }
    web::auth::create_permissions(*database, apps);
    users.emplace(*database, web::auth::users_settings(settings_), clock);
    sessions.emplace(*database, settings_.secret_key, clock);
    users->create_superuser({.username = "root", .password = "secret", .is_staff = true});
    users->create_user({.username = "bob", .password = "builder"});
    fill();
    web::ApplicationParts parts;
    parts.settings = settings_;
    parts.database = database.get();
    parts.apps = {apps[0], apps[1]};
    parts.urls = urls();
    parts.users = &*users;
    parts.sessions = &*sessions;
    parts.templates = rest::template_files();
    for (const auto& file : web::auth::template_files()) parts.templates.push_back(file);
    parts.static_files = rest::static_files();
    for (const auto& file : web::auth::static_files()) parts.static_files.push_back(file);
    parts.clock = &clock;
    application.emplace(std::move(parts));
  }
  ~Shop() {
    application.reset();
    sessions.reset();
    users.reset();
    database.reset();
    std::filesystem::remove_all(folder_);
  }
  Shop(const Shop&) = delete;

  // As superuser, in compact JSON, unless the headers say otherwise.
  web::HttpResponse send(std::string method, std::string target, std::string body = {},
                         web::Client::Headers headers = {
                             {"Authorization", "Basic cm9vdDpzZWNyZXQ="}}) {
    web::RawRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers = std::move(headers);
    bool has_type = std::ranges::any_of(
        request.headers, [](const auto& header) { return header.first == "Content-Type"; });
    if (!body.empty() && !has_type)
      request.headers.emplace_back("Content-Type", "application/json");
    request.body = std::move(body);
    web::Client client(*application);
    return client.send(std::move(request));
  }
  // "200 {…}"
  std::string ask(std::string method, std::string target, std::string body = {}) {
    auto response = send(std::move(method), std::move(target), std::move(body));
    return std::to_string(response.status) + " " + response.body;
  }

  VirtualClock clock{*parse_time("2014-03-04T10:30:10Z")};
  std::unique_ptr<orm::Database> database;
  std::optional<web::auth::Users> users;
  std::optional<web::auth::DatabaseSessions> sessions;
  std::optional<web::Application> application;

 private:
  void fill() {
    auto ann = orm::objects<Owner>(*database).create({.name = "ann", .email = "ann@example.com"});
    auto ben = orm::objects<Owner>(*database).create({.name = "ben"});
    for (const char* word : {"new", "old", "hot", "wet"}) {
      orm::objects<Tag>(*database).create({.word = word});
    }
    auto add = [&](const char* serial, const Owner& owner, std::optional<int> humidity) {
      Device device;
      device.serial = serial;
      device.owner = *owner.id;
      device.humidity = humidity;
      orm::objects<Device>(*database).create(std::move(device));
    };
    add("d1", ann, 10);
    add("d2", ann, 20);
    add("d3", ben, std::nullopt);
    add("d4", ann, 40);
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("rest-" + random_token(12));
  web::Settings settings_;
};

}  // namespace tt::shop
