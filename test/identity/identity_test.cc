#include "identity/identity.h"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <optional>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/random.h"
#include "identity/password.h"
#include "identity/revocations.h"
#include "identity/rows.h"
#include "orm/engine/sqlite/sqlite.h"
#include "rt/loop.h"

using namespace tt;
using namespace tt::identity;
using namespace std::chrono_literals;

namespace {

const Origin here{"10.0.0.1", ""};

// An identity on a database of its own, with a clock that stands still.
class World {
 public:
  explicit World(Rates rates = {}) : folder_(make_folder()) {
    database_ = orm::engine::open_sqlite(folder_ / "test.db");
    reopen(rates);
  }
  ~World() {
    identity_.reset();
    database_.reset();
    std::filesystem::remove_all(folder_);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // As after a restart: with nothing in memory.
  void reopen(Rates rates = {}) {
    identity_.reset();
    identity_ = run(open(*database_, pool_, clock_, rates));
  }
  Identity* operator->() { return identity_.get(); }
  orm::Database& database() { return *database_; }
  VirtualClock& clock() { return clock_; }

  Account account(std::string login = "ann") {
    return run(identity_->create_account(std::move(login), "correct horse", Role::user));
  }
  // A row without the price of a password.
  AccountId cheap_account(const std::string& login) {
    AccountRow row{.login = login, .password = nobodys_hash()};
    return orm::objects<AccountRow>(*database_).create(std::move(row)).id;
  }
  CallerPtr by_password(std::string login, std::string password, Origin origin = here) {
    return run(identity_->authenticate_password(login, password, origin));
  }
  CallerPtr by_key(std::string_view secret, Origin origin = here) {
    return run(identity_->authenticate_key(secret, origin));
  }
  CallerPtr by_session(std::string_view secret, Origin origin = here) {
    return run(identity_->authenticate_session(secret, origin));
  }
  std::string session(AccountId account) { return run(identity_->open_session(account)); }
  Key key(AccountId account, KeyDraft draft = {}, std::string secret = {}) {
    return run(identity_->create_key(account, std::move(draft), std::move(secret)));
  }

  // Runs the Task to its end.  The loop lives longer than the pool, whose threads may still be
  // about to leave its post() when the Task has ended already.
  template <class T>
  T run(Task<T> task) {
    std::exception_ptr failure;
    std::optional<T> result;
    auto done = [&](std::exception_ptr e, T value) {
      failure = e;
      if (!e) result.emplace(std::move(value));
      loop_.stop();
    };
    boost::asio::co_spawn(loop_.executor(), std::move(task), done);
    finish(failure);
    return std::move(*result);
  }
  void run(Task<> task) {
    std::exception_ptr failure;
    auto done = [&](std::exception_ptr e) {
      failure = e;
      loop_.stop();
    };
    boost::asio::co_spawn(loop_.executor(), std::move(task), done);
    finish(failure);
  }

 private:
  void finish(std::exception_ptr& failure) {
    loop_.run();
    loop_.context().restart();
    if (failure) std::rethrow_exception(failure);
  }
  static std::filesystem::path make_folder() {
    auto folder = std::filesystem::temp_directory_path() / ("identity-" + random_token(12));
    std::filesystem::create_directory(folder);
    return folder;
  }

  std::filesystem::path folder_;
  VirtualClock clock_{from_us(1'700'000'000'000'000)};
  rt::Loop loop_{0};
  rt::OffloadPool pool_{2};
  std::unique_ptr<orm::Database> database_;
  std::unique_ptr<Identity> identity_;
};

template <class Work>
std::string code_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return std::string(name_of(error.code()));
  }
  return "ok";
}

KeyDraft whole_draft() {
  KeyDraft draft;
  draft.label = "sharing key";
  draft.private_access = true;
  draft.expires_at = parse_time("2033-03-27T01:23:45.123456Z");
  Permission put;
  put.actions = 2;
  put.source_ip = "128.44.98.129";
  put.referer = "my-domain.com";
  put.minimum_interval_s = 3600;
  put.label = "fans";
  put.resources = {{504, "fan1"}, {505, ""}};
  Permission get;
  get.actions = 1;
  draft.permissions = {put, get};
  return draft;
}

bool same(const KeyDraft& a, const KeyDraft& b) {
  if (a.label != b.label || a.private_access != b.private_access) return false;
  if (a.expires_at != b.expires_at || a.permissions.size() != b.permissions.size()) return false;
  for (std::size_t i = 0; i < a.permissions.size(); ++i) {
    const auto &x = a.permissions[i], &y = b.permissions[i];
    if (x.actions != y.actions || x.source_ip != y.source_ip || x.referer != y.referer)
      return false;
    if (x.minimum_interval_s != y.minimum_interval_s || x.label != y.label) return false;
    if (x.resources.size() != y.resources.size()) return false;
    for (std::size_t j = 0; j < x.resources.size(); ++j) {
      if (x.resources[j].feed != y.resources[j].feed) return false;
      if (x.resources[j].channel != y.resources[j].channel) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("passwords") {
  std::string encoded = hash_password("geheim ü");
  CHECK(encoded.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  CHECK(verify_password("geheim ü", encoded));
  CHECK_FALSE(verify_password("geheim u", encoded));
  CHECK_FALSE(verify_password("", encoded));
  CHECK_FALSE(verify_password("", nobodys_hash()));
  CHECK(hash_password("geheim ü") != encoded);  // the salt
  CHECK(code_of([] { hash_password(""); }) == "invalid");
  CHECK(code_of([] { hash_password(std::string(1025, 'x')); }) == "invalid");
  CHECK(code_of([] { verify_password("x", "plain"); }) == "corrupt");
}

TEST_CASE("accounts and their passwords") {
  World world;
  Account ann = world.account();
  CHECK(ann.id == 1);
  CHECK(code_of([&] { world.account(); }) == "conflict");
  for (const char* bad : {"", " ann", "ann ", "a\nb", "a\x7f"}) {
    CHECK(code_of([&] { world.account(bad); }) == "invalid");
  }
  CHECK(code_of([&] { world.account(std::string(151, 'x')); }) == "invalid");
  CHECK(world.run(world->find_account("ann"))->id == 1);
  CHECK_FALSE(world.run(world->find_account("Ann")));
  CHECK(world.run(world->accounts()).size() == 1);

  auto row = orm::objects<AccountRow>(world.database()).first();
  CHECK(row->password->starts_with("$argon2id$"));

  auto caller = world.by_password("ann", "correct horse");
  REQUIRE(caller);
  CHECK(caller->account == ann.id);
  CHECK(caller->name == "ann");
  CHECK(caller->origin.address == "10.0.0.1");
  CHECK(caller->is_master());
  CHECK_FALSE(caller->is_admin);
  CHECK_FALSE(world.by_password("ann", "correct horsf"));
  CHECK_FALSE(world.by_password("ann", ""));
  CHECK_FALSE(world.by_password("ben", "correct horse"));
  CHECK_FALSE(world.by_password("ann' OR '1'='1", "x"));

  std::string session = world.session(ann.id);
  REQUIRE(world.by_session(session));
  world.run(world->set_password("ann", "battery staple"));
  CHECK_FALSE(world.by_password("ann", "correct horse"));  // was known for a minute
  CHECK(world.by_password("ann", "battery staple"));
  CHECK_FALSE(world.by_session(session));
  CHECK(code_of([&] { world.run(world->set_password("ben", "x")); }) == "not_found");
}

TEST_CASE("wrong passwords are limited, right ones that are known pass") {
  World world(Rates{.login_failures_max = 3});
  world.account();
  REQUIRE(world.by_password("ann", "correct horse", {"10.0.0.7", ""}));
  for (int i = 0; i < 3; ++i) CHECK_FALSE(world.by_password("ann", "guess"));
  CHECK(code_of([&] { world.by_password("ann", "guess"); }) == "exhausted");
  CHECK(code_of([&] { world.by_password("ben", "guess"); }) == "exhausted");  // the address
  CHECK(world.by_password("ann", "correct horse", {"10.0.0.7", ""}));
  world.clock().advance(901s);
  CHECK(world.by_password("ann", "correct horse"));
}

TEST_CASE("sessions") {
  World world;
  AccountId ann = world.cheap_account("ann");
  std::string secret = world.session(ann);
  CHECK(secret.size() == 48);
  auto stored = orm::objects<SessionRow>(world.database()).get();
  CHECK(stored.secret_hash == to_hex(sha256(secret)));
  auto caller = world.by_session(secret, {"1.2.3.4", "host"});
  REQUIRE(caller);
  CHECK(caller->account == ann);
  CHECK(caller->origin.referer_host == "host");
  CHECK(caller->is_master());
  CHECK_FALSE(world.by_session("nonsense"));
  CHECK_FALSE(world.by_session(""));
  CHECK_FALSE(world.by_session(*stored.secret_hash));
  CHECK_FALSE(world.by_session(std::string(100'000, 'x')));

  SUBCASE("two weeks without use end it") {
    world.clock().advance(std::chrono::days(14) - 1us);
    world.reopen();
    CHECK(world.by_session(secret));
    world.clock().advance(1us);
    CHECK_FALSE(world.by_session(secret));
  }
  SUBCASE("use prolongs it, also over a restart") {
    for (int i = 0; i < 10; ++i) {
      world.clock().advance(std::chrono::days(13));
      if (i % 2) world.reopen();
      REQUIRE(world.by_session(secret));
      REQUIRE(world.by_session(secret));
    }
  }
  SUBCASE("within an hour nothing is written") {
    world.clock().advance(59min);
    CHECK(world.by_session(secret));
    CHECK(orm::objects<SessionRow>(world.database()).get() == stored);
    world.clock().advance(1min);
    CHECK(world.by_session(secret));
    CHECK(orm::objects<SessionRow>(world.database()).get().ends_at ==
          world.clock().now() + std::chrono::days(14));
  }
  SUBCASE("closed is closed") {
    world.run(world->close_session(secret));
    world.run(world->close_session(secret));
    CHECK_FALSE(world.by_session(secret));
  }
  SUBCASE("an account has so many; ended ones are cleared away") {
    for (std::size_t i = 0; i < sessions_per_account_max; ++i) {
      world.clock().advance(1s);
      world.session(ann);
    }
    CHECK(orm::objects<SessionRow>(world.database()).count() == sessions_per_account_max);
    world.reopen();
    CHECK_FALSE(world.by_session(secret));  // the oldest went
    world.clock().advance(std::chrono::days(15));
    world.session(world.cheap_account("ben"));
    CHECK(orm::objects<SessionRow>(world.database()).count() == 1);
  }
  SUBCASE("nobody's session") {
    CHECK(code_of([&] { world.session(99); }) == "conflict");
  }
}

TEST_CASE("API keys come back as they were made") {
  World world;
  AccountId ann = world.cheap_account("ann");
  Key key = world.key(ann, whole_draft());
  CHECK(key.secret.size() == 48);
  CHECK(key.secret.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-_") == std::string::npos);
  for (int i = 0; i < 2; ++i) {
    auto found = world.run(world->find_key(key.secret));
    REQUIRE(found);
    CHECK(found->id == key.id);
    CHECK(found->account == ann);
    CHECK(found->secret == key.secret);
    CHECK(same(found->settings, whole_draft()));
    world.reopen();
  }
  world.key(ann);
  world.key(world.cheap_account("ben"));
  auto keys = world.run(world->keys(ann));
  REQUIRE(keys.size() == 2);
  CHECK(same(keys[0].settings, whole_draft()));
  CHECK(same(keys[1].settings, KeyDraft{}));
  CHECK_FALSE(world.run(world->find_key("no")));
  CHECK(world.run(world->keys(99)).empty());
}

TEST_CASE("a key authenticates") {
  World world;
  AccountId ann = world.cheap_account("ann");
  Key key = world.key(ann, whole_draft());
  for (int round = 0; round < 3; ++round) {  // from the database, from memory
    auto caller = world.by_key(key.secret, {"128.44.98.129", "my-domain.com"});
    REQUIRE(caller);
    CHECK(caller->account == ann);
    CHECK(caller->key == key.id);
    CHECK(caller->name == "sharing key");
    CHECK_FALSE(caller->is_admin);
    Resource fan{.feed = 504, .channel = "fan1", .owner = ann};
    CHECK(allow(*caller, Action::update, fan, world.clock().now()));
    fan.channel = "fan2";
    CHECK_FALSE(allow(*caller, Action::update, fan, world.clock().now()));
    CHECK(allow(*caller, Action::read, fan, world.clock().now()));
  }
  CHECK(world.by_key(key.secret) == world.by_key(key.secret));  // not even copied
  for (const std::string& wrong :
       {std::string(), std::string("x"), key.secret + "x", key.secret.substr(1),
        std::string(48, 'A'), std::string("' OR 1=1 --"), std::string(100'000, 'x')}) {
    CHECK_FALSE(world.by_key(wrong));
    CHECK_FALSE(world.by_key(wrong));
  }
}

TEST_CASE("a key ends when it expires and when it is deleted") {
  World world;
  AccountId ann = world.cheap_account("ann");
  KeyDraft draft;
  draft.expires_at = world.clock().now() + 1h;
  Key key = world.key(ann, draft);
  REQUIRE(world.by_key(key.secret));
  world.clock().advance(1h - 1us);
  CHECK(world.by_key(key.secret));
  world.clock().advance(1us);
  CHECK_FALSE(world.by_key(key.secret));
  CHECK_FALSE(world.by_key(key.secret));

  Key other = world.key(ann);
  REQUIRE(world.by_key(other.secret));
  CHECK(world.run(world->delete_key(other.id)));
  CHECK_FALSE(world.by_key(other.secret));
  CHECK_FALSE(world.run(world->delete_key(other.id)));
  CHECK(orm::objects<KeyRow>(world.database()).count() == 1);
  CHECK(orm::objects<PermissionRow>(world.database()).count() == 0);
}

TEST_CASE("a configured secret: known to be nobody's, then made, once") {
  World world;
  AccountId ann = world.cheap_account("ann");
  CHECK_FALSE(world.by_key("configured-master-key"));
  CHECK_FALSE(world.by_key("configured-master-key"));
  world.key(ann, {}, "configured-master-key");
  CHECK(world.by_key("configured-master-key"));
  CHECK(code_of([&] { world.key(ann, {}, "configured-master-key"); }) == "conflict");
  CHECK(world.by_key("configured-master-key"));
  for (const char* bad : {"short", "with space", "nül-bytes-here", "tab\there-there"}) {
    CHECK(code_of([&] { world.key(ann, {}, bad); }) == "invalid");
  }
}

TEST_CASE("a key gets other settings, which count at once") {
  World world;
  auto ann = world.cheap_account("ann");
  Key key = world.key(ann, whole_draft());
  Key other = world.key(ann, whole_draft());
  REQUIRE(world.by_key(key.secret)->name == "sharing key");

  KeyDraft changed;
  changed.label = "read only";
  changed.permissions.push_back({.actions = 1, .resources = {{7, "a"}}});
  CHECK(world.run(world->update_key(key.id, changed)));
  CHECK(same(world.run(world->find_key(key.secret))->settings, changed));
  auto caller = world.by_key(key.secret);
  REQUIRE(caller);
  CHECK(caller->name == "read only");
  CHECK_FALSE(caller->private_access);
  CHECK_FALSE(caller->expires_at);
  CHECK(same(world.run(world->find_key(other.secret))->settings, whole_draft()));

  CHECK_FALSE(world.run(world->update_key(99, changed)));
  changed.permissions[0].actions = 0;
  CHECK(code_of([&] { world.run(world->update_key(key.id, changed)); }) == "invalid");
  CHECK(world.run(world->find_key(key.secret))->settings.permissions[0].actions == 1);
}

TEST_CASE("a key gets another secret, the old one ends at once") {
  World world;
  auto ann = world.cheap_account("ann");
  Key key = world.key(ann, whole_draft());
  REQUIRE(world.by_key(key.secret));
  auto secret = world.run(world->renew_key(key.id));
  REQUIRE(secret);
  CHECK(secret->size() == 48);
  CHECK_FALSE(world.by_key(key.secret));
  CHECK_FALSE(world.run(world->find_key(key.secret)));
  auto caller = world.by_key(*secret);
  REQUIRE(caller);
  CHECK(caller->key == key.id);
  CHECK(same(world.run(world->find_key(*secret))->settings, whole_draft()));
  CHECK_FALSE(world.run(world->renew_key(99)));
}

TEST_CASE("an unknown key costs the database one look-up") {
  World world;
  world.cheap_account("ann");
  CHECK_FALSE(world.by_key("some-unknown-key"));
  // Behind the back of identity: were it asked again, it would be found.
  KeyRow row{.account = 1, .secret = "some-unknown-key"};
  row.secret_hash = to_hex(sha256("some-unknown-key"));
  orm::objects<KeyRow>(world.database()).save(row);
  CHECK_FALSE(world.by_key("some-unknown-key"));
  world.reopen();
  CHECK(world.by_key("some-unknown-key"));
}

TEST_CASE("drafts that make no sense are refused and leave nothing behind") {
  World world;
  AccountId ann = world.cheap_account("ann");
  auto refused = [&](Permission permission) {
    KeyDraft draft;
    draft.permissions = {Permission{.actions = 1}, std::move(permission)};
    return code_of([&] { world.key(ann, draft); });
  };
  CHECK(refused({.actions = 0}) == "invalid");
  CHECK(refused({.actions = 16}) == "invalid");
  CHECK(refused({.actions = 1, .minimum_interval_s = -1}) == "invalid");
  CHECK(refused({.actions = 1, .referer = std::string(256, 'x')}) == "invalid");
  CHECK(refused({.actions = 1, .label = "\xff"}) == "invalid");
  Permission crowded{.actions = 1};
  crowded.resources.resize(resources_per_permission_max + 1);
  CHECK(refused(crowded) == "invalid");
  KeyDraft many;
  many.permissions.resize(permissions_per_key_max + 1, Permission{.actions = 1});
  CHECK(code_of([&] { world.key(ann, many); }) == "invalid");
  CHECK(code_of([&] { world.key(99); }) == "conflict");
  CHECK(orm::objects<KeyRow>(world.database()).count() == 0);
}

TEST_CASE("an administrator's master key administrates, a limited one does not") {
  World world;
  AccountRow row{.login = "root", .password = nobodys_hash(), .is_admin = true};
  orm::objects<AccountRow>(world.database()).save(row);
  KeyDraft master;
  master.private_access = true;
  master.permissions = {{.actions = all_actions}};
  CHECK(world.by_key(world.key(row.id, master).secret)->is_admin);
  master.permissions[0].resources = {{504, ""}};
  CHECK_FALSE(world.by_key(world.key(row.id, master).secret)->is_admin);
  CHECK(world.by_session(world.session(row.id))->is_admin);
}

TEST_CASE("calls are counted when a rate is configured") {
  World world(Rates{.calls_per_minute = 2});
  AccountId ann = world.cheap_account("ann");
  auto caller = world.by_key(world.key(ann).secret);
  for (int i = 0; i < 6; ++i) CHECK(world->take_call(*caller));
  CHECK_FALSE(world->take_call(*caller));
  world.clock().advance(30s);
  CHECK(world->take_call(*caller));
}

TEST_CASE("what holds a caller loses it when its credential ends") {
  World world;
  auto account = world.account("ann").id;
  KeyDraft draft;
  draft.permissions.push_back({.actions = all_actions});
  Resource own{.feed = 1, .channel = {}, .owner = account, .is_private = false};
  auto may = [&](const CallerPtr& caller) {
    return allow(*caller, Action::update, own, world.clock().now());
  };

  auto deleted = world.key(account, draft);
  auto changed = world.key(account, draft);
  auto renewed = world.key(account, draft);
  auto by_deleted = world.by_key(deleted.secret);
  auto elsewhere = world.by_key(deleted.secret, {"10.0.0.9", ""});
  auto by_changed = world.by_key(changed.secret);
  auto by_renewed = world.by_key(renewed.secret);
  CHECK((may(by_deleted) && may(elsewhere) && may(by_changed) && may(by_renewed)));

  CHECK(world.run(world->delete_key(deleted.id)));
  CHECK(!may(by_deleted));
  CHECK(!may(elsewhere));
  CHECK(may(by_changed));
  CHECK(world.run(world->update_key(changed.id, draft)));
  CHECK(!may(by_changed));
  CHECK(may(world.by_key(changed.secret)));
  CHECK(world.run(world->renew_key(renewed.id)));
  CHECK(!may(by_renewed));

  auto by_password = world.by_password("ann", "correct horse");
  auto by_session = world.by_session(world.session(account));
  CHECK((may(by_password) && may(by_session)));
  world.run(world->set_password("ann", "battery staple"));
  CHECK(!may(by_password));
  CHECK(!may(by_session));
  CHECK(may(world.by_password("ann", "battery staple")));
}

TEST_CASE("a role counts at once, and somebody always administrates") {
  World world;
  auto ann = world.account("ann");
  auto root = world.run(world->create_account("root", "correct horse", Role::administrator));
  KeyDraft draft;
  draft.private_access = true;
  draft.permissions.push_back({.actions = all_actions});
  auto key = world.key(ann.id, draft);
  auto session = world.session(ann.id);
  auto by_session = world.by_session(session);
  auto by_key = world.by_key(key.secret);
  CHECK_FALSE(by_key->is_admin);

  world.run(world->set_role(ann.id, Role::administrator));
  CHECK(by_session->is_revoked());
  CHECK(by_key->is_revoked());
  CHECK(world.by_session(session)->is_admin);
  CHECK(world.by_key(key.secret)->is_admin);
  CHECK(world.by_password("ann", "correct horse")->is_admin);

  world.run(world->set_role(root.id, Role::user));
  CHECK(code_of([&] { world.run(world->set_role(ann.id, Role::user)); }) == "conflict");
  CHECK(code_of([&] { world.run(world->delete_account(ann.id)); }) == "conflict");
  CHECK(code_of([&] { world.run(world->set_role(999, Role::user)); }) == "not_found");
  CHECK(world.by_session(session)->is_admin);
}

TEST_CASE("an account goes with its sessions and keys, also those that are in use") {
  World world;
  auto ann = world.account("ann");
  auto ben = world.account("ben");
  auto key = world.key(ann.id);
  auto other = world.key(ben.id);
  auto session = world.session(ann.id);
  auto by_session = world.by_session(session);
  auto by_key = world.by_key(key.secret);
  CHECK(world.run(world->delete_account(ann.id)));
  CHECK(by_session->is_revoked());
  CHECK(by_key->is_revoked());
  CHECK(world.by_session(session) == nullptr);
  CHECK(world.by_key(key.secret) == nullptr);
  CHECK(world.by_password("ann", "correct horse") == nullptr);
  CHECK(world.by_key(other.secret));
  CHECK(orm::objects<KeyRow>(world.database()).count() == 1);
  CHECK(orm::objects<SessionRow>(world.database()).count() == 0);
  CHECK_FALSE(world.run(world->delete_account(ann.id)));
}

TEST_CASE("revocations forget the credentials that nobody holds") {
  Revocations revocations;
  for (int i = 0; i < 10'000; ++i) revocations.flag(std::to_string(i));
  auto held = revocations.flag("held");
  CHECK(revocations.flag("held") == held);
  revocations.revoke("held");
  CHECK(held->load());
  CHECK(!revocations.flag("held")->load());
  revocations.revoke("never seen");
}

TEST_CASE("a damaged password row is reported, not accepted") {
  World world;
  AccountRow row{.login = "ann", .password = "plain"};
  orm::objects<AccountRow>(world.database()).save(row);
  for (int i = 0; i < 20; ++i) {  // not counted as failures
    CHECK(code_of([&] { world.by_password("ann", "plain"); }) == "corrupt");
  }
}
