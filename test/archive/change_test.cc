#include "archive/change.h"

#include <doctest/doctest.h>

#include "archive/series_record.h"
#include "base/bytes.h"
#include "plain_hex.h"

using namespace tt;
using namespace tt::archive;

namespace {

Append two_runs() {
  Append append{.received = 1000, .slices = {}, .points = {}};
  append.points.add(990, "21.50");
  append.points.add(1000, "21.55");
  append.points.add(1010, "21.45");
  append.slices.push_back({7, 0, 3});
  append.points.add(1000, "on");
  append.points.add(1001, "3");
  append.points.add(1005, "0x");
  append.slices.push_back({5, 3, 6});
  return append;
}

}  // namespace

TEST_CASE("change: byte tables") {
  CHECK(to_hex(encode_change(two_runs())) ==
        plain("01 d00f"     // append, received at 1000
              "0e 03 42"    // series 7, three values of two decimals at equal steps
              "13 14"       // 10 before `received`, 10 apart
              "cc21 0a 13"  // 2150, +5, -10
              "03 03 1f"    // series 5, three values of any kind
              "00 02 08"    // at once, 1 and 4 later
              "ff026f6e 0006 ff023078"));
  CHECK(to_hex(encode_change(Erase{.series = 300, .start = -1, .end = 2, .remaining = {}})) ==
        plain("02 ac02 01 04 00"));
  Erase erase{.series = 1, .start = 5, .end = 6, .remaining = {}};
  erase.remaining.add(4, "1.5");
  CHECK(to_hex(encode_change(erase)) == plain("02 01 0a 0c 01 08 011e"));
  CHECK(to_hex(encode_change(Forget{9})) == plain("03 09"));
  CHECK(to_hex(encode_change(SetExtremes{2, std::nullopt, 1.0})) ==
        plain("04 02 02 000000000000f03f"));
}

TEST_CASE("change: what was written is read") {
  auto append = std::get<Append>(decode_change(encode_change(two_runs())).value());
  CHECK(append.received == 1000);
  REQUIRE(append.slices.size() == 2);
  CHECK(append.slices[0].series == 7);
  CHECK(append.slices[1].series == 5);
  CHECK(append.slices[1].begin == 3);
  CHECK(append.slices[1].end == 6);
  auto expected = two_runs();
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(append.points.at(i) == expected.points.at(i));
    CHECK(append.points.value(i) == expected.points.value(i));
  }
  Erase erase{.series = 1, .start = 5, .end = 6, .remaining = {}};
  erase.remaining.add(4, "off");
  auto read = std::get<Erase>(decode_change(encode_change(erase)).value());
  CHECK(read.remaining.at(0) == 4);
  CHECK(read.remaining.value(0) == "off");
  auto extremes =
      std::get<SetExtremes>(decode_change(encode_change(SetExtremes{3, -1.5, {}})).value());
  CHECK(extremes.min == -1.5);
  CHECK(!extremes.max);
}

TEST_CASE("change: bytes that no writer makes are refused") {
  for (std::string hex : {"",
                          "00",
                          "05",
                          "01",
                          "0100 0e",
                          "0100 00010000 02",                     // series 0
                          "0100 0e0042",                          // no samples
                          "0100 0eff0142 000202020202",           // more samples than bytes
                          "0100 0e020000 00 0202",                // a step of 0
                          "0100 0e020000 01 0202",                // a step back
                          "0100 0e0112 00 02",                    // 18 decimals
                          "0100 0e0160 00 02",                    // an unknown form
                          "0100 0e011f 00 ff0561",                // a text beyond the end
                          "0100 0e0100 00 ffffffffffffffffff01",  // a mantissa too long
                          "02ac020104",
                          "02ac02010402",
                          "020001040000",
                          "0309 00",
                          "0300",
                          "040100 00",
                          "040104",
                          "04010100"}) {
    CAPTURE(hex);
    CHECK(!decode_change(from_hex(plain(hex)).value()));
  }
}

TEST_CASE("series record: what was written is read") {
  SeriesRecord blank;
  CHECK(to_hex(encode_series_record(blank)) == plain("010000"));
  CHECK(decode_series_record(encode_series_record(blank)).value().is_blank());
  SeriesRecord record;
  Points points;
  points.add(50, "0017");
  record.set_last(points, 0, 60);
  record.min = -2.5;
  record.max = 17;
  record.partitions.add(-3);
  record.partitions.add(5);
  record.partitions.add(6);
  record.blocks_last = 40;
  record.tail_points = 12;
  auto read = decode_series_record(encode_series_record(record)).value();
  CHECK(read.has_last);
  CHECK(read.last_at == 50);
  CHECK(read.received == 60);
  CHECK(read.last_as_text() == plain("0017"));
  CHECK(read.min == -2.5);
  CHECK(read.max == 17);
  CHECK(read.partitions.runs() == std::vector<Partitions::Run>{{-3, -3}, {5, 6}});
  CHECK(read.blocks_last == 40);
  CHECK(read.tail_points == 12);
  auto bytes = encode_series_record(record);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK(!decode_series_record(std::string_view(bytes).substr(0, size)));
  }
  CHECK(!decode_series_record(bytes + '\0'));
}

TEST_CASE("partitions: weeks join and stay few") {
  CHECK(partition_of(0) == 0);
  CHECK(partition_of(-1) == -1);
  CHECK(partition_of(partition_us) == 1);
  CHECK(partition_start(-1) == -partition_us);
  CHECK(partition_last(0) == partition_us - 1);
  CHECK(partition_of(partition_start(-7)) == -7);
  CHECK(partition_of(partition_last(-7)) == -7);
  Partitions partitions;
  for (auto p : {5, 3, 4, 9, 7, 8, 4}) partitions.add(p);
  CHECK(partitions.runs() == std::vector<Partitions::Run>{{3, 5}, {7, 9}});
  CHECK(partitions.contains(4));
  CHECK(!partitions.contains(6));
  CHECK(partitions.between(4, 7) == std::vector<Partitions::Run>{{4, 5}, {7, 7}});
  CHECK(partitions.between(10, 20).empty());
  for (int i = 0; i < 1000; ++i) partitions.add(100 + 2 * i);
  CHECK(partitions.runs().size() == Partitions::runs_max);
  for (int i = 0; i < 1000; ++i) CHECK(partitions.contains(100 + 2 * i));
}
