#include "base/bytes.h"

#include <doctest/doctest.h>

#include "base/digest.h"
#include "base/random.h"

using namespace tt;

TEST_CASE("base64 follows RFC 4648 section 10") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (auto [bytes, text] : vectors) {
    CHECK(to_base64(bytes) == text);
    CHECK(from_base64(text) == bytes);
  }
  CHECK(to_base64url("\xfb\xff\xfe") == "-__-");
  CHECK(from_base64("-__-") == "\xfb\xff\xfe");
  for (auto bad : {"Z", "Zg=", "Zg===", "Z g=", "=", "Zm9v=Zg"}) CHECK(!from_base64(bad));
}

TEST_CASE("hexadecimal of either case is read, lower case is written") {
  CHECK(to_hex(std::string_view("\x00\xab\xff", 3)) == "00abff");
  CHECK(from_hex("00ABff") == std::string("\x00\xab\xff", 3));
  CHECK(!from_hex("0"));
  CHECK(!from_hex("0g"));
}

TEST_CASE("UTF-8 is checked by table 3-7 of the Unicode Standard") {
  for (auto good : {"", "a", "\u00e9", "\u20ac", "\U0010FFFF", "\uD7FF"}) CHECK(is_utf8(good));
  for (auto bad : {"\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF5",
                   "\xE2\x82", "a\xFF"}) {
    CHECK(!is_utf8(bad));
  }
}

TEST_CASE("secrets are compared as wholes") {
  CHECK(equal_constant_time("secret", "secret"));
  CHECK(!equal_constant_time("secret", "secreT"));
  CHECK(!equal_constant_time("secret", "secret "));
  CHECK(equal_constant_time("", ""));
}

TEST_CASE("digests agree with their published vectors") {
  CHECK(to_hex(md5("abc")) == "900150983cd24fb0d6963f7d28e17f72");           // RFC 1321 A.5
  CHECK(to_hex(sha1("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");  // FIPS 180
  CHECK(to_hex(hmac_sha1("Jefe", "what do ya want for nothing?")) ==         // RFC 2202
        "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  CHECK(crc32c("123456789") == 0xE3069283);  // RFC 3720
  CHECK(crc32c("6789", crc32c("12345")) == 0xE3069283);
}

TEST_CASE("tokens have the asked length and do not repeat") {
  for (std::size_t length : {1u, 12u, 20u, 48u}) CHECK(random_token(length).size() == length);
  CHECK(random_token(48) != random_token(48));
}

TEST_CASE("a seed gives the same numbers again") {
  SeededRandom a(7), b(7), c(8);
  CHECK(a.next() == b.next());
  CHECK(a.next() != c.next());
  for (int i = 0; i < 1000; ++i) CHECK(a.below(10) < 10);
}
