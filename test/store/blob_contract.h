#pragma once

// The suite that every engine of Blob passes.
//
//   TEST_CASE("the contract of Blob") { check_blob_contract([] { return make_memory_blob(); }); }
//
// `make_empty` returns a Blob without blobs; it is called once for every part of the suite.

#include <doctest/doctest.h>

#include <functional>
#include <memory>

#include "base/error.h"
#include "rt/loop.h"
#include "store/blob.h"
#include "store/blob_name.h"

namespace tt::store::contract {

using MakeBlob = std::function<std::unique_ptr<Blob>()>;

// --- shorthands, also for the tests of the engines ------------------------------------------

// `size_bytes` bytes that differ from place to place and from `seed` to `seed`.
inline std::string pattern(std::size_t size_bytes, unsigned seed = 0) {
  std::string bytes(size_bytes, '\0');
  for (std::size_t i = 0; i < size_bytes; ++i) {
    bytes[i] = static_cast<char>((i * 31 + i / 251 + seed * 101) & 0xff);
  }
  return bytes;
}
inline Task<> write_in_pieces(BlobWriter& writer, std::string bytes, std::size_t piece_bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    std::string_view piece = std::string_view(bytes).substr(at, piece_bytes);
    co_await writer.write(piece);
  }
}
inline Task<> write_blob(Blob& blobs, std::string name, std::string bytes,
                         std::size_t piece_bytes = 10'000) {
  auto writer = co_await blobs.create(name);
  co_await write_in_pieces(*writer, std::move(bytes), piece_bytes);
  co_await writer->commit();
}
inline void put_blob(Blob& blobs, std::string name, std::string bytes,
                     std::size_t piece_bytes = 10'000) {
  rt::run_alone(write_blob(blobs, std::move(name), std::move(bytes), piece_bytes));
}
inline std::unique_ptr<BlobReader> open(Blob& blobs, std::string_view name) {
  return rt::run_alone(blobs.open(name));
}
inline std::string read(BlobReader& reader, std::uint64_t offset = 0,
                        std::size_t count = 100'000'000) {
  return rt::run_alone(reader.read(offset, count));
}
inline std::string load(Blob& blobs, std::string_view name) {
  auto reader = open(blobs, name);
  return reader ? read(*reader) : "(absent)";
}
inline bool remove(Blob& blobs, std::string_view name) { return rt::run_alone(blobs.remove(name)); }

// --- the parts of the suite -----------------------------------------------------------------

inline void check_sizes(Blob& blobs) {
  for (std::size_t size : {0, 1, 1000, 65535, 65536, 65537, 131072, 200'000, 3'000'000}) {
    CAPTURE(size);
    std::string bytes = pattern(size);
    put_blob(blobs, "b", bytes);
    auto reader = open(blobs, "b");
    REQUIRE(reader);
    CHECK(reader->size_bytes() == size);
    CHECK(read(*reader) == bytes);
  }
}

inline void check_pieces(Blob& blobs) {
  std::string bytes = pattern(300'000);
  for (std::size_t piece_bytes : {300'000, 65'536, 65'537, 7, 100'001}) {
    put_blob(blobs, "b", bytes, piece_bytes);
    CHECK(load(blobs, "b") == bytes);
  }
}

inline void check_parts_are_read(Blob& blobs) {
  for (std::size_t size : {50'000, 300'000}) {
    std::string bytes = pattern(size);
    put_blob(blobs, "b", bytes);
    auto reader = open(blobs, "b");
    for (std::size_t offset : {0, 1, 65'535, 65'536, 131'000, 299'999}) {
      for (std::size_t count : {0, 1, 2, 65'536, 100'000}) {
        CAPTURE(offset);
        CAPTURE(count);
        std::string expected = offset < size ? bytes.substr(offset, count) : "";
        CHECK(read(*reader, offset, count) == expected);
      }
    }
    CHECK(read(*reader, size, 10).empty());
    CHECK(read(*reader, ~std::uint64_t{0}, 10).empty());
    CHECK(read(*reader, size - 1, ~std::size_t{0}) == bytes.substr(size - 1));
  }
}

inline void check_names(Blob& blobs) {
  std::string binary("/../\0\xff", 6);
  std::string longest(blob_name_bytes_max, 'n');
  put_blob(blobs, binary, "1");
  put_blob(blobs, longest, "2");
  put_blob(blobs, "a/b", "3");
  CHECK(load(blobs, binary) == "1");
  CHECK(load(blobs, longest) == "2");
  CHECK(load(blobs, "a/b") == "3");
  CHECK(!open(blobs, "a"));
  CHECK(!open(blobs, "a/"));
  CHECK_THROWS_AS(rt::run_alone(blobs.create("")), Error);
  CHECK_THROWS_AS(rt::run_alone(blobs.create(longest + "n")), Error);
  CHECK(!open(blobs, ""));
  CHECK(!remove(blobs, longest + "n"));
}

inline void check_visible_when_committed(Blob& blobs) {
  for (std::size_t size : {100, 200'000}) {
    CAPTURE(size);
    put_blob(blobs, "b", "old");
    {
      auto writer = rt::run_alone(blobs.create("b"));
      rt::run_alone(write_in_pieces(*writer, pattern(size), 50'000));
      CHECK(load(blobs, "b") == "old");
    }
    CHECK(load(blobs, "b") == "old");
    auto writer = rt::run_alone(blobs.create("b"));
    rt::run_alone(write_in_pieces(*writer, pattern(size), 50'000));
    rt::run_alone(writer->commit());
    CHECK(load(blobs, "b") == pattern(size));
  }
}

inline void check_last_commit_wins(Blob& blobs) {
  auto first = rt::run_alone(blobs.create("b"));
  auto second = rt::run_alone(blobs.create("b"));
  rt::run_alone(write_in_pieces(*first, pattern(100'000, 1), 50'000));
  rt::run_alone(write_in_pieces(*second, pattern(100'000, 2), 50'000));
  rt::run_alone(second->commit());
  rt::run_alone(first->commit());
  CHECK(load(blobs, "b") == pattern(100'000, 1));
}

inline void check_readers_keep_what_they_opened(Blob& blobs) {
  for (std::size_t size : {100, 200'000}) {
    CAPTURE(size);
    put_blob(blobs, "b", pattern(size, 1));
    auto old = open(blobs, "b");
    put_blob(blobs, "b", pattern(size, 2));
    auto replaced = open(blobs, "b");
    CHECK(remove(blobs, "b"));
    CHECK(!open(blobs, "b"));
    CHECK(read(*old) == pattern(size, 1));
    CHECK(read(*replaced) == pattern(size, 2));
  }
}

inline void check_removal(Blob& blobs) {
  CHECK(!remove(blobs, "b"));
  put_blob(blobs, "b", pattern(100'000));
  put_blob(blobs, "c", "small");
  CHECK(remove(blobs, "b"));
  CHECK(!remove(blobs, "b"));
  CHECK(remove(blobs, "c"));
  CHECK(!open(blobs, "b"));
  CHECK(!open(blobs, "c"));
  put_blob(blobs, "b", "again");
  CHECK(load(blobs, "b") == "again");
}

inline void check_blob_contract(const MakeBlob& make_empty) {
  struct Part {
    const char* name;
    void (*check)(Blob&);
  };
  const Part parts[] = {
      {"sizes", check_sizes},
      {"pieces", check_pieces},
      {"parts are read", check_parts_are_read},
      {"names", check_names},
      {"visible when committed", check_visible_when_committed},
      {"the last commit wins", check_last_commit_wins},
      {"readers keep what they opened", check_readers_keep_what_they_opened},
      {"removal", check_removal},
  };
  for (const Part& part : parts) {
    CAPTURE(part.name);
    auto blobs = make_empty();
    part.check(*blobs);
  }
}

}  // namespace tt::store::contract
