#include "web/core/signing.h"

#include <doctest/doctest.h>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/bytes.h"

using namespace tt;
using namespace tt::web;

namespace {
constexpr std::string_view secret = "a-secret-of-this-test-that-nobody-else-has-0123456789";
const Time now = from_us(1'700'000'000'000'000);
}  // namespace

// The expected texts were made with Django's signing module.
TEST_CASE("signatures are Django's") {
  CHECK(to_hex(salted_hmac("station", "st1", secret)) ==
        "e5f67af159af5338f3017eaeff5a159f0828fc13af681b6c443ff37e5f61c908");
  CHECK(sign("st1", "station", secret) == "st1:sRDNGyFuL8_2eHP0BxoxbZq-aE8vMNWzx9FsA2N3ngk");
  CHECK(sign_with_time("st1", "station", secret, now) ==
        "st1:1r31eq:03MybJLYtYLofCmhDRrGY3AcOB0Myd4sRN_w4q6zOxc");
  boost::json::object small{{"a", 1}};
  CHECK(sign_object(small, "station", secret, now) ==
        "eyJhIjoxfQ:1r31eq:DK2u5Fns7De8xxfj6DyBOyChBnUwprVJsLsHIgKMoSI");
  boost::json::object large{{"text", std::string(200, 'x').c_str()}};
  CHECK(sign_object(large, "station", secret, now) ==
        ".eJyrVipJrShRslKqGCZAqRYA4g5hQA:1r31eq:TMvW_9KrAoWET4PCUzxAWQRUolhxaFsWyGAQg1VvAAk");
}

TEST_CASE("what was signed comes back, what was changed does not") {
  auto text = sign("a:b", "salt", secret);
  CHECK(unsign(text, "salt", secret) == "a:b");
  CHECK_FALSE(unsign(text, "other", secret));
  CHECK_FALSE(unsign(text, "salt", "other"));
  CHECK_FALSE(unsign("x" + text, "salt", secret));
  CHECK_FALSE(unsign(text + "x", "salt", secret));
  CHECK_FALSE(unsign(text.substr(0, text.size() - 1), "salt", secret));
  CHECK_FALSE(unsign("nothing", "salt", secret));
  CHECK_FALSE(unsign("", "salt", secret));
}

TEST_CASE("signatures grow old") {
  auto text = sign_with_time("v", "salt", secret, now);
  using std::chrono::seconds;
  CHECK(unsign_with_time(text, "salt", secret, {now, seconds(0)}) == "v");
  CHECK(unsign_with_time(text, "salt", secret, {now + seconds(60), seconds(60)}) == "v");
  CHECK_FALSE(unsign_with_time(text, "salt", secret, {now + seconds(61), seconds(60)}));
  CHECK(unsign_with_time(text, "salt", secret, {.now = now + seconds(1000000)}) == "v");
  // A value without a time.
  CHECK_FALSE(unsign_with_time(sign("v", "salt", secret), "salt", secret, {.now = now}));
}

TEST_CASE("objects come back, also packed, and nothing else") {
  boost::json::object object{
      {"id", 7}, {"text", "x\xC3\xA9 <>"}, {"long", std::string(999, 'y').c_str()}};
  auto text = sign_object(object, "salt", secret, now);
  CHECK(text.starts_with('.'));
  CHECK(text.size() < 200);
  auto back = unsign_object(text, "salt", secret, {.now = now});
  REQUIRE(back);
  CHECK(*back == boost::json::value(object));
  CHECK_FALSE(unsign_object(text.substr(1), "salt", secret, {.now = now}));
  // Signed, but no object: not base64, not zlib, not JSON.
  for (std::string_view wrong : {"***", ".AAAA", "bm9qc29u"}) {
    auto forged = sign_with_time(wrong, "salt", secret, now);
    CHECK_FALSE(unsign_object(forged, "salt", secret, {.now = now}));
  }
}
