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
