#pragma once

// TreeBuilder: makes a tree of values from the items of a binary format in which containers come
// with their number of elements (msgpack) or with an end mark (CBOR).  No recursion; limits are
// checked as the tree grows.

#include <boost/json.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "wire/binary_tree.h"

namespace tt::wire::detail {

class TreeBuilder {
 public:
  static constexpr std::uint64_t until_end = std::numeric_limits<std::uint64_t>::max();

  explicit TreeBuilder(const TreeLimits& limits) : limits_(limits) {}

  // Each of these adds the next item and returns nullptr, or says what is wrong.
  const char* add(boost::json::value value);
  const char* add_text(std::string_view text);  // a value, or a key where one is due
  const char* add_binary(std::string_view bytes);
  // `count` elements or members will follow, or as many as come before end().
  const char* begin_array(std::uint64_t count);
  const char* begin_object(std::uint64_t count);
  const char* end();

  // True when the one value on the outside is complete; nothing may be added then.
  bool complete() const { return complete_; }
  boost::json::value take() { return std::move(root_); }

 private:
  struct Open {
    boost::json::value container;
    std::uint64_t remaining;
    std::string key;
    bool has_key;
  };

  const char* begin(boost::json::value container, std::uint64_t count);
  const char* check_room();
  bool key_is_due() const;
  void place(boost::json::value value);
  void close_full();

  TreeLimits limits_;
  std::vector<Open> open_;
  boost::json::value root_;
  std::size_t values_ = 0;
  bool complete_ = false;
};

}  // namespace tt::wire::detail
