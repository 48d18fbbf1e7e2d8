#include "twin/merge_patch.h"

#include <doctest/doctest.h>

#include <boost/json.hpp>

#include <random>

using namespace tt::twin;
namespace json = boost::json;

namespace {

std::string merged(std::string_view target, std::string_view patch) {
  return json::serialize(merge_patch(json::parse(target), json::parse(patch)));
}

std::string missing(std::string_view desired, std::string_view reported) {
  return json::serialize(
      delta(json::parse(desired).as_object(), json::parse(reported).as_object()));
}

json::value random_value(std::mt19937& random, int depth) {
  switch (random() % (depth > 0 ? 6 : 4)) {
    case 0: return json::value(static_cast<std::int64_t>(random() % 3));
    case 1: return json::value("text");
    case 2: return json::value(true);
    case 3: return json::array{1, nullptr};
    default: break;
  }
  json::object object;
  for (unsigned n = random() % 4; n > 0; --n) {
    object[std::string(1, static_cast<char>('a' + random() % 4))] = random_value(random, depth - 1);
  }
  return object;
}

json::object random_object(std::mt19937& random) {
  json::value value;
  while (!value.is_object()) value = random_value(random, 4);
  return value.as_object();
}

}  // namespace

// RFC 7396, appendix A: "Original", "Patch", "Result".
TEST_CASE("the examples of the RFC") {
  constexpr std::string_view examples[][3] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"a":"foo"})", R"(null)", R"(null)"},
      {R"({"a":"foo"})", R"("bar")", R"("bar")"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
  };
  for (const auto& [original, patch, result] : examples) {
    CAPTURE(original);
    CAPTURE(patch);
    CHECK(merged(original, patch) == result);
  }
}

TEST_CASE("members keep their order") {
  CHECK(merged(R"({"a":1,"b":2,"c":3})", R"({"a":null})") == R"({"b":2,"c":3})");
  CHECK(merged(R"({"a":1,"b":2})", R"({"a":9})") == R"({"a":9,"b":2})");
}

TEST_CASE("what desired asks for and reported does not say") {
  constexpr std::string_view examples[][3] = {
      {R"({})", R"({"a":1})", R"({})"},
      {R"({"a":1})", R"({})", R"({"a":1})"},
      {R"({"a":1})", R"({"a":1})", R"({})"},
      {R"({"a":1})", R"({"a":1.0})", R"({})"},
      {R"({"a":1})", R"({"a":2})", R"({"a":1})"},
      {R"({"a":1})", R"({"a":"1"})", R"({"a":1})"},
      {R"({"a":true})", R"({"a":1})", R"({"a":true})"},
      {R"({"a":{"b":1,"c":2}})", R"({"a":{"b":1,"c":3}})", R"({"a":{"c":2}})"},
      {R"({"a":{"b":1}})", R"({"a":{"b":1,"x":9}})", R"({})"},
      {R"({"a":{"b":1}})", R"({"a":5})", R"({"a":{"b":1}})"},
      {R"({"a":{}})", R"({})", R"({"a":{}})"},
      {R"({"a":[1,2]})", R"({"a":[1.0,2]})", R"({})"},
      {R"({"a":[1,2]})", R"({"a":[2,1]})", R"({"a":[1,2]})"},
      {R"({"a":[{"b":1}]})", R"({"a":[{"b":1,"c":2}]})", R"({"a":[{"b":1}]})"},
  };
  for (const auto& [desired, reported, expected] : examples) {
    CAPTURE(desired);
    CAPTURE(reported);
    CHECK(missing(desired, reported) == expected);
  }
}

TEST_CASE("a device that reports the delta has done what was desired") {
  std::mt19937 random(11);
  for (int n = 0; n < 2'000; ++n) {
    auto desired = random_object(random), reported = random_object(random);
    auto left = delta(desired, reported);
    CAPTURE(json::serialize(desired));
    CAPTURE(json::serialize(reported));
    auto after = merge_patch(reported, left);
    CHECK(delta(desired, after.as_object()).empty());
    CHECK(delta(desired, desired).empty());
  }
}

TEST_CASE("a patch applied twice is a patch applied once") {
  std::mt19937 random(12);
  for (int n = 0; n < 2'000; ++n) {
    json::value target = random_value(random, 4), patch = random_value(random, 4);
    auto once = merge_patch(target, patch);
    CHECK(merge_patch(once, patch) == once);
  }
}
