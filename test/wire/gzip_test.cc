#include "wire/gzip.h"

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "base/random.h"

using namespace tt;
using namespace tt::wire;

namespace {

std::string sample(std::size_t size) {
  SeededRandom random(5);
  std::string text;
  while (text.size() < size) text += std::to_string(random.below(1000)) + ",";
  return text.substr(0, size);
}

std::string inflate_in_steps(std::string_view packed, std::size_t step, GzipFormat format) {
  Inflater inflater(format);
  std::string out;
  for (; !packed.empty(); packed.remove_prefix(std::min(step, packed.size()))) {
    if (!inflater.append(packed.substr(0, step), out)) return "broken";
  }
  return inflater.finish() ? out : "incomplete";
}

}  // namespace

TEST_CASE("what was compressed comes back, whatever the pieces") {
  for (std::size_t size : {0u, 1u, 1'000u, 300'000u}) {
    auto text = sample(size);
    auto packed = gzip(text);
    CHECK(gunzip(packed).value() == text);
    for (std::size_t step : {1u, 7u, 5'000u}) {
      CHECK(inflate_in_steps(packed, step, GzipFormat::gzip) == text);
    }
  }
}

TEST_CASE("zlib streams") {
  Deflater deflater(GzipFormat::zlib, 1);
  std::string packed;
  deflater.append("one ", packed);
  deflater.append("two", packed);
  deflater.finish(packed);
  CHECK(inflate_in_steps(packed, 3, GzipFormat::zlib) == "one two");
  CHECK(inflate_in_steps(packed + "x", 100, GzipFormat::zlib) == "broken");
  CHECK(inflate_in_steps(packed, 100, GzipFormat::gzip) == "broken");
}

TEST_CASE("a stream made elsewhere") {
  // printf 'hello\n' | gzip -n
  auto packed = from_hex("1f8b0800000000000003cb48cdc9c9e7020020303a3606000000").value();
  CHECK(gunzip(packed).value() == "hello\n");
  CHECK(gunzip(packed + packed).value() == "hello\nhello\n");  // two members
}

TEST_CASE("a flush makes everything readable") {
  Deflater deflater(GzipFormat::gzip);
  Inflater inflater(GzipFormat::gzip);
  std::string packed;
  std::string out;
  deflater.append("now", packed);
  deflater.flush(packed);
  REQUIRE(inflater.append(packed, out));
  CHECK(out == "now");
  CHECK_FALSE(inflater.finish());
}

TEST_CASE("damage is found") {
  auto packed = gzip(sample(1000));
  CHECK_FALSE(gunzip(""));
  CHECK_FALSE(gunzip("plain text"));
  CHECK_FALSE(gunzip(packed.substr(0, packed.size() - 1)));
  CHECK_FALSE(gunzip(packed + "garbage"));
  auto damaged = packed;
  damaged[packed.size() - 6] ^= 1;  // the checksum
  CHECK_FALSE(gunzip(damaged));
  for (std::size_t i = 0; i < 10; ++i) CHECK_FALSE(gunzip(packed.substr(0, i)));
}

TEST_CASE("bombs are refused, big honest data is not") {
  auto bomb = gzip(std::string(20'000'000, 'a'));
  std::string out;
  Inflater by_size(GzipFormat::gzip, {.bytes_max = 1'000'000, .ratio_max = 10'000});
  CHECK_FALSE(by_size.append(bomb, out));
  CHECK(by_size.over_limit());
  CHECK(out.size() <= 1'000'000);

  out.clear();
  Inflater by_ratio(GzipFormat::gzip, {.bytes_max = 100'000'000});
  CHECK_FALSE(by_ratio.append(bomb, out));
  CHECK(by_ratio.over_limit());
  CHECK(out.size() <= 2'000'000);

  auto text = sample(5'000'000);
  CHECK(gunzip(gzip(text)).value() == text);
  Inflater exact(GzipFormat::gzip, {.bytes_max = 5'000'000});
  out.clear();
  CHECK(exact.append(gzip(text), out));
  Inflater damaged(GzipFormat::gzip);
  CHECK_FALSE(damaged.append("not gzip", out));
  CHECK_FALSE(damaged.over_limit());
}
