#include <doctest/doctest.h>

#include "base/error.h"
#include "web/auth/login_throttle.h"
#include "web/auth/password_cache.h"
#include "web/auth/password_hash.h"
#include "web/auth/password_validation.h"

using namespace tt;
using namespace tt::web::auth;

namespace {

constexpr PasswordHashing cheap{HashAlgorithm::pbkdf2_sha256, 3};
constexpr PasswordHashing argon{HashAlgorithm::argon2, 3};

std::vector<std::string> problems(std::string_view password, const PersonalData& person = {}) {
  const std::vector<std::string> all = {
      "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
      "MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator"};
  return password_problems(password, person, all);
}

}  // namespace

TEST_CASE("passwords are stored as Django stores them") {
  CHECK(pbkdf2_password("mypassword", "grains", 1000) ==
        "pbkdf2_sha256$1000$grains$EAkekVv0t0jiVcNm3RETc0PyPwT546kfIofIjdU2hNk=");
  CHECK(pbkdf2_password("pässwörd 北", "of", 1500) ==
        "pbkdf2_sha256$1500$of$Rr0PKjD/M5fdSutzuafyvSBgMRxKc+H3Isf1Surjees=");
  CHECK(pbkdf2_password("", "salt", 1) ==
        "pbkdf2_sha256$1$salt$8TXCeZO6+Ydzxc20ClcGzmo0XN5hsACmeFhlDNajJNc=");
  CHECK(pbkdf2_password(std::string(200, 'x'), "sea", 2) ==
        "pbkdf2_sha256$2$sea$yj6InkEXfbD/sGD2JPQirsxEG7tziiVNYK5P0yuPDGs=");
}

TEST_CASE("a stored password is opened by itself only") {
  for (const auto& hashing : {cheap, argon}) {
    auto encoded = hash_password("open sesame", hashing);
    CHECK(verify_password("open sesame", encoded));
    CHECK_FALSE(verify_password("open sesam", encoded));
    CHECK_FALSE(verify_password("", encoded));
    CHECK(hash_password("open sesame", hashing) != encoded);  // a salt of its own
    CHECK_FALSE(needs_rehash(encoded, hashing));
  }
  CHECK(verify_password("secret",
                        "argon2$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$YC9+jJCrQhs5R6db7LlN8Q"));
}

TEST_CASE("what is no stored password opens for nobody") {
  for (std::string encoded :
       {"", "!", "plain", "pbkdf2_sha256$", "pbkdf2_sha256$x$s$h", "pbkdf2_sha256$0$s$h",
        "pbkdf2_sha256$1$s", "pbkdf2_sha256$99999999999$s$h", "pbkdf2_sha256$1$$",
        "argon2$argon2id$v=19$m=8,t=1,p=1$$", "argon2$argon2", "sha1$a$b"}) {
    CAPTURE(encoded);
    CHECK_FALSE(verify_password("", encoded));
    CHECK_FALSE(verify_password("plain", encoded));
  }
  auto nobody = unusable_password();
  CHECK(nobody.size() == 41);
  CHECK(nobody.front() == '!');
  CHECK(nobody != unusable_password());
  CHECK_FALSE(is_usable_password(nobody));
  CHECK_FALSE(verify_password(nobody, nobody));
  CHECK_FALSE(verify_password(std::string(password_bytes_max + 1, 'x'),
                              pbkdf2_password(std::string(password_bytes_max + 1, 'x'), "s", 1)));
  CHECK_THROWS_AS(hash_password(std::string(password_bytes_max + 1, 'x'), cheap), Error);
}

TEST_CASE("other algorithms and costs ask for a new hash") {
  CHECK(needs_rehash(pbkdf2_password("x", "s", 2), cheap));
  CHECK(needs_rehash(pbkdf2_password("x", "s", 4), cheap));
  CHECK_FALSE(needs_rehash(pbkdf2_password("x", "s", 3), cheap));
  CHECK(needs_rehash(pbkdf2_password("x", "s", 3), argon));
  CHECK(needs_rehash(hash_password("x", argon), cheap));
  CHECK(needs_rehash("argon2$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$YC9+jJCrQhs5R6db7LlN8Q", argon));
  CHECK_FALSE(needs_rehash(unusable_password(), cheap));
}

TEST_CASE("passwords that resemble the person are refused") {
  auto refused = [](std::string_view password, const PersonalData& person) {
    auto found = problems(password, person);
    return !found.empty() && found.front().starts_with("The password is too similar to the ");
  };
  CHECK(problems("testclient", {.username = "testclient"}) ==
        std::vector<std::string>{"The password is too similar to the username."});
  CHECK(problems("example.com", {.email = "testclient@example.com"}) ==
        std::vector<std::string>{"The password is too similar to the email address."});
  CHECK(refused("expected99", {.first_name = "expected"}));
  CHECK(refused("tset98clien", {.username = "testclient"}));
  CHECK(refused("Anna-Maria1", {.first_name = "anna maria"}));
  CHECK(refused("jsmith42x", {.username = "j.smith"}));
  CHECK(refused("abcdefgh1", {.username = "hgfedcba"}));
  CHECK_FALSE(refused("completelyother", {.username = "testclient"}));
  CHECK_FALSE(refused(std::string(30, 'a') + "bob", {.username = "bob"}));
  CHECK_FALSE(refused("völlig anders", {}));
}

TEST_CASE("short, common and numeric passwords are refused") {
  using Messages = std::vector<std::string>;
  CHECK(problems("xkq!7zw") ==
        Messages{"This password is too short. It must contain at least 8 characters."});
  CHECK(problems("ёлки-пал").empty());  // 8 characters, 15 bytes
  CHECK(problems("Password123") == Messages{"This password is too common."});
  CHECK(problems(" letmein1 ").size() == 1);
  CHECK(problems("48151623427") == Messages{"This password is entirely numeric."});
  CHECK(problems("12345").size() == 3);
  CHECK(problems("a good long one").empty());
  CHECK_THROWS_AS(password_problems("x", {}, std::vector<std::string>{"NoSuchValidator"}), Error);
  CHECK(password_advice(std::vector<std::string>{"MinimumLengthValidator"}).size() == 1);
  CHECK_FALSE(is_common_password(""));
}

TEST_CASE("a password found right is known for a while") {
  VirtualClock clock{Time{}};
  PasswordCache cache({.entries_max = 2, .age_max = std::chrono::minutes(5)}, clock);
  PasswordCache::Proof proof{"ann", "secret", "pbkdf2$1"};
  CHECK_FALSE(cache.knows(proof));
  cache.remember(proof);
  CHECK(cache.knows(proof));
  CHECK_FALSE(cache.knows({"ann", "secreT", "pbkdf2$1"}));
  CHECK_FALSE(cache.knows({"annsecret", "", "pbkdf2$1"}));
  CHECK_FALSE(cache.knows({"bob", "secret", "pbkdf2$1"}));
  CHECK_FALSE(cache.knows({"ann", "secret", "pbkdf2$2"}));  // the password was set anew
  clock.advance(std::chrono::minutes(4));
  CHECK(cache.knows(proof));
  clock.advance(std::chrono::minutes(1));
  CHECK_FALSE(cache.knows(proof));
  for (std::string name : {"a", "b", "c"}) cache.remember({name, "x", "y"});
  CHECK(cache.size() == 2);
}

TEST_CASE("wrong passwords are counted by name and by address") {
  VirtualClock clock{Time{}};
  LoginThrottle throttle({.failures_max = 3, .window = std::chrono::minutes(15)}, clock);
  auto code_of = [&](std::string_view name, std::string_view address) {
    try {
      throttle.begin(name, address);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  for (auto address : {"10.0.0.1", "10.0.0.2", "10.0.0.3"}) CHECK(code_of("ann", address) == "");
  clock.advance(std::chrono::minutes(5));
  CHECK(code_of("ann", "10.0.0.4") == "Too many failed logins. Try again in 10 minutes.");
  CHECK(code_of("bob", "10.0.0.4") == "");  // the refused attempt did not count
  CHECK(code_of("a", "10.0.0.1") == "");
  CHECK(code_of("b", "10.0.0.1") == "");
  CHECK(code_of("c", "10.0.0.1") != "");  // three from one address
  clock.advance(std::chrono::minutes(10));
  CHECK(code_of("ann", "10.0.0.4") == "");
}

TEST_CASE("a success makes the name start anew, not the address") {
  VirtualClock clock{Time{}};
  LoginThrottle throttle({.failures_max = 2, .window = std::chrono::minutes(15)}, clock);
  for (int i = 0; i < 10; ++i) {
    throttle.begin("ann", "10.0.0.1");
    throttle.succeeded("ann", "10.0.0.1");
  }
  throttle.begin("ann", "10.0.0.1");
  throttle.begin("bob", "10.0.0.1");
  CHECK_THROWS_AS(throttle.begin("carl", "10.0.0.1"), Error);
  throttle.begin("ann", "10.0.0.2");
  CHECK_THROWS_AS(throttle.begin("ann", "10.0.0.3"), Error);
}
