// What Python's json module says about texts that are no JSON, and what it makes of those that are.
#include "web/rest/json_decoder.h"

#include <doctest/doctest.h>

namespace tt::web::rest {
namespace {

std::string decoded(std::string_view text, JsonLimits limits = {}) {
  auto result = decode_json(text, Charset::utf8, limits);
  if (!result) return result.error();
  std::string out;
  result->write(out);
  return out;
}

TEST_CASE("json: texts that are well-formed") {
  CHECK(decoded(" [1, -0, 1.50, 1e5, true, false, null] ") == "[1,0,1.5,100000.0,true,false,null]");
  CHECK(decoded(R"({"a":{"b":[]},"c":"x\u00e9\n"})") == "{\"a\":{\"b\":[]},\"c\":\"xé\\n\"}");
  CHECK(decoded(R"("\ud83d\ude00")") == "\"😀\"");
}

TEST_CASE("json: a name that comes again keeps its place and takes the last value") {
  CHECK(decoded(R"({"a":1,"b":2,"a":3})") == R"({"a":3,"b":2})");
}

TEST_CASE("json: messages say line, column and position in characters") {
  CHECK(decoded("") == "Expecting value: line 1 column 1 (char 0)");
  CHECK(decoded("[") == "Expecting value: line 1 column 2 (char 1)");
  CHECK(decoded("[1") == "Expecting ',' delimiter: line 1 column 3 (char 2)");
  CHECK(decoded("[1,]") == "Expecting value: line 1 column 4 (char 3)");
  CHECK(decoded("{") ==
        "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)");
  CHECK(decoded("{\"a\":1,}") ==
        "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)");
  CHECK(decoded("{\"a\" 1}") == "Expecting ':' delimiter: line 1 column 6 (char 5)");
  CHECK(decoded("{\"a\":1 \"b\"}") == "Expecting ',' delimiter: line 1 column 8 (char 7)");
  CHECK(decoded(" \n é") == "Expecting value: line 2 column 2 (char 3)");
  CHECK(decoded("[\"é\" 1]") == "Expecting ',' delimiter: line 1 column 6 (char 5)");
  CHECK(decoded("1 2") == "Extra data: line 1 column 3 (char 2)");
  CHECK(decoded("01") == "Extra data: line 1 column 2 (char 1)");
  CHECK(decoded("1.") == "Extra data: line 1 column 2 (char 1)");
  CHECK(decoded("-") == "Expecting value: line 1 column 1 (char 0)");
}

TEST_CASE("json: messages about strings") {
  CHECK(decoded("\"abc") == "Unterminated string starting at: line 1 column 1 (char 0)");
  CHECK(decoded("\"\\") == "Unterminated string starting at: line 1 column 1 (char 0)");
  CHECK(decoded("\"\\q\"") == "Invalid \\escape: line 1 column 2 (char 1)");
  CHECK(decoded("\"\\u12\"") == "Invalid \\uXXXX escape: line 1 column 3 (char 2)");
  CHECK(decoded("\"\\ud800\\u12\"") == "Invalid \\uXXXX escape: line 1 column 9 (char 8)");
  CHECK(decoded("\"a\nb\"") == "Invalid control character at: line 1 column 3 (char 2)");
}

TEST_CASE("json: bytes that are not UTF-8") {
  CHECK(decoded("\"\xff\"") ==
        "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte");
  CHECK(decoded("\"\xc3(\"") ==
        "'utf-8' codec can't decode byte 0xc3 in position 1: invalid continuation byte");
  CHECK(decoded("\"\xe2\x82(\"") ==
        "'utf-8' codec can't decode bytes in position 1-2: invalid continuation byte");
  CHECK(decoded("\xEF\xBB\xBF{}") ==
        "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)");
  CHECK(decoded("1\xc3") == "1");  // a character that the end cuts is dropped
}

TEST_CASE("json: what could not be answered in JSON again is refused") {
  CHECK(decoded("[NaN]") == "Out of range float values are not JSON compliant: 'NaN'");
  CHECK(decoded("-Infinity") == "Out of range float values are not JSON compliant: '-Infinity'");
  CHECK(decoded(std::string(4301, '1')).starts_with("Exceeds the limit (4300 digits)"));
}

TEST_CASE("json: nesting has a limit") {
  std::string deep(5000, '[');
  CHECK(decoded(deep) == "Nested too deeply: line 1 column 65 (char 64)");
  CHECK(decoded("[[1]]", {.depth_max = 2}) == "[[1]]");
  CHECK(decoded("[[[1]]]", {.depth_max = 2}) == "Nested too deeply: line 1 column 3 (char 2)");
}

TEST_CASE("json: half of a surrogate pair is kept for the field to refuse") {
  auto result = decode_json(R"("\ud800x")", Charset::utf8, {});
  REQUIRE(result);
  CHECK(result->text() == "\xED\xA0\x80x");
}

TEST_CASE("json: latin-1") {
  auto result = decode_json("\"\xe9\"", Charset::latin1, {});
  REQUIRE(result);
  CHECK(result->text() == "é");
}

}  // namespace
}  // namespace tt::web::rest
