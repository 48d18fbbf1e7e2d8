#include "console/audited_journal.h"

#include "console_test_support.h"

using namespace tt;
using namespace tt::console;
using identity::Role;

namespace {

// "login accounts/ann", oldest first.
std::vector<std::string> audited(Desk& desk) {
  auto entries = wait_for(desk.services, [&] {
    audit::Filter filter;
    return desk.services.audit.entries(std::move(filter));
  });
  std::vector<std::string> found;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    found.push_back(entry->event.action + " " + entry->event.object + " by " + entry->actor);
  }
  return found;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("who signs in and out, and who tries to") {
  at_desk([](Desk& desk) {
    desk.add_account("ann", Role::user);
    desk.sign_in("ann", "a-wrong-pony-7");
    desk.sign_in("ann");
    desk.post("/logout/", {});
    CHECK(audited(desk) == Texts{"login.failed accounts/ann by ann", "login accounts/ann by ann",
                                 "logout accounts/ann by ann"});
  });
}

TEST_CASE("what is done in the admin") {
  as_admin([](Desk& desk) {
    auto account = wait_for(desk.services, [&] { return desk.services.identity.accounts(); });
    Pairs form{{"label", "Attic"},
               {"account", std::to_string(account.at(0).id)},
               {"private_access", "on"},
               {"expires_at", ""}};
    CHECK(desk.post("/admin/identity/keyrow/add/", form).status == 302);
    CHECK(audited(desk) == Texts{"login accounts/admin by admin", "key.create keys by admin"});
  });
}

TEST_CASE("an entry of the journal in the audit's words") {
  web::admin::JournalEntry entry;
  entry.model = "feedrow";
  entry.object_id = "504";
  entry.object_text = "Attic";
  entry.deed = web::admin::Deed::deletion;
  entry.message = "Gone.";
  auto event = event_of(entry);
  CHECK(event.action == "feed.delete");
  CHECK(event.object == "feeds/504");
  CHECK(event.detail == "'Attic': Gone.");
  entry.model = "keyrow";
  entry.deed = web::admin::Deed::addition;
  CHECK(event_of(entry).action == "key.create");
  CHECK(event_of(entry).object == "keys");
}
