#include "web/core/parameters.h"

#include <doctest/doctest.h>

#include "web/core/utf8_text.h"

using namespace tt;
using namespace tt::web;

TEST_CASE("a query string becomes parameters in their order") {
  auto parameters = parse_urlencoded("a=1&b=x+y&a=2&empty=&flag&%C3%A9=%e5%8c%97", 10);
  CHECK(parameters.get("a") == "2");
  CHECK(parameters.get_all("a") == std::vector<std::string>{"1", "2"});
  CHECK(parameters.get("b") == "x y");
  CHECK(parameters.contains("empty"));
  CHECK(parameters.get("flag", "x").empty());
  CHECK(parameters.get("é") == "北");
  CHECK(parameters.get("none", "x") == "x");
}

TEST_CASE("broken escapes stay, broken UTF-8 is replaced") {
  auto parameters = parse_urlencoded("a=%zz%4&b=%ff%fea&c=%e5%8c&=v&&", 10);
  CHECK(parameters.get("a") == "%zz%4");
  CHECK(parameters.get("b") == "\uFFFD\uFFFDa");
  CHECK(parameters.get("c") == "\uFFFD");
  CHECK(parameters.get("") == "v");
}

TEST_CASE("more fields than allowed are refused") {
  CHECK_NOTHROW(parse_urlencoded("a&b&c", 3));
  try {
    parse_urlencoded("a&b&c&d", 3);
    FAIL("not refused");
  } catch (const Error& e) {
    CHECK(e.code() == Code::too_large);
  }
}

TEST_CASE("parameters are changed and written") {
  Parameters parameters;
  parameters.add("q", "a b&c=d/ü~");
  parameters.add("page", "1");
  parameters.add("page", "2");
  CHECK(parameters.urlencode() == "q=a+b%26c%3Dd%2F%C3%BC~&page=1&page=2");
  parameters.set("page", "3");
  parameters.set("new", "");
  CHECK(parameters.urlencode() == "q=a+b%26c%3Dd%2F%C3%BC~&page=3&new=");
  parameters.erase("q");
  CHECK(parameters.urlencode() == "page=3&new=");
  CHECK(parse_urlencoded(parameters.urlencode(), 9).get("page") == "3");
}

TEST_CASE("texts that are not UTF-8 are mended as Python's decoder does it") {
  CHECK(valid_utf8("plain é") == "plain é");
  CHECK(valid_utf8("\xF0\x9F\x98") == "\uFFFD");
  CHECK(valid_utf8("\xF0\x9F\x98x") == "\uFFFDx");
  CHECK(valid_utf8("\xC0\xAF") == "\uFFFD\uFFFD");
  CHECK(valid_utf8("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");
}
