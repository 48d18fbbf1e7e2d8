#include "wire/utf8.h"

#include <doctest/doctest.h>

#include <string>

#include "base/bytes.h"

using namespace tt;
using namespace tt::wire;

TEST_CASE("UTF-8 is judged the same in pieces as in one") {
  for (std::string text :
       {"", "plain ascii text, longer than a word", "\u00e9\u20ac\U0010FFFF\uD7FF", "a\U00010000b",
        "\x80", "\xC0\x80", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF5", "\xE2\x82", "\xF0\x9F\x98", "good\xFF", "\xE2\x28\xA1", "\xE2\x82\xAC\x80"}) {
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      Utf8Checker checker;
      checker.feed(std::string_view(text).substr(0, cut));
      checker.feed(std::string_view(text).substr(cut));
      CHECK_MESSAGE(checker.complete() == is_utf8(text), to_hex(text), " cut at ", cut);
    }
  }
}

TEST_CASE("a broken text is refused at the first byte that breaks it") {
  Utf8Checker checker;
  CHECK(checker.feed("\xF4"));
  CHECK_FALSE(checker.feed("\x90"));  // beyond U+10FFFF
  CHECK_FALSE(checker.feed("a"));
  checker.reset();
  CHECK(checker.feed("a"));
  CHECK(checker.complete());
}

TEST_CASE("the ASCII prefix is found at every length") {
  for (std::size_t size = 0; size < 40; ++size) {
    std::string text(size, 'x');
    CHECK(ascii_prefix(text) == size);
    CHECK(ascii_prefix(text + "\xC3\xA9 and more") == size);
  }
}
