#include "wire/json_layout.h"

#include <doctest/doctest.h>

using namespace tt::wire;

TEST_CASE("in one line") {
  CHECK(lay_out(R"({"a":[1,2],"b":{}})", {}) == R"({"a": [1, 2], "b": {}})");
  CHECK(lay_out("[]", {}) == "[]");
  CHECK(lay_out("-1.50", {.indent = 2}) == "-1.50");
}

TEST_CASE("indented") {
  CHECK(
      lay_out(R"({"a":[1,{"b":null}],"c":{},"d":[]})", {.indent = 2}) ==
      "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}");
  CHECK(lay_out("[1]", {.indent = 0}) == "[\n1\n]");
  CHECK(lay_out("[1]", {.indent = 2, .level = 1}) == "[\n    1\n  ]");
}

TEST_CASE("what stands in strings is no token") {
  CHECK(lay_out(R"(["a,b:{[]}\",","\\"])", {}) == R"(["a,b:{[]}\",", "\\"])");
  CHECK(lay_out(R"({"\\":",\\\""})", {.indent = 1}) == "{\n \"\\\\\": \",\\\\\\\"\"\n}");
}

TEST_CASE("what fits stays in one line") {
  constexpr auto json = R"({"a":[1,2],"b":"xxxx"})";  // 26 columns with spaces
  CHECK(lay_out(json, {.indent = 2, .columns_max = 26}) == R"({"a": [1, 2], "b": "xxxx"})");
  CHECK(lay_out(json, {.indent = 2, .columns_max = 25}) ==
        "{\n  \"a\": [1, 2],\n  \"b\": \"xxxx\"\n}");
  CHECK(lay_out(json, {.indent = 2, .columns_max = 10}) ==
        "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": \"xxxx\"\n}");
}
