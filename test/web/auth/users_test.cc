#include "web/auth/users.h"

#include "base/digest.h"
#include "site.h"

using namespace tt;
using namespace tt::web::auth;
using tt::orm::f;

namespace {

constexpr std::string_view here = "10.0.0.1";

}  // namespace

TEST_CASE("accounts are made and found") {
  Accounts site;
  auto ann = site.users.create_user({.username = "ann",
                                     .email = "Ann@EXAMPLE.org",
                                     .password = "right-pony",
                                     .first_name = "Ann",
                                     .last_name = "Lee"});
  CHECK(*ann.email == "Ann@example.org");
  CHECK(*ann.password != "right-pony");
  auto found = site.users.find(*ann.id);
  REQUIRE(found);
  CHECK(found->username == "ann");
  CHECK(found->full_name() == "Ann Lee");
  CHECK(found->is_active);
  CHECK_FALSE(found->is_staff);
  CHECK_FALSE(found->is_superuser);
  CHECK(site.users.find(*ann.id + 1) == nullptr);
  auto root = site.users.create_superuser({.username = "root", .password = "right-pony"});
  CHECK(site.users.find(*root.id)->has_perm("whatever.add_it"));
  CHECK(site.users.find(*root.id)->is_staff);
}

TEST_CASE("names that cannot be are refused") {
  Accounts site;
  site.add("ann");
  for (std::string name : {"", "ann lee", "a/b", "<b>", "ann\n", "a\"b"}) {
    CAPTURE(name);
    CHECK_THROWS_AS(site.add(name), Error);
  }
  CHECK_THROWS_AS(site.add("ann"), Error);
  CHECK_THROWS_AS(site.add(std::string(151, 'a')), Error);
  CHECK(*site.add("Jürgen.北+a@b_c-1").id > 0);
}

TEST_CASE("who gives the right password comes in") {
  Accounts site;
  auto ann = site.add("ann");
  auto user = site.users.authenticate("ann", "right-pony", here);
  REQUIRE(user);
  CHECK(user->id == *ann.id);
  CHECK(site.users.authenticate("ann", "wrong", here) == nullptr);
  CHECK(site.users.authenticate("Ann", "right-pony", here) == nullptr);
  CHECK(site.users.authenticate("nobody", "nobody's", "10.0.0.2") == nullptr);
  CHECK(site.users.authenticate(std::string("ann\0", 4), "right-pony", "10.0.0.2") == nullptr);
  CHECK(site.users.authenticate("\xff", "right-pony", "10.0.0.2") == nullptr);
}

TEST_CASE("accounts without a password and inactive ones do not open") {
  Accounts site;
  site.users.create_user({.username = "robot"});
  CHECK(site.users.authenticate("robot", "", here) == nullptr);
  CHECK(site.users.authenticate("robot", "nobody's", here) == nullptr);
  auto ann = site.add("ann");
  REQUIRE(site.users.authenticate("ann", "right-pony", here));
  orm::objects<User>(*site.database)
      .filter(f<&User::id> == *ann.id)
      .update(f<&User::is_active>.set(false));
  site.clock.advance(std::chrono::seconds(2));
  CHECK(site.users.authenticate("ann", "right-pony", here) == nullptr);
}

TEST_CASE("too many wrong passwords close the door for a while, not for who is known") {
  Accounts site;
  site.add("ann");
  site.add("bob");
  REQUIRE(site.users.authenticate("bob", "right-pony", "10.0.0.9"));
  for (int i = 0; i < 3; ++i) site.users.authenticate("ann", "wrong", here);
  CHECK_THROWS_AS(site.users.authenticate("ann", "right-pony", "10.0.0.2"), Error);
  CHECK_THROWS_AS(site.users.authenticate("carl", "x", here), Error);
  CHECK(site.users.authenticate("bob", "right-pony", here));  // found right a moment ago
  site.clock.advance(std::chrono::minutes(15));
  CHECK(site.users.authenticate("ann", "right-pony", here));
}

TEST_CASE("a password is stored anew when it was stored with other costs") {
  Accounts site;
  auto ann = site.add("ann");
  auto old = pbkdf2_password("right-pony", "salt", 2);
  orm::objects<User>(*site.database)
      .filter(f<&User::id> == *ann.id)
      .update(f<&User::password>.set(old));
  site.users.forget(*ann.id);
  CHECK(site.users.authenticate("ann", "wrong", here) == nullptr);
  CHECK(*site.row(*ann.id).password == old);
  auto user = site.users.authenticate("ann", "right-pony", here);
  REQUIRE(user);
  auto stored = *site.row(*ann.id).password;
  CHECK(stored.starts_with("pbkdf2_sha256$3$"));
  CHECK(user->session_hash == session_hash(stored, site.settings.secret_key));
  CHECK(site.users.authenticate("ann", "right-pony", here));
}

TEST_CASE("a new password replaces the old one at once") {
  Accounts site;
  auto ann = site.add("ann");
  auto before = site.users.authenticate("ann", "right-pony", here);
  site.users.set_password(*ann.id, "another-pony");
  CHECK(site.users.authenticate("ann", "right-pony", here) == nullptr);
  auto after = site.users.authenticate("ann", "another-pony", here);
  REQUIRE(after);
  CHECK(after->session_hash != before->session_hash);
  CHECK(site.users.check_password(*ann.id, "another-pony"));
  CHECK_FALSE(site.users.check_password(*ann.id, "right-pony"));
  CHECK_THROWS_AS(site.users.set_password(4711, "x"), Error);
}

TEST_CASE("the hash of a session is Django's") {
  CHECK(session_hash("pbkdf2_sha256$1$a$b", "a-key-of-the-tests-0123456789-abcdefghij-KLMNOP") ==
        "e74be5bbb9e11a63a2ad201de35f7e99fede208b2cc33387cb8488847691a57a");
}

TEST_CASE("what another process changes is seen soon") {
  Accounts site;
  auto ann = site.add("ann");
  CHECK_FALSE(site.users.find(*ann.id)->is_staff);
  orm::objects<User>(*site.database)
      .filter(f<&User::id> == *ann.id)
      .update(f<&User::is_staff>.set(true));
  CHECK_FALSE(site.users.find(*ann.id)->is_staff);
  site.clock.advance(std::chrono::seconds(1));
  CHECK(site.users.find(*ann.id)->is_staff);
  orm::objects<User>(*site.database)
      .filter(f<&User::id> == *ann.id)
      .update(f<&User::is_staff>.set(false));
  site.users.forget_all();
  CHECK_FALSE(site.users.find(*ann.id)->is_staff);
  orm::objects<User>(*site.database).filter(f<&User::id> == *ann.id).erase();
  site.users.forget(*ann.id);
  CHECK(site.users.find(*ann.id) == nullptr);
}

TEST_CASE("permissions come from the user and from groups") {
  Accounts site;
  const std::vector<web::App> apps = {auth_app()};
  CHECK(create_permissions(*site.database, apps) == 6 * 4);
  CHECK(create_permissions(*site.database, apps) == 0);
  auto permissions = orm::objects<Permission>(*site.database);
  auto view = permissions.get(f<&Permission::codename> == "view_user");
  CHECK(*view.name == "Can view user");
  CHECK(*view.app_label == "auth");
  CHECK(*view.model == "user");
  CHECK(*permissions.get(f<&Permission::codename> == "add_logentry").name == "Can add log entry");
  auto change = permissions.get(f<&Permission::codename> == "change_group");
  auto group = orm::objects<Group>(*site.database).create({.name = "keepers"});
  group.permissions.in(*site.database).add(change);
  auto ann = site.add("ann");
  ann.groups.in(*site.database).add(group);
  ann.user_permissions.in(*site.database).add(view);
  auto user = site.users.find(*ann.id);
  CHECK(user->has_perm("auth.view_user"));
  CHECK(user->has_perm("auth.change_group"));
  CHECK_FALSE(user->has_perm("auth.change_user"));
  CHECK(user->permissions.size() == 2);
  CHECK(permission_name("view", "auth", orm::model_info<User>()) == "auth.view_user");
}

TEST_CASE("the time of a login is noted") {
  Accounts site;
  auto ann = site.add("ann");
  CHECK_FALSE(site.row(*ann.id).last_login->has_value());
  site.users.signed_in(*site.users.find(*ann.id));
  CHECK(site.row(*ann.id).last_login == site.clock.now());
  CHECK(make_token_key().size() == 40);
}

TEST_CASE("accounts can be asked for inside a transaction") {
  Accounts site;
  site.database->transact_with([&](orm::Session& session) {
    orm::UseSession use(session);
    auto ann = site.add("ann");
    CHECK(site.users.find(*ann.id));
    CHECK_THROWS_AS(session.transact_with([&](orm::Session& inner) {
      orm::UseSession use_inner(inner);
      orm::objects<User>(inner)
          .filter(f<&User::id> == *ann.id)
          .update(f<&User::is_staff>.set(true));
      site.users.forget(*ann.id);
      CHECK(site.users.find(*ann.id)->is_staff);
      throw Error(Code::conflict, "taken back");
    }),
                    Error);
    CHECK_FALSE(site.users.find(*ann.id)->is_staff);
  });
  CHECK(site.users.authenticate("ann", "right-pony", here));
}
