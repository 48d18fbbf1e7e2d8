#include "console/request_body.h"

#include <doctest/doctest.h>

using namespace tt;
using console::RequestBody;

namespace {

template <class Call>
Code code_of(Call call) {
  try {
    call();
  } catch (const Error& e) {
    return e.code();
  }
  FAIL("no Error was thrown");
  return Code::internal;
}

}  // namespace

TEST_CASE("members are read with their type") {
  RequestBody body(R"({"title":"Green\u00e9","private":true})");
  CHECK(body.string("title") == "Greené");
  CHECK(body.boolean("private"));
}

TEST_CASE("a member that is absent or of another type is unprocessable") {
  RequestBody body(R"({"title":5,"private":"true"})");
  CHECK(code_of([&] { body.string("title"); }) == Code::unprocessable);
  CHECK(code_of([&] { body.string("login"); }) == Code::unprocessable);
  CHECK(code_of([&] { body.boolean("private"); }) == Code::unprocessable);
}

TEST_CASE("what is no JSON object is refused") {
  CHECK(code_of([] { RequestBody body(""); }) == Code::invalid);
  CHECK(code_of([] { RequestBody body("{"); }) == Code::invalid);
  CHECK(code_of([] { RequestBody body("[]"); }) == Code::invalid);
  CHECK(code_of([] { RequestBody body(R"({"a":[[[[[[[[[[1]]]]]]]]]]})"); }) == Code::invalid);
  std::string long_text = R"({"title":")" + std::string(RequestBody::bytes_max, 'x') + "\"}";
  CHECK(code_of([&] { RequestBody body(long_text); }) == Code::too_large);
}

TEST_CASE("what may be absent is nullopt when it is absent or null") {
  RequestBody body(R"({"text":"a","none":null,"number":1.5,"whole":7,"list":["x","y"]})");
  CHECK(body.find_string("text") == "a");
  CHECK_FALSE(body.find_string("none"));
  CHECK_FALSE(body.find_string("absent"));
  CHECK(body.has("none"));
  CHECK_FALSE(body.has("absent"));
  CHECK(body.find_number("number") == 1.5);
  CHECK(body.find_integer("whole") == 7);
  CHECK(body.find_strings("list") == std::vector<std::string>{"x", "y"});
  CHECK(code_of([&] { body.find_integer("number"); }) == Code::unprocessable);
  CHECK(code_of([&] { body.find_strings("text"); }) == Code::unprocessable);
}

TEST_CASE("objects in a body are read like the body") {
  RequestBody body(R"({"place":{"name":"Hut"},"list":[{"id":"a"},{"id":"b"}],"bad":[1]})");
  REQUIRE(body.find_members("place"));
  CHECK(body.find_members("place")->string("name") == "Hut");
  auto list = body.list_of_members("list");
  REQUIRE(list.size() == 2);
  CHECK(list[1].string("id") == "b");
  CHECK(body.list_of_members("absent").empty());
  CHECK(code_of([&] { body.list_of_members("bad"); }) == Code::unprocessable);
}
