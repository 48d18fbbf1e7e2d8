#include "wire/json.h"

#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "wire/json_writer.h"

using namespace tt;
using namespace tt::wire;

namespace {

constexpr std::size_t depth_max = 64;

std::string error_of(std::string_view text) {
  auto document = read_json(text, depth_max);
  if (document) return "no error";
  return std::to_string(document.error().offset) + " " + document.error().message;
}

// Reads and writes again; "" if it is refused.
std::string round_trip(std::string_view text) {
  auto tree = parse_json(text, depth_max);
  return tree ? to_json(*tree) : "";
}

}  // namespace

TEST_CASE("numbers keep their text") {
  for (std::string number : {"21.50", "0", "-0", "1e5", "1E+05", "-12.340e-2", "0.000",
                             "123456789012345678901234567890.10", "1e999"}) {
    std::string body = R"({"current_value":)" + number + "}";
    auto document = read_json(body, depth_max);
    REQUIRE(document);
    CHECK(document->root().find("current_value")->text() == number);
    auto alone = read_json(number, depth_max);
    CHECK(alone->root().text() == number);
  }
}

TEST_CASE("a feed as a client sends it") {
  std::string_view body = R"({ "version":"1.0.0", "datastreams" : [
    {"id":"x","current_value":"333"}, {"id":"y", "at":"2013-05-05T07:37:54Z", "current_value":1},
    {"id":"z","datapoints":[{"at":"…","value":"41"}],"private":true,"none":null} ] })";
  auto document = read_json(body, depth_max);
  REQUIRE(document);
  auto root = document->root();
  CHECK(root.size() == 2);
  CHECK(root.find("version")->text() == "1.0.0");
  CHECK_FALSE(root.find("id"));
  auto streams = root.find("datastreams");
  REQUIRE(streams);
  CHECK(streams->size() == 3);
  std::string ids;
  for (auto stream : streams->elements()) ids += stream.find("id")->text();
  CHECK(ids == "xyz");
  auto last = *std::next(streams->elements().begin(), 2);
  std::string keys;
  for (auto [key, value] : last.members()) keys += std::string(key) + ",";
  CHECK(keys == "id,datapoints,private,none,");
  CHECK(last.find("private")->as_bool());
  CHECK(last.find("none")->is(JsonKind::null));
  CHECK((*last.find("datapoints")->elements().begin()).find("value")->text() == "41");
  // asking the wrong kind gives nothing
  CHECK_FALSE(streams->find("id"));
  CHECK(root.elements().begin() == root.elements().end());
  CHECK(streams->members().begin() == streams->members().end());
  CHECK(root.find("version")->elements().begin() == root.find("version")->elements().end());
}

TEST_CASE("the last of several equal keys wins") {
  auto document = read_json(R"({"a":1,"b":2,"a":3})", depth_max);
  CHECK(document->root().find("a")->text() == "3");
  CHECK(document->root().size() == 3);
  CHECK(round_trip(R"({"a":1,"b":2,"a":3})") == R"({"a":3,"b":2})");
}

TEST_CASE("numbers as numbers") {
  auto integer = [](std::string_view text) { return read_json(text, 1)->root().as_integer(); };
  auto real = [](std::string_view text) { return read_json(text, 1)->root().as_double(); };
  CHECK(integer("42") == 42);
  CHECK(integer("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  CHECK_FALSE(integer("9223372036854775808"));
  CHECK_FALSE(integer("4.0"));
  CHECK_FALSE(integer("\"4\""));
  CHECK(real("4.25") == 4.25);
  CHECK(real("0.1") == 0.1);
  CHECK(real("1e-999") == 0);
  CHECK_FALSE(real("1e999"));
  CHECK_FALSE(real("true"));
}

TEST_CASE("strings and their escapes") {
  auto text = [](std::string_view json) {
    auto document = read_json(json, 1);
    return document ? std::string(document->root().text()) : document.error().message;
  };
  CHECK(text(R"("")") == "");
  CHECK(text(R"("plain and long enough for a word")") == "plain and long enough for a word");
  CHECK(text(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
  CHECK(text(R"("\u0041\u00e9\u20AC\ud83d\ude00")") == "Aé€😀");
  CHECK(text(R"("a\u0000b")") == std::string("a\0b", 3));
  CHECK(text(R"("é€😀 raw")") == "é€😀 raw");
  CHECK(text("\"\x7F\"") == "\x7F");
  // several strings with escapes in one document
  auto document = read_json(R"(["\n1","two","\t3"])", 1);
  std::string all;
  for (auto element : document->root().elements()) all += element.text();
  CHECK(all == "\n1two\t3");
}

TEST_CASE("problems are told in the words of YAJL, with the offset") {
  const std::pair<const char*, const char*> cases[] = {
      {"", "0 parse error: premature EOF"},
      {"  ", "2 parse error: premature EOF"},
      {R"({"a":1)", "6 parse error: premature EOF"},
      {R"({"a)", "3 parse error: premature EOF"},
      {R"({"a)"
       "\\",
       "4 parse error: premature EOF"},
      {R"({"a" 1})", "5 parse error: object key and value must be separated by a colon (':')"},
      {R"({"a":1 "b":2})", "7 parse error: after key and value, inside map, I expect ',' or '}'"},
      {R"([1 2])", "3 parse error: after array element, I expect ',' or ']'"},
      {R"([1,])", "3 parse error: unallowed token at this point in JSON text"},
      {R"({"a":1,})", "7 parse error: invalid object key (must be a string)"},
      {R"({a:1})", "1 parse error: invalid object key (must be a string)"},
      {R"({"a":})", "5 parse error: unallowed token at this point in JSON text"},
      {"]", "0 parse error: unallowed token at this point in JSON text"},
      {"1 2", "2 parse error: trailing garbage"},
      {"{}x", "2 parse error: trailing garbage"},
      {"@", "0 lexical error: invalid char in json text."},
      {"tru3", "0 lexical error: invalid string in json text."},
      {"01", "1 parse error: trailing garbage"},
      {"+1", "0 lexical error: invalid char in json text."},
      {"NaN", "0 lexical error: invalid char in json text."},
      {"-a", "1 lexical error: malformed number, a digit is required after the minus sign."},
      {"1.a", "2 lexical error: malformed number, a digit is required after the decimal point."},
      {"1.", "2 parse error: premature EOF"},
      {"1ea", "2 lexical error: malformed number, a digit is required after the exponent."},
      {"1e+}", "3 lexical error: malformed number, a digit is required after the exponent."},
      {"\"a\nb\"", "2 lexical error: invalid character inside string."},
      {R"("\x")",
       "2 lexical error: inside a string, '\\' occurs before a character which it may not."},
      {R"("\u12G4")",
       "3 lexical error: invalid (non-hex) character occurs after '\\u' inside string."},
      {R"("\ud83d")", "7 lexical error: half a UTF-16 surrogate pair inside string."},
      {R"("\ud83d\u0041")", "7 lexical error: half a UTF-16 surrogate pair inside string."},
      {R"("\ude00")", "7 lexical error: half a UTF-16 surrogate pair inside string."},
      {"\"\xFF\"", "0 lexical error: invalid bytes in UTF8 string."},
      {"\"\xC3\\u00a9\"", "0 lexical error: invalid bytes in UTF8 string."},
      {"\xEF\xBB\xBF{}", "0 lexical error: invalid char in json text."},
  };
  for (auto [text, expected] : cases) CHECK_MESSAGE(error_of(text) == expected, text);
  CHECK(error_of({"1\0", 2}) == "1 parse error: trailing garbage");
  CHECK(error_of({"\0", 1}) == "0 lexical error: invalid char in json text.");
}

TEST_CASE("nesting is bounded") {
  auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(read_json(nested(3), 3));
  auto refused = read_json(nested(4), 3);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().offset == 3);
  CHECK(read_json("[[],[],{},[{}]]", 3));
  CHECK_FALSE(read_json(std::string(1'000'000, '['), 1000));
}

TEST_CASE("trees of Boost.JSON") {
  for (auto same : {"null", "true", "[]", "{}", R"({"a":[1,-2,18446744073709551615,0.1,"x"]})",
                    "21.5", R"(["",{"":null}])"}) {
    CHECK(round_trip(same) == same);
  }
  CHECK(round_trip("1E2") == "100");
  CHECK(round_trip("-0") == "-0");
  CHECK(round_trip("[1e999]") == "");
  auto refused = parse_json("[1, 1e999]", depth_max);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().offset == 4);
  CHECK(parse_json("0.1", 1)->as_double() == 0.1);
}

TEST_CASE("random documents agree with Boost's own reader") {
  std::string_view alphabet[] = {"{",      "}",    "[",    "]", ",",       ":",     "\"a\"", "1",
                                 "-2.5e3", "true", "null", " ", "\"\\n\"", "false", "\"",    "0"};
  unsigned state = 12345;
  int accepted = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text;
    for (int length = round % 9; length >= 0; --length) {
      state = state * 1664525 + 1013904223;
      text += alphabet[state >> 28];
    }
    boost::json::error_code error;
    boost::json::parse(text, error);
    bool ours = read_json(text, 32).has_value();
    if (ours != !error) FAIL(text);
    accepted += ours;
  }
  CHECK(accepted > 1000);
}

TEST_CASE("the writer puts commas and keeps the order") {
  std::string out = "prefix ";
  JsonWriter json(out);
  json.begin_object().member("id", 504).member("title", "Demo").member("live", true);
  json.key("at").null().key("value").raw("21.50").key("streams").begin_array();
  for (int i = 0; i < 3; ++i) json.begin_object().member("id", i).end_object();
  json.end_array().key("empty").begin_array().end_array().key("none").begin_object().end_object();
  json.member("big", std::uint64_t(18446744073709551615u)).member("small", 0.1);
  json.member("nan", std::nan("")).member("minus", std::int64_t(-1)).end_object();
  CHECK(out == R"(prefix {"id":504,"title":"Demo","live":true,"at":null,"value":21.50,)"
               R"("streams":[{"id":0},{"id":1},{"id":2}],"empty":[],"none":{},)"
               R"("big":18446744073709551615,"small":0.1,"nan":null,"minus":-1})");
}

TEST_CASE("doubles are written in the shortest form that reads back") {
  const std::pair<double, const char*> cases[] = {
      {0, "0"},
      {-0.0, "-0"},
      {21.5, "21.5"},
      {100000, "100000"},
      {0.1 + 0.2, "0.30000000000000004"},
      {1e20, "100000000000000000000"},
      {1e21, "1e+21"},
      {1e-6, "0.000001"},
      {1e-7, "1e-07"},
      {-1.7976931348623157e308, "-1.7976931348623157e+308"},
      {5e-324, "5e-324"},
      {-0.0000012345678901234567, "-0.0000012345678901234567"}};
  for (auto [number, text] : cases) {
    std::string out;
    JsonWriter(out).value(number);
    CHECK(out == text);
  }
}

TEST_CASE("what the writer escapes, the reader gives back") {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  all += "é€😀";
  std::string out;
  append_json_string(out, all);
  auto document = read_json(out, 1);
  CHECK(document->root().text() == all);
  CHECK(out.contains(R"(\u0000\u0001)"));
  CHECK(out.contains(R"(\b\t\n\u000b\f\r)"));
  std::string replaced;
  append_json_string(replaced, "a\xFF\xE2\x82z\xC3");
  CHECK(replaced == R"("a\ufffd\ufffd\ufffdz\ufffd")");
}
