#include "base/uuid.h"

#include <doctest/doctest.h>

using tt::Uuid;

TEST_CASE("UUIDs are read and written") {
  constexpr const char* text = "f81d4fae-7dec-41d0-8765-00a0c91e6bf6";
  CHECK(Uuid::parse(text)->text() == text);
  CHECK(Uuid::parse("F81D4FAE7DEC41D0876500A0C91E6BF6")->text() == text);
  CHECK(Uuid().text() == "00000000-0000-0000-0000-000000000000");
  for (const char* bad :
       {"", "f81d4fae-7dec-41d0-8765-00a0c91e6bf", "f81d4fae7-dec-41d0-8765-00a0c91e6bf6",
        "g81d4fae-7dec-41d0-8765-00a0c91e6bf6", "{f81d4fae-7dec-41d0-8765-00a0c91e6bf}",
        "f81d4fae-7dec-41d0-8765-00a0c91e6bf6 "}) {
    CHECK_FALSE(Uuid::parse(bad));
  }
}

TEST_CASE("random UUIDs are of version 4 and differ") {
  Uuid one = Uuid::random(), other = Uuid::random();
  CHECK(one != other);
  CHECK(one.text()[14] == '4');
  CHECK(std::string("89ab").contains(one.text()[19]));
}
