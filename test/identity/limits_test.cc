// What is bounded: caches, failures, rates.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/digest.h"
#include "identity/call_rates.h"
#include "identity/caller_cache.h"
#include "identity/login_limits.h"

using namespace tt;
using namespace tt::identity;
using namespace std::chrono_literals;

namespace {

const Time start = from_us(1'000'000'000);

CallerPtr caller_of(AccountId account, std::string address = "here") {
  auto caller = std::make_shared<Caller>();
  caller->account = account;
  caller->origin.address = std::move(address);
  return caller;
}

std::string digest(int number) { return sha256(std::to_string(number)); }

}  // namespace

TEST_CASE("the map forgets what was used longest ago") {
  RecentMap<int, int> map(3);
  for (int key : {1, 2, 3}) map.put(key, key * 10);
  REQUIRE(map.find(1));
  map.put(4, 40);
  CHECK(map.size() == 3);
  CHECK(map.find(2) == nullptr);
  CHECK(*map.find(1) == 10);
  map.put(1, 11);
  CHECK(*map.find(1) == 11);
  CHECK(map.size() == 3);
  map.erase_if([](int value) { return value >= 30; });
  CHECK(map.size() == 1);
  map.erase(1);
  map.erase(1);
  CHECK(map.size() == 0);
}

TEST_CASE("a cached caller is bound to the origin of the request") {
  CallerCache cache(64);
  auto caller = caller_of(5, "a");
  cache.keep(digest(1), {.caller = caller}, cache.ticket(digest(1)));
  CHECK(cache.find(digest(1), {"a", ""}, start)->caller == caller);  // the very same
  auto elsewhere = cache.find(digest(1), {"b", "host"}, start)->caller;
  CHECK(elsewhere->account == 5);
  CHECK(elsewhere->origin.address == "b");
  CHECK(elsewhere->origin.referer_host == "host");
  CHECK(caller->origin.address == "a");
  CHECK_FALSE(cache.find(digest(2), {"a", ""}, start));
}

TEST_CASE("what was read before a drop is not kept after it") {
  CallerCache cache(64);
  auto old = cache.ticket(digest(1));
  cache.drop(digest(1));
  cache.keep(digest(1), {.caller = caller_of(1)}, old);
  CHECK(cache.size() == 0);
  cache.keep_unknown(digest(1), old);
  CHECK(cache.unknown_size() == 0);
  cache.keep_unknown(digest(1), cache.ticket(digest(1)));
  CHECK(cache.find(digest(1), {}, start)->caller == nullptr);
  cache.drop(digest(1));
  CHECK_FALSE(cache.find(digest(1), {}, start));
}

TEST_CASE("entries end, are renewed once, and go with their account") {
  CallerCache cache(64);
  auto keep = [&](int number, AccountId account) {
    CallerCache::Entry entry{caller_of(account, ""), start + 10s, start + 5s};
    cache.keep(digest(number), std::move(entry), cache.ticket(digest(number)));
  };
  keep(1, 1);
  CHECK_FALSE(cache.find(digest(1), {}, start)->is_renewal_due);
  CHECK(cache.find(digest(1), {}, start + 5s)->is_renewal_due);
  CHECK_FALSE(cache.find(digest(1), {}, start + 5s)->is_renewal_due);
  CHECK(cache.find(digest(1), {}, start + 10s - 1us));
  CHECK_FALSE(cache.find(digest(1), {}, start + 10s));
  CHECK(cache.size() == 0);
  for (int number : {1, 2, 3}) keep(number, number == 2 ? 8 : 9);
  auto old = cache.ticket(digest(7));
  cache.drop_account(9);
  CHECK(cache.size() == 1);
  CHECK(cache.find(digest(2), {}, start)->caller->account == 8);
  cache.keep(digest(7), {.caller = caller_of(9)}, old);
  CHECK(cache.size() == 1);
}

TEST_CASE("a flood of wrong secrets is bounded and drives out no right one") {
  CallerCache cache(160);
  cache.keep(digest(0), {.caller = caller_of(1)}, cache.ticket(digest(0)));
  for (int number = 1; number < 5000; ++number) {
    cache.keep_unknown(digest(number), cache.ticket(digest(number)));
  }
  CHECK(cache.unknown_size() <= 160);
  CHECK(cache.find(digest(0), {}, start)->caller->account == 1);
  for (int number = 0; number < 5000; ++number) {
    cache.keep(digest(number), {.caller = caller_of(1)}, cache.ticket(digest(number)));
  }
  CHECK(cache.size() <= 160);
}

namespace {

bool begins(LoginLimits& limits, const std::string& login, const std::string& address) {
  try {
    limits.begin(login, address);
    return true;
  } catch (const Error& error) {
    CHECK(error.code() == Code::exhausted);
    return false;
  }
}

}  // namespace

TEST_CASE("failures are limited by login and by address, for a time") {
  VirtualClock clock(start);
  Rates rates{.login_failures_max = 3, .login_window = 900s};
  LoginLimits limits(clock, rates);
  for (int i = 0; i < 3; ++i) CHECK(begins(limits, "ann", fmt::format("10.0.0.{}", i)));
  CHECK_FALSE(begins(limits, "ann", "10.0.0.9"));  // the login
  for (int i = 0; i < 2; ++i) CHECK(begins(limits, fmt::format("user{}", i), "10.0.0.0"));
  CHECK_FALSE(begins(limits, "ben", "10.0.0.0"));  // the address
  CHECK(begins(limits, "ben", "10.0.0.1"));
  clock.advance(899s);
  CHECK_FALSE(begins(limits, "ann", "10.0.0.9"));
  clock.advance(1s);
  CHECK(begins(limits, "ann", "10.0.0.9"));
  CHECK(begins(limits, "ben", "10.0.0.0"));
}

TEST_CASE("success forgives the login, not the address") {
  VirtualClock clock(start);
  LoginLimits limits(clock, {.login_failures_max = 3});
  for (int i = 0; i < 2; ++i) limits.begin("ann", "here");
  limits.begin("ann", "here");
  limits.succeeded("ann", "here");
  CHECK(begins(limits, "ann", "there"));
  CHECK(begins(limits, "ben", "here"));  // the third failure of this address
  CHECK_FALSE(begins(limits, "cid", "here"));
  limits.abandoned("ben", "here");
  CHECK(begins(limits, "cid", "here"));
}

TEST_CASE("failures that are remembered are bounded") {
  VirtualClock clock(start);
  LoginLimits limits(clock, {});
  for (int i = 0; i < 30'000; ++i) limits.begin(std::to_string(i), "a" + std::to_string(i));
  CHECK(limits.size() == LoginLimits::names_max);
}

TEST_CASE("the bucket holds three minutes' worth and fills steadily") {
  VirtualClock clock(start);
  CallRates rates(clock, 100);
  Caller key;
  key.account = 1;
  key.key = 4;
  auto taken = [&](int tries) {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += rates.take(key);
    return count;
  };
  CHECK(taken(1000) == 300);
  clock.advance(600ms);
  CHECK(taken(10) == 1);
  clock.advance(60s);
  CHECK(taken(1000) == 100);
  clock.advance(1h);
  CHECK(taken(1000) == 300);
  key.key = 5;  // a bucket of its own
  CHECK(taken(1000) == 300);
  key.key = 0;  // the account in a browser
  CHECK(taken(1000) == 300);
  clock.advance(1us);
  CHECK(taken(10) == 0);
}

TEST_CASE("a low rate still allows a call now and then; none means no limit") {
  VirtualClock clock(start);
  CallRates slow(clock, 0.1);
  CallRates off(clock, 0);
  Caller caller;
  caller.account = 1;
  CHECK(slow.take(caller));
  CHECK_FALSE(slow.take(caller));
  clock.advance(10min);
  CHECK(slow.take(caller));
  for (int i = 0; i < 10'000; ++i) CHECK(off.take(caller));
  CHECK(off.size() == 0);
}

TEST_CASE("callers that are remembered are bounded") {
  VirtualClock clock(start);
  CallRates rates(clock, 1);
  Caller nobody;
  for (int i = 0; i < 200'000; ++i) {
    nobody.origin.address = std::to_string(i);
    rates.take(nobody);
  }
  CHECK(rates.size() <= CallRates::callers_max);
}
