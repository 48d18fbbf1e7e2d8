// msgpack and CBOR: their own vectors, and agreement with nlohmann-json's independent codecs.
#include "wire/binary_tree.h"

#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/random.h"
#include "wire/cbor.h"
#include "wire/json.h"
#include "wire/json_writer.h"
#include "wire/msgpack.h"

using namespace tt;
using namespace tt::wire;

namespace {

std::string bytes_of(std::string_view hex) {
  auto bytes = from_hex(hex);
  REQUIRE(bytes);
  return *bytes;
}

std::string show(const Result<boost::json::value>& tree) {
  if (tree) return to_json(*tree);
  return "!" + std::to_string(tree.error().offset) + " " + tree.error().message;
}
std::string from_msgpack(std::string_view hex) { return show(parse_msgpack(bytes_of(hex))); }
std::string from_cbor(std::string_view hex) { return show(parse_cbor(bytes_of(hex))); }

// A random tree without doubles that print in more than one way.
std::string random_json(SeededRandom& random, int depth) {
  switch (random.below(depth > 0 ? 8 : 6)) {
    case 0: return "null";
    case 1: return random.below(2) ? "true" : "false";
    case 2: return std::to_string(random.next() >> random.below(64));
    case 3: return "-" + std::to_string(1 + (random.next() >> (1 + random.below(63))));
    case 4: return std::to_string(random.below(1000)) + ".5";
    case 5: return '"' + std::string(random.below(random.below(20) ? 40 : 70'000), 'x') + '"';
    case 6: {
      std::string text = "[";
      for (auto i = random.below(random.below(9) ? 5 : 40); i > 0; --i) {
        text += random_json(random, depth - 1) + (i > 1 ? "," : "");
      }
      return text + "]";
    }
    default: {
      std::string text = "{";
      for (auto i = random.below(random.below(9) ? 5 : 40); i > 0; --i) {
        text += "\"k" + std::to_string(i) + "\":" + random_json(random, depth - 1);
        if (i > 1) text += ",";
      }
      return text + "}";
    }
  }
}

std::string text_of(const std::vector<std::uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("binary data has a text form that only binary data has") {
  CHECK(binary_to_text("\x01\x02") == std::string("\0AQI=", 5));
  CHECK(text_to_binary(binary_to_text("abc")) == "abc");
  CHECK(text_to_binary(std::string_view("\0", 1)) == "");
  CHECK_FALSE(text_to_binary("AQI="));
  CHECK_FALSE(text_to_binary(""));
  CHECK_FALSE(text_to_binary(std::string_view("\0A", 2)));
  CHECK_FALSE(text_to_binary(std::string_view("\0????", 5)));
}

TEST_CASE("every format of msgpack is read") {
  const std::pair<const char*, const char*> cases[] = {
      {"00", "0"},
      {"7f", "127"},
      {"e0", "-32"},
      {"ff", "-1"},
      {"c0", "null"},
      {"c2", "false"},
      {"c3", "true"},
      {"cc80", "128"},
      {"cdffff", "65535"},
      {"ceffffffff", "4294967295"},
      {"cf7fffffffffffffff", "9223372036854775807"},
      {"cfffffffffffffffff", "18446744073709551615"},
      {"d080", "-128"},
      {"d18000", "-32768"},
      {"d280000000", "-2147483648"},
      {"d38000000000000000", "-9223372036854775808"},
      {"ca3fc00000", "1.5"},
      {"cb3ff8000000000000", "1.5"},
      {"a3616263", "\"abc\""},
      {"d90161", "\"a\""},
      {"da000161", "\"a\""},
      {"db0000000161", "\"a\""},
      {"90", "[]"},
      {"920102", "[1,2]"},
      {"dc000101", "[1]"},
      {"dd0000000101", "[1]"},
      {"80", "{}"},
      {"81a16101", "{\"a\":1}"},
      {"de0001a16101", "{\"a\":1}"},
      {"df00000001a16101", "{\"a\":1}"},
      {"92918090", "[[{}],[]]"},
      {"82a16101a16102", "{\"a\":2}"},
      {"c4020102", R"("\u0000AQI=")"},
      {"c500020102", R"("\u0000AQI=")"},
      {"c6000000020102", R"("\u0000AQI=")"},
  };
  for (auto [hex, json] : cases) CHECK_MESSAGE(from_msgpack(hex) == json, hex);
}

TEST_CASE("msgpack that is refused") {
  const std::pair<const char*, const char*> cases[] = {
      {"", "!0 unexpected end"},
      {"cd01", "!0 unexpected end"},
      {"9101c0", "!2 bytes behind the value"},
      {"92", "!1 unexpected end"},
      {"a361", "!0 unexpected end"},
      {"a1ff", "!0 text is not UTF-8"},
      {"8101", "!1 a key must be text"},
      {"8101c0", "!1 a key must be text"},
      {"8190", "!1 a key must be text"},
      {"81a161", "!3 unexpected end"},
      {"c1", "!0 byte that is never used"},
      {"d40101", "!0 extension types are not supported"},
      {"ddffffffff", "!5 unexpected end"},
      {"dbffffffff61", "!0 unexpected end"},
  };
  for (auto [hex, message] : cases) CHECK_MESSAGE(from_msgpack(hex) == message, hex);
}

TEST_CASE("the examples of RFC 8949 appendix A") {
  const std::pair<const char*, const char*> cases[] = {
      {"00", "0"},
      {"17", "23"},
      {"1818", "24"},
      {"1903e8", "1000"},
      {"1a000f4240", "1000000"},
      {"1b000000e8d4a51000", "1000000000000"},
      {"1bffffffffffffffff", "18446744073709551615"},
      {"20", "-1"},
      {"3903e7", "-1000"},
      {"3bffffffffffffffff", "-18446744073709551616"},
      {"f90000", "0"},
      {"f93e00", "1.5"},
      {"f97bff", "65504"},
      {"f90001", "5.960464477539063e-08"},
      {"f90400", "0.00006103515625"},
      {"f9c400", "-4"},
      {"f97c00", "null"},
      {"f97e00", "null"},
      {"fa47c35000", "100000"},
      {"fb3ff199999999999a", "1.1"},
      {"f4", "false"},
      {"f5", "true"},
      {"f6", "null"},
      {"f7", "null"},
      {"c11a514b67b0", "1363896240"},
      {"4401020304", R"("\u0000AQIDBA==")"},
      {"60", "\"\""},
      {"6449455446", "\"IETF\""},
      {"62c3bc", "\"ü\""},
      {"83010203", "[1,2,3]"},
      {"8301820203820405", "[1,[2,3],[4,5]]"},
      {"a26161016162820203", R"({"a":1,"b":[2,3]})"},
      {"5f42010243030405ff", R"("\u0000AQIDBAU=")"},
      {"7f657374726561646d696e67ff", "\"streaming\""},
      {"9fff", "[]"},
      {"9f018202039f0405ffff", "[1,[2,3],[4,5]]"},
      {"83018202039f0405ff", "[1,[2,3],[4,5]]"},
      {"bf61610161629f0203ffff", R"({"a":1,"b":[2,3]})"},
      {"826161bf61626163ff", R"(["a",{"b":"c"}])"},
      {"bfff", "{}"},
      {"d81840", R"("\u0000")"},
      {"c0c0c001", "1"},
  };
  for (auto [hex, json] : cases) CHECK_MESSAGE(from_cbor(hex) == json, hex);
}

TEST_CASE("CBOR that is refused") {
  const std::pair<const char*, const char*> cases[] = {
      {"", "!0 unexpected end"},
      {"18", "!0 unexpected end"},
      {"0000", "!1 bytes behind the value"},
      {"1c", "!0 reserved length"},
      {"1f", "!0 reserved length"},
      {"df", "!0 reserved length"},
      {"ff", "!0 end without a beginning"},
      {"81ff", "!1 end without a beginning"},
      {"bf6161ff", "!3 key without a value"},
      {"bf01", "!1 a key must be text"},
      {"9fc1ff", "!2 tag without a value"},
      {"c1", "!1 unexpected end"},
      {"f0", "!0 simple value that is not supported"},
      {"f818", "!0 simple value that is not supported"},
      {"7f4101ff", "!0 bad chunk"},
      {"7f7f6161ffff", "!0 bad chunk"},
      {"7f6161", "!0 unexpected end"},
      {"61ff", "!0 text is not UTF-8"},
      {"9bffffffffffffffff", "!9 unexpected end"},
      {"9bffffffffffffffffff", "!9 end without a beginning"},
      {"7bffffffffffffffff61", "!0 unexpected end"},
  };
  for (auto [hex, message] : cases) CHECK_MESSAGE(from_cbor(hex) == message, hex);
}

TEST_CASE("depth and number of values are bounded") {
  TreeLimits small{.depth_max = 3, .values_max = 5};
  CHECK(parse_msgpack(bytes_of("919190"), small));
  CHECK_FALSE(parse_msgpack(bytes_of("91919190"), small));
  CHECK(parse_msgpack(bytes_of("9401020304"), small));
  CHECK_FALSE(parse_msgpack(bytes_of("950102030405"), small));
  CHECK_FALSE(parse_cbor(bytes_of("950102030405"), small));
  CHECK_FALSE(parse_msgpack(std::string(1'000'000, '\x91')));
  CHECK_FALSE(parse_cbor(std::string(1'000'000, '\x81')));
  CHECK_FALSE(parse_cbor(std::string(1'000'000, '\xC1')));  // tags
}

TEST_CASE("trees come back, and others read what is written") {
  SeededRandom random(6);
  for (int round = 0; round < 300; ++round) {
    auto json = random_json(random, 4);
    auto tree = parse_json(json, 64);
    REQUIRE(tree);
    auto msgpack = to_msgpack(*tree);
    auto cbor = to_cbor(*tree);
    CHECK(parse_msgpack(msgpack) == *tree);
    CHECK(parse_cbor(cbor) == *tree);
    auto theirs = nlohmann::ordered_json::parse(json);
    CHECK(nlohmann::ordered_json::from_msgpack(msgpack) == theirs);
    CHECK(nlohmann::ordered_json::from_cbor(cbor) == theirs);
    CHECK(parse_msgpack(text_of(nlohmann::ordered_json::to_msgpack(theirs))) == *tree);
    CHECK(parse_cbor(text_of(nlohmann::ordered_json::to_cbor(theirs))) == *tree);
  }
  boost::json::value binary = boost::json::string(binary_to_text("\x01\x02"));
  CHECK(to_hex(to_msgpack(binary)) == "c4020102");
  CHECK(to_hex(to_cbor(binary)) == "420102");
}
