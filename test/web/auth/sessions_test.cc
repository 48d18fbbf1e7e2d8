#include "web/auth/sessions.h"

#include "site.h"
#include "web/core/signing.h"

using namespace tt;
using namespace tt::web::auth;
using tt::orm::f;

namespace {

const std::string key(32, 'k');

boost::json::object some_data() { return {{"colour", "blue"}, {"count", 3}}; }

}  // namespace

TEST_CASE("a session is kept until it is over or erased") {
  Accounts site;
  CHECK_FALSE(site.sessions.load(key));
  site.sessions.save(key, some_data(), site.clock.now() + std::chrono::hours(1));
  CHECK(site.sessions.load(key) == some_data());
  boost::json::object changed = {{"colour", "red"}};
  site.sessions.save(key, changed, site.clock.now() + std::chrono::hours(2));
  CHECK(site.sessions.load(key) == changed);
  CHECK(orm::objects<SessionRow>(*site.database).count() == 1);
  site.clock.advance(std::chrono::hours(2));
  CHECK_FALSE(site.sessions.load(key));
  CHECK(site.sessions.clear_expired() == 1);
  CHECK(site.sessions.clear_expired() == 0);
  site.sessions.save(key, changed, site.clock.now() + std::chrono::hours(2));
  site.sessions.erase(key);
  CHECK_FALSE(site.sessions.load(key));
  site.sessions.save(key, changed, site.clock.now() + std::chrono::hours(2));
  CHECK_FALSE(site.sessions.load(key));  // no request that is still under way brings it back
}

TEST_CASE("what another process changed is seen soon") {
  Accounts site;
  auto rows = orm::objects<SessionRow>(*site.database).filter(f<&SessionRow::session_key> == key);
  site.sessions.save(key, some_data(), site.clock.now() + std::chrono::hours(1));
  CHECK(site.sessions.load(key));
  rows.erase();
  site.clock.advance(recent_session_age);
  CHECK_FALSE(site.sessions.load(key));
}

TEST_CASE("a session that somebody else wrote is unknown") {
  Accounts site;
  auto rows = orm::objects<SessionRow>(*site.database);
  auto expires = site.clock.now() + std::chrono::hours(1);
  site.sessions.save(key, some_data(), expires);
  auto forged = web::sign_object(some_data(), web::session_salt, "another key", site.clock.now());
  rows.filter(f<&SessionRow::session_key> == key).update(f<&SessionRow::session_data>.set(forged));
  CHECK_FALSE(site.sessions.load(key));
  for (std::string text : {"", "x", "e30:1:2", ":::"}) {
    rows.filter(f<&SessionRow::session_key> == key).update(f<&SessionRow::session_data>.set(text));
    CHECK_FALSE(site.sessions.load(key));
  }
}

TEST_CASE("a session has an end to its size") {
  Accounts site;
  boost::json::object large = {{"x", random_token(session_bytes_max + 1)}};
  CHECK_THROWS_AS(site.sessions.save(key, large, site.clock.now()), Error);
}
