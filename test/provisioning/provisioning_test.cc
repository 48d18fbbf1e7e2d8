#include "provisioning/provisioning.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <set>

#include "base/error.h"
#include "orm/engine/sqlite/sqlite.h"
#include "provisioning/activation.h"
#include "provisioning/feed_template.h"
#include "rt/loop.h"
#include "rt/scope.h"

using namespace tt;
using namespace tt::provisioning;

namespace {

const Time noon = from_us(1'367'739'474'582'681);
const std::string no_password(12, 'x');

// Provisioning over a database file that outlives it, with the accounts ann and ben.
class World {
 public:
  Limits limits;
  VirtualClock clock{noon};
  identity::AccountId ann = 0, ben = 0;

  explicit World(Limits some_limits = {}) : limits(some_limits) {
    char name[] = "/tmp/thingtank-provisioning-XXXXXX";
    TT_ASSERT(mkdtemp(name) != nullptr);
    folder_ = name;
    reopen();
    ann = run(identity_->create_account("ann", no_password, identity::Role::user)).id;
    ben = run(identity_->create_account("ben", no_password, identity::Role::user)).id;
  }
  ~World() { std::filesystem::remove_all(folder_); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // As after a restart of the program.
  void reopen() {
    provisioning_.reset();
    registry_.reset();
    identity_.reset();
    database_.reset();
    database_ = orm::engine::open_sqlite(folder_ + "/things.db");
    identity_ = run(identity::open(*database_, pool_, clock, {}));
    registry_ = run(registry::open(*database_, pool_, clock, limits));
    Parts parts{*database_, pool_, *identity_, *registry_, clock, limits};
    provisioning_ = run(open(parts));
  }

  template <class T>
  T run(Task<T> task) {
    std::exception_ptr failed;
    std::optional<T> result;
    auto done = [&](std::exception_ptr failure, T value) {
      failed = failure;
      if (!failure) result = std::move(value);
      loops_.stop();
    };
    boost::asio::co_spawn(loops_.at(0).executor(), std::move(task), done);
    loops_.at(0).context().restart();
    loops_.at(0).run();
    if (failed) std::rethrow_exception(failed);
    return std::move(*result);
  }

  Provisioning* operator->() { return provisioning_.get(); }
  identity::Identity& identity() { return *identity_; }
  registry::Registry& registry() { return *registry_; }
  orm::Database& database() { return *database_; }
  rt::Loop& loop() { return loops_.at(0); }

  Product make_product(std::string name = "Demo", FeedTemplate wanted = {}) {
    ProductDraft draft;
    draft.name = std::move(name);
    draft.feed_defaults = std::move(wanted);
    return run(provisioning_->create_product(ann, std::move(draft)));
  }
  std::vector<Device> add(const Product& product, std::vector<std::string> serials) {
    return run(provisioning_->add_devices(product.id, std::move(serials)));
  }
  Product product(const std::string& id) { return *run(provisioning_->find_product(id)); }
  Device device(const Product& product, const std::string& serial) {
    return *run(provisioning_->find_device(product.id, serial));
  }
  Activation activate(const std::string& code, identity::CallerPtr caller = nullptr) {
    return run(provisioning_->activate(code, std::move(caller)));
  }
  identity::CallerPtr caller(const std::string& secret) {
    return run(identity_->authenticate_key(secret, {}));
  }
  identity::CallerPtr master(identity::AccountId account) {
    identity::KeyDraft draft;
    draft.private_access = true;
    draft.permissions.push_back({.actions = identity::all_actions});
    return caller(run(identity_->create_key(account, std::move(draft))).secret);
  }

 private:
  rt::Loops loops_{1};
  std::string folder_;
  rt::OffloadPool pool_{4};
  std::unique_ptr<orm::Database> database_;
  std::unique_ptr<identity::Identity> identity_;
  std::unique_ptr<registry::Registry> registry_;
  std::unique_ptr<Provisioning> provisioning_;
};

// The code and the message of the Error that `work` throws.
template <class Work>
std::pair<Code, std::string> failure_of(Work work) {
  try {
    work();
  } catch (const Error& e) {
    return {e.code(), e.what()};
  }
  return {Code::internal, "nothing was thrown"};
}

using Failure = std::pair<Code, std::string>;

FeedTemplate demo_unit() {
  FeedTemplate wanted;
  wanted.title = "Demo Unit";
  wanted.description = "Made in a factory";
  wanted.tags = {"device:type=API Example", "hot, very"};
  wanted.is_private = false;
  wanted.channels = {{"channel1", {}, {}}, {"demo", {{"a", "b"}}, {{"Celsius", "C", "basicSI"}}}};
  return wanted;
}

DeviceQuery pages_of(const Product& product) {
  DeviceQuery query;
  query.product_id = product.id;
  return query;
}

std::vector<std::string> serials_of(const DevicePage& page) {
  std::vector<std::string> serials;
  for (const auto& device : page.devices) serials.push_back(device.serial);
  return serials;
}

}  // namespace

TEST_CASE("activation codes are those that Xively computed") {
  CHECK(activation_code("be0f6928e3653cf175b7f8ebb2da50c6658b30b7", "123123123") ==
        "93d80b284a19d14e99d9abb7d637afc59d4b0f95");
  CHECK(activation_code("5959e239fff27e226c5616ebfa0f64a3291c630f", "PTRRR46YWDVC") ==
        "69e060baf7a36b2abe416b8551ead10e88569189");
  CHECK(activation_code("488f40ff3d0b2c6188e272f8d86416b73b3cb4ef", "0123456789") ==
        "b8b6aacc855a97a92eaa2d2201b5d04a06f204b7");
}

TEST_CASE("a template survives its text form") {
  auto wanted = demo_unit();
  auto again = read_template(to_json(wanted));
  CHECK(again.title == wanted.title);
  CHECK(again.description == wanted.description);
  CHECK(again.tags == wanted.tags);
  CHECK(again.is_private == false);
  REQUIRE(again.channels.size() == 2);
  CHECK(again.channels[0].name == "channel1");
  CHECK_FALSE(again.channels[0].unit.has_value());
  CHECK(*again.channels[1].tags == std::vector<std::string>{"a", "b"});
  CHECK(*again.channels[1].unit == registry::Unit{"Celsius", "C", "basicSI"});
  CHECK_THROWS_AS(read_template("{"), Error);
}

TEST_CASE("products are stored whole and belong to their account") {
  World world;
  auto made = world.make_product("API Example", demo_unit());
  CHECK(made.id.size() == 20);
  CHECK(made.secret.size() == 40);
  CHECK(made.owner_login == "ann");
  CHECK(made.created == noon);
  world.reopen();
  auto found = world.product(made.id);
  CHECK(found.name == "API Example");
  CHECK(found.secret == made.secret);
  CHECK(found.state == ProductState::develop);
  CHECK(found.feed_defaults.title == "Demo Unit");
  CHECK(world.run(world->products(world.ann)).size() == 1);
  CHECK(world.run(world->products(world.ben)).empty());
  CHECK_FALSE(world.run(world->find_product("nothing")).has_value());
}

TEST_CASE("a product says what is wrong with it") {
  World world;
  CHECK(failure_of([&] { world.make_product(" "); }) ==
        Failure{Code::unprocessable, "name can't be blank"});
  CHECK(failure_of([&] { world.make_product(std::string(256, 'a')); }) ==
        Failure{Code::unprocessable, "name is too long (maximum is 255 characters)"});
  FeedTemplate wanted;
  wanted.title = std::string(256, 'a');
  wanted.channels = {{"a b", {}, {}}};
  auto [code, message] = failure_of([&] { world.make_product("Demo", wanted); });
  CHECK(code == Code::unprocessable);
  CHECK(message.find("feed_defaults title is too long (maximum is 255 characters)") !=
        message.npos);
  CHECK(message.find("\nfeed_defaults datastreams_id") != message.npos);
  CHECK(world.run(world->products(world.ann)).empty());
}

TEST_CASE("an account has only so many products") {
  Limits limits;
  limits.products_per_account_max = 1;
  World world(limits);
  world.make_product();
  auto [code, message] = failure_of([&] { world.make_product(); });
  CHECK(code == Code::unprocessable);
  CHECK(message.find("you have 1 products") == 0);
}

TEST_CASE("a change of a product touches what it names") {
  World world;
  auto product = world.make_product("Demo", demo_unit());
  ProductChange change;
  change.name = "Renamed";
  auto changed = world.run(world->update_product(product.id, change));
  CHECK(changed.name == "Renamed");
  CHECK(changed.feed_defaults.title == "Demo Unit");
  change.name = "";
  CHECK(failure_of([&] { world.run(world->update_product(product.id, change)); }) ==
        Failure{Code::unprocessable, "name can't be blank"});
  CHECK(world.product(product.id).name == "Renamed");
  CHECK(failure_of([&] { world.run(world->update_product("none", {})); }).first == Code::not_found);
}

TEST_CASE("devices come all or none, each with its code") {
  World world;
  auto product = world.make_product();
  auto devices = world.add(product, {"abc123", "A+-_:,9"});
  REQUIRE(devices.size() == 2);
  CHECK(devices[0].activation_code == activation_code(product.secret, "abc123"));
  CHECK(devices[0].created == noon);
  CHECK(devices[0].feed == 0);
  CHECK_FALSE(devices[0].activated.has_value());
  CHECK(failure_of([&] { world.add(product, {"new", "abc123"}); }) ==
        Failure{Code::unprocessable, "serial has already been taken: abc123"});
  CHECK(failure_of([&] { world.add(product, {"x", "x"}); }) ==
        Failure{Code::unprocessable, "serial is given twice: x"});
  CHECK(failure_of([&] { world.add(product, {}); }) ==
        Failure{Code::unprocessable, "devices can't be blank"});
  auto [code, message] = failure_of([&] { world.add(product, {"a b", ""}); });
  CHECK(code == Code::unprocessable);
  CHECK(message.find("serial is invalid: a b (") == 0);
  CHECK(message.ends_with("\nserial can't be blank"));
  CHECK(failure_of([&] { world.run(world->add_devices("none", {"a"})); }).first == Code::not_found);
  CHECK(world.product(product.id).devices == 2);
  // Another product may have the same serials.
  CHECK(world.add(world.make_product("Other"), {"abc123"}).size() == 1);
}

TEST_CASE("one request brings only so many devices") {
  Limits limits;
  limits.devices_per_request_max = 2;
  World world(limits);
  auto product = world.make_product();
  CHECK(failure_of([&] { world.add(product, {"a", "b", "c"}); }) ==
        Failure{Code::unprocessable, "devices are too many (maximum is 2, got 3)"});
}

TEST_CASE("pages of many devices, by part of the serial and by state") {
  World world;
  auto product = world.make_product();
  std::vector<std::string> serials;
  for (int i = 0; i < 10'000; ++i) serials.push_back(fmt::format("Unit-{:05}", i));
  world.add(product, serials);
  world.add(world.make_product("Other"), {"Unit-00007"});
  world.activate(world.device(product, "Unit-09999").activation_code);

  auto query = pages_of(product);
  query.offset = 9'970;
  auto page = world.run(world->devices(query));
  CHECK(page.total == 10'000);
  CHECK(page.devices.size() == 30);
  CHECK(page.devices.front().serial == "Unit-09970");
  CHECK(page.devices.back().feed != 0);
  CHECK(page.devices.back().api_key.empty());

  query = pages_of(product);
  query.serial = "00007";
  CHECK(serials_of(world.run(world->devices(query))) == std::vector<std::string>{"Unit-00007"});
  query.serial = "unit-0123";
  page = world.run(world->devices(query));
  CHECK(page.total == 10);
  CHECK(page.devices.front().serial == "Unit-01230");
  query.serial = "77";
  page = world.run(world->devices(query));
  CHECK(page.total == 280);
  query.serial = "a\" OR \"b";
  CHECK(world.run(world->devices(query)).total == 0);

  query = pages_of(product);
  query.activated = Activated::yes;
  page = world.run(world->devices(query));
  CHECK(page.total == 1);
  CHECK(serials_of(page) == std::vector<std::string>{"Unit-09999"});
  query.activated = Activated::no;
  page = world.run(world->devices(query));
  CHECK(page.total == 9'999);
  CHECK(page.devices.front().serial == "Unit-00000");
  query.product_id = "none";
  CHECK(world.run(world->devices(query)).total == 0);
}

TEST_CASE("activation makes feed and key from the template") {
  World world;
  auto product = world.make_product("Demo", demo_unit());
  world.add(product, {"abc123"});
  auto code = world.device(product, "abc123").activation_code;
  world.clock.advance(std::chrono::hours(1));
  auto made = world.activate(code);
  CHECK(made.channels == std::vector<std::string>{"channel1", "demo"});

  auto feed = world.run(world.registry().find(made.feed));
  REQUIRE(feed);
  CHECK(feed->title == "Demo Unit");
  CHECK(feed->description == "Made in a factory");
  CHECK(feed->tags == demo_unit().tags);
  CHECK_FALSE(feed->is_private);
  CHECK(feed->owner == world.ann);
  CHECK(feed->product_id == product.id);
  CHECK(feed->device_serial == "abc123");
  CHECK(feed->find("demo")->unit.symbol == "C");

  auto key = world.run(world.identity().find_key(made.api_key));
  REQUIRE(key);
  CHECK(key->account == world.ann);
  CHECK(key->settings.label ==
        fmt::format("Auto-generated Demo device key for feed {}", made.feed));
  CHECK(key->settings.private_access);
  REQUIRE(key->settings.permissions.size() == 1);
  CHECK(key->settings.permissions[0].actions == identity::all_actions);
  REQUIRE(key->settings.permissions[0].resources.size() == 1);
  CHECK(key->settings.permissions[0].resources[0].feed == made.feed);

  auto device = world.device(product, "abc123");
  CHECK(device.activated == noon + std::chrono::hours(1));
  CHECK(device.feed == made.feed);
  CHECK(device.api_key == made.api_key);
  CHECK(world.run(world->device_of_feed(made.feed))->serial == "abc123");
  CHECK(world.product(product.id).activated_devices == 1);
  CHECK(world.product(product.id).state == ProductState::deploy);
}

TEST_CASE("searches find what activation made") {
  World world;
  registry::FeedQuery query;
  query.text = "demo";
  query.visible_to = world.ann;
  CHECK(world.run(world.registry().search(query)).total == 0);
  auto product = world.make_product("Demo", demo_unit());
  world.activate(world.add(product, {"a"}).front().activation_code);
  CHECK(world.run(world.registry().search(query)).total == 1);
  registry::FeedChange change;
  change.title = "Demo two";
  world.run(world->add_development_device(world.ann, change));
  CHECK(world.run(world.registry().search(query)).total == 2);
}

TEST_CASE("a feed without a title in the template is called like the product") {
  World world;
  auto product = world.make_product("Thermometer");
  auto made = world.activate(world.add(product, {"a"}).front().activation_code);
  auto feed = world.run(world.registry().find(made.feed));
  CHECK(feed->title == "Thermometer");
  CHECK(feed->is_private);
}

TEST_CASE("only the device and its owner's master key activate again") {
  World world;
  auto product = world.make_product();
  auto code = world.add(product, {"a", "b"}).front().activation_code;
  auto made = world.activate(code);
  auto other = world.activate(world.device(product, "b").activation_code);
  Failure refused{Code::denied, "This device has already been activated"};
  CHECK(failure_of([&] { world.activate(code); }) == refused);
  CHECK(failure_of([&] { world.activate(code, world.caller(other.api_key)); }) == refused);
  CHECK(failure_of([&] { world.activate(code, world.master(world.ben)); }) == refused);
  for (auto caller : {world.caller(made.api_key), world.master(world.ann)}) {
    auto again = world.activate(code, caller);
    CHECK(again.api_key == made.api_key);
    CHECK(again.feed == made.feed);
  }
  CHECK(failure_of([&] { world.activate(std::string(40, '0')); }).first == Code::not_found);
}

TEST_CASE("of two simultaneous first activations one wins") {
  World world;
  auto product = world.make_product();
  auto code = world.add(product, {"a"}).front().activation_code;
  int made = 0, refused = 0;
  auto one = [&]() -> Task<> {
    try {
      co_await world->activate(code, nullptr);
      ++made;
    } catch (const Error& e) {
      if (e.code() == Code::denied) ++refused;
    }
  };
  auto all = [&]() -> Task<bool> {
    rt::Scope scope(world.loop());
    for (int i = 0; i < 8; ++i) scope.spawn(one());
    co_await scope.join();
    co_return true;
  };
  world.run(all());
  CHECK(made == 1);
  CHECK(refused == 7);
  CHECK(world.run(world.identity().keys(world.ann)).size() == 1);
  CHECK(world.product(product.id).activated_devices == 1);
}

TEST_CASE("a deactivated device gets a new key for its old feed") {
  World world;
  auto product = world.make_product();
  auto code = world.add(product, {"a"}).front().activation_code;
  auto made = world.activate(code);
  auto caller = world.caller(made.api_key);
  auto device = world.run(world->deactivate(product.id, "a"));
  CHECK_FALSE(device.activated.has_value());
  CHECK(device.feed == made.feed);
  CHECK(device.api_key.empty());
  CHECK(caller->is_revoked());
  CHECK(world.caller(made.api_key) == nullptr);
  CHECK(world.product(product.id).activated_devices == 0);

  auto again = world.activate(code);
  CHECK(again.feed == made.feed);
  CHECK(again.api_key != made.api_key);
  CHECK(world.product(product.id).activated_devices == 1);
  CHECK(failure_of([&] { world.run(world->deactivate(product.id, "none")); }).first ==
        Code::not_found);
}

TEST_CASE("a device whose feed is removed is not activated any more") {
  World world;
  auto product = world.make_product();
  auto code = world.add(product, {"a"}).front().activation_code;
  auto made = world.activate(code);
  world.run(world.registry().remove(made.feed));
  auto device = world.device(product, "a");
  CHECK(device.feed == 0);
  CHECK_FALSE(device.activated.has_value());
  CHECK(world.product(product.id).activated_devices == 0);
  CHECK_FALSE(world.run(world->device_of_feed(made.feed)).has_value());
  auto again = world.activate(code);
  CHECK(again.feed != made.feed);
}

TEST_CASE("a device whose key is deleted gets another one from its owner") {
  World world;
  auto product = world.make_product();
  auto code = world.add(product, {"a"}).front().activation_code;
  auto made = world.activate(code);
  auto key = world.run(world.identity().find_key(made.api_key));
  world.run(world.identity().delete_key(key->id));
  CHECK(failure_of([&] { world.activate(code); }).first == Code::denied);
  auto again = world.activate(code, world.master(world.ann));
  CHECK(again.feed == made.feed);
  CHECK(again.api_key != made.api_key);
  CHECK(world.caller(again.api_key) != nullptr);
}

TEST_CASE("another serial is another code") {
  World world;
  auto product = world.make_product();
  auto devices = world.add(product, {"abc123", "taken"});
  auto made = world.activate(devices[0].activation_code);
  auto renamed = world.run(world->rename_device(product.id, "abc123", "xyz789"));
  CHECK(renamed.serial == "xyz789");
  CHECK(renamed.activation_code == activation_code(product.secret, "xyz789"));
  CHECK(renamed.feed == made.feed);
  CHECK(world.run(world.registry().find(made.feed))->device_serial == "xyz789");
  CHECK(failure_of([&] { world.activate(devices[0].activation_code); }).first == Code::not_found);
  auto query = pages_of(product);
  query.serial = "abc";
  CHECK(world.run(world->devices(query)).total == 0);
  query.serial = "yz7";
  CHECK(world.run(world->devices(query)).total == 1);
  CHECK(failure_of([&] { world.run(world->rename_device(product.id, "xyz789", "taken")); }) ==
        Failure{Code::unprocessable, "serial has already been taken: taken"});
  CHECK(failure_of([&] { world.run(world->rename_device(product.id, "none", "a")); }).first ==
        Code::not_found);
}

TEST_CASE("devices go, their feeds and keys stay") {
  World world;
  auto product = world.make_product();
  auto devices = world.add(product, {"a", "b"});
  auto made = world.activate(devices[0].activation_code);
  CHECK(world.run(world->remove_device(product.id, "a")));
  CHECK_FALSE(world.run(world->remove_device(product.id, "a")));
  CHECK(world.product(product.id).devices == 1);
  CHECK(world.product(product.id).activated_devices == 0);
  CHECK(world.run(world.registry().find(made.feed)) != nullptr);
  CHECK(world.caller(made.api_key) != nullptr);
  CHECK(world.run(world->remove_product(product.id)));
  CHECK_FALSE(world.run(world->remove_product(product.id)));
  CHECK_FALSE(world.run(world->find_device(product.id, "b")).has_value());
  CHECK(failure_of([&] { world.activate(devices[1].activation_code); }).first == Code::not_found);
}

TEST_CASE("products go with their account") {
  World world;
  auto product = world.make_product();
  world.add(product, {"a"});
  // Somebody has to be left who administrates.
  CHECK(world.run(world.identity().delete_account(world.ann)));
  CHECK_FALSE(world.run(world->find_product(product.id)).has_value());
}

TEST_CASE("development devices are of one product and at once alive") {
  World world;
  registry::FeedChange change;
  change.title = "My first";
  auto one = world.run(world->add_development_device(world.ann, change));
  auto two = world.run(world->add_development_device(world.ann, change));
  auto of_ben = world.run(world->add_development_device(world.ben, change));
  CHECK(one.product_id == two.product_id);
  CHECK(one.product_id != of_ben.product_id);
  CHECK(one.serial.size() == 12);
  CHECK(one.serial != two.serial);
  CHECK(one.activated.has_value());
  CHECK(world.caller(one.api_key)->account == world.ann);
  auto feed = world.run(world.registry().find(one.feed));
  CHECK(feed->title == "My first");
  CHECK(feed->product_id == one.product_id);
  CHECK(feed->device_serial == one.serial);
  auto product = world.product(one.product_id);
  CHECK(product.name == "Development devices");
  CHECK(product.state == ProductState::develop);
  CHECK(product.devices == 2);
  CHECK(failure_of([&] { world.run(world->add_development_device(world.ann, {})); }) ==
        Failure{Code::unprocessable, "title can't be blank"});
  CHECK(world.product(one.product_id).devices == 2);
}

TEST_CASE("the label of a key holds as much of the name as fits") {
  CHECK(key_label("Demo", 123) == "Auto-generated Demo device key for feed 123");
  std::string name;
  for (int i = 0; i < 255; ++i) name += "ü";
  auto label = key_label(name, 9);
  CHECK(label.ends_with("ü device key for feed 9"));
  CHECK(label.starts_with("Auto-generated ü"));
}
