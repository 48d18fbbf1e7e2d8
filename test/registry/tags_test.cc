#include "registry/tags.h"

#include <doctest/doctest.h>

using namespace tt::registry;
using Tags = std::vector<std::string>;

TEST_CASE("a comma string is split, trimmed and sorted") {
  CHECK(parse_tags("tag") == Tags{"tag"});
  CHECK(parse_tags("tag, bag ,lag,jag") == Tags{"bag", "jag", "lag", "tag"});
  CHECK(parse_tags("zag,xag,Bag,aag") == Tags{"aag", "Bag", "xag", "zag"});
  CHECK(parse_tags("").empty());
  CHECK(parse_tags(" , ,,").empty());
  CHECK(parse_tags("device:type=API Example") == Tags{"device:type=API Example"});
}

TEST_CASE("a quoted tag may hold commas and escaped quotes") {
  CHECK(parse_tags(R"(apple, orange, "red room", "tennis, later")") ==
        Tags{"apple", "orange", "red room", "tennis, later"});
  CHECK(parse_tags(R"("horse:height=2\"",a)") == Tags{"a", "horse:height=2\""});
  CHECK(parse_tags(R"("open, end)") == Tags{"open, end"});
  CHECK(parse_tags("a\\") == Tags{"a\\"});
}

TEST_CASE("single quotes are stripped at both ends and stay inside") {
  CHECK(parse_tags("'sofa',don't") == Tags{"don't", "sofa"});
  CHECK(parse_tags("'") == Tags{"'"});
  CHECK(parse_tags("' 'a' '") == Tags{"a"});
  CHECK(parse_tags("''").empty());
}

TEST_CASE("tags of a list are cleaned, not split") {
  CHECK(clean_tags({" b ", "\"a, c\"", "", "b", "\tx\ny"}) == Tags{"a, c", "b", "x y"});
  CHECK(clean_tags({"b", "B", "a"}) == Tags{"a", "B", "b"});
}

TEST_CASE("the length of tags counts characters and commas") {
  CHECK(tags_length({}) == 0);
  CHECK(tags_length({"ab"}) == 2);
  CHECK(tags_length({"ab", "Öl"}) == 5);
}
