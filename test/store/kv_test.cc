#include "store/kv.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace tt;
using namespace tt::store;

TEST_CASE("a prefix is a range of keys") {
  CHECK(prefix_range("ab").begin == "ab");
  CHECK(prefix_range("ab").end == "ac");
  CHECK(prefix_range("a\x7f").end == "a\x80");
  CHECK(prefix_range("a\xff").end == "b");
  CHECK(prefix_range("a\xff\xff").end == "b");
  CHECK(prefix_range("\xff\xff").begin == "\xff\xff");
  CHECK(prefix_range("\xff\xff").end.empty());
  CHECK(prefix_range("").begin.empty());
  CHECK(prefix_range("").end.empty());
}

TEST_CASE("a batch has the size of its keys and values") {
  Batch batch;
  CHECK(checked_size_bytes(batch) == 0);
  batch.put("key", "value");
  batch.erase("gone");
  batch.erase(Range{.begin = "a", .end = "bc"});
  CHECK(checked_size_bytes(batch) == 8 + 4 + 3);
}

TEST_CASE("a batch over a limit is refused") {
  Batch long_key;
  long_key.put(std::string(key_bytes_max, 'k'), "");
  CHECK(checked_size_bytes(long_key) == key_bytes_max);
  long_key.erase(std::string(key_bytes_max + 1, 'k'));
  CHECK_THROWS_WITH_AS(checked_size_bytes(long_key),
                       "a key of 8193 bytes is over the limit of 8192 bytes", Error);

  Batch large;
  for (int i = 0; i < 4; ++i) large.put("k", std::string(batch_bytes_max / 4 - 1, 'v'));
  CHECK(checked_size_bytes(large) == batch_bytes_max);
  large.put("", "v");
  CHECK_THROWS_AS(checked_size_bytes(large), Error);
}
