#include "archive/keys.h"

#include <limits>

namespace tt::archive {
namespace {

constexpr std::string_view block_prefix = "archive/b";
constexpr std::string_view log_prefix = "archive/l";
constexpr std::string_view series_prefix = "archive/s";

void put_be(std::uint64_t value, unsigned bytes, std::string& out) {
  for (unsigned i = bytes; i-- > 0;) out.push_back(static_cast<char>(value >> (8 * i)));
}

std::uint64_t take_be(std::string_view bytes) {
  std::uint64_t value = 0;
  for (unsigned char byte : bytes) value = value << 8 | byte;
  return value;
}

void put_partition(Partition partition, std::string& out) {
  put_be(static_cast<std::uint32_t>(partition) ^ 0x8000'0000u, 4, out);
}

void put_time(std::int64_t at, std::string& out) {
  put_be(static_cast<std::uint64_t>(at) ^ std::uint64_t{1} << 63, 8, out);
}

std::string blocks_prefix(Partition partition, std::uint64_t series) {
  std::string key(block_prefix);
  put_partition(partition, key);
  put_be(series, 8, key);
  return key;
}

std::string numbered(std::string_view prefix, std::uint64_t number) {
  std::string key(prefix);
  put_be(number, 8, key);
  return key;
}

std::uint64_t number_of(std::string_view prefix, std::string_view key) {
  if (key.size() != prefix.size() + 8 || !key.starts_with(prefix)) return 0;
  return take_be(key.substr(prefix.size()));
}

}  // namespace

std::string block_key(Partition partition, std::int64_t series, std::int64_t last) {
  auto key = blocks_prefix(partition, static_cast<std::uint64_t>(series));
  put_time(last, key);
  return key;
}

store::Range blocks_from(Partition partition, std::int64_t series, std::int64_t at) {
  return {block_key(partition, series, at),
          blocks_prefix(partition, static_cast<std::uint64_t>(series) + 1)};
}

store::Range blocks_before(Partition partition, std::int64_t series, std::int64_t at) {
  return {blocks_prefix(partition, static_cast<std::uint64_t>(series)),
          block_key(partition, series, at)};
}

store::Range blocks_between(Partition partition, std::int64_t series, std::int64_t start,
                            std::int64_t end) {
  auto range = blocks_from(partition, series, start);
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  if (end < largest) range.end = block_key(partition, series, end + 1);
  return range;
}

store::Range partitions_before(Partition partition) {
  std::string end(block_prefix);
  put_partition(partition, end);
  return {std::string(block_prefix), std::move(end)};
}

std::string log_key(std::uint64_t number) { return numbered(log_prefix, number); }

store::Range log_range() { return store::prefix_range(log_prefix); }

store::Range log_before(std::uint64_t number) { return {std::string(log_prefix), log_key(number)}; }

std::uint64_t number_of_log_key(std::string_view key) { return number_of(log_prefix, key); }

std::string series_key(std::int64_t series) {
  return numbered(series_prefix, static_cast<std::uint64_t>(series));
}

}  // namespace tt::archive
