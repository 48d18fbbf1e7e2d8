#include "wire/header_value.h"

#include <doctest/doctest.h>

using namespace tt::wire;

namespace {

// "a;b=c,d" back again, or "!" and the offset of the problem.
std::string read(std::string_view text) {
  auto elements = parse_header_list(text);
  if (!elements) return "!" + std::to_string(elements.error().offset);
  std::string result;
  for (const auto& element : *elements) {
    result += (result.empty() ? "" : "|") + element.name;
    for (const auto& [name, value] : element.parameters) {
      result += ";" + name + (value ? "=" + *value : "");
    }
  }
  return result;
}

}  // namespace

TEST_CASE("lists of elements with parameters") {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {" , ,, ", ""},
      {"gzip", "gzip"},
      {"a, b ,c", "a|b|c"},
      {"text/html;level=1, */*; Q=0.5", "text/html;level=1|*/*;q=0.5"},
      {"x; a ; b=c", "x;a;b=c"},
      {"x;;a=b;", "x;a=b"},
      {R"(x; a="b, c; \"d\\")", R"(x;a=b, c; "d\)"},
      {R"(x; a="")", "x;a="},
      {"x y", "!2"},
      {"x; a=", "!5"},
      {R"(x; a="b)", "!7"},
      {R"(x; a="b\)", "!8"},
      {"=", "!0"},
      {"x; =b", "!3"},
      {"x\x01", "!1"},
  };
  for (auto [text, expected] : cases) CHECK_MESSAGE(read(text) == expected, text);
}

TEST_CASE("lists are bounded") {
  std::string elements;
  std::string parameters = "x";
  for (std::size_t i = 0; i <= header_elements_max; ++i) {
    elements += "a,";
    parameters += ";a";
  }
  CHECK_FALSE(parse_header_list(elements));
  CHECK_FALSE(parse_header_list(parameters));
}

TEST_CASE("tokens in lists are found in any case") {
  CHECK(list_has_token("keep-alive, Upgrade", "upgrade"));
  CHECK(list_has_token("UPGRADE", "upgrade"));
  CHECK_FALSE(list_has_token("upgrade-insecure", "upgrade"));
  CHECK_FALSE(list_has_token("", "upgrade"));
  CHECK_FALSE(list_has_token("a,,b", "c"));
}

TEST_CASE("small things") {
  CHECK(trim(" \ta b\t ") == "a b");
  CHECK(trim(" \t") == "");
  CHECK(is_token("X-ApiKey"));
  CHECK_FALSE(is_token(""));
  CHECK_FALSE(is_token("a b"));
  CHECK(equal_ignoring_case("Content-TYPE", "content-type"));
  CHECK_FALSE(equal_ignoring_case("a", "ab"));
}
