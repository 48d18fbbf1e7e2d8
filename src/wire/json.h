#pragma once

// JSON (RFC 8259): a reader that keeps the exact text of numbers, and a writer without a tree.
//
//   auto document = read_json(body, limits.json_depth_max);
//   if (!document) …                                  // "parse error: …", at which byte
//   if (auto value = document->root().find("current_value")) store(value->text());   // "21.50"
//
// The reader makes one array of nodes; strings without escapes and numbers stay in the input.

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "base/error.h"

namespace tt::wire {

enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };

namespace detail {
// A document is its nodes in the order of the text: a container is followed by its content, which
// ends before the node with the index `end`; in an object, nodes of keys and values alternate.
struct JsonNode {
  const char* data;
  std::uint32_t size;  // of the text; of a container: the number of its elements or members
  std::uint32_t end;
  JsonKind kind;
};
}  // namespace detail

struct JsonMember;
template <class T>
class JsonRange;

// A value inside a JsonDocument, valid as long as the document and its input live.  Copied like
// a pointer.
class JsonValue {
 public:
  JsonKind kind() const { return node().kind; }
  bool is(JsonKind kind) const { return node().kind == kind; }

  // A string's content, a number exactly as written, "true", "false", "null"; empty for arrays
  // and objects.
  std::string_view text() const;

  bool as_bool() const { return text() == "true"; }
  // nullopt if this is not a number of that form and range.
  std::optional<std::int64_t> as_integer() const;
  // The nearest double; nullopt if this is not a number or it is beyond the range of a double.
  std::optional<double> as_double() const;

  // The number of elements or members (duplicate keys counted); 0 for other kinds.
  std::size_t size() const;
  // The value of a member; of the last one if the key comes more than once; nullopt if there is
  // none or this is no object.  Takes time in proportion to size().
  std::optional<JsonValue> find(std::string_view key) const;

  // In the order of the text; empty for other kinds.
  JsonRange<JsonValue> elements() const;
  // A later member with the same key overrides an earlier one.
  JsonRange<JsonMember> members() const;

 private:
  friend class JsonDocument;
  template <class T>
  friend class JsonRange;
  JsonValue(const detail::JsonNode* nodes, std::uint32_t index) : nodes_(nodes), index_(index) {}
  const detail::JsonNode& node() const { return nodes_[index_]; }

  const detail::JsonNode* nodes_;
  std::uint32_t index_;
};

struct JsonMember {
  std::string_view key;
  JsonValue value;
};

// Forward iteration over the elements or members of a container.
template <class T>
class JsonRange {
 public:
  class iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    iterator() : at_(nullptr, 0) {}
    explicit iterator(JsonValue at) : at_(at) {}
    T operator*() const;
    iterator& operator++();
    iterator operator++(int) { return std::exchange(*this, std::next(*this)); }
    bool operator==(const iterator& other) const { return at_.index_ == other.at_.index_; }

   private:
    JsonValue at_;  // the element, or the key of the member
  };

  explicit JsonRange(JsonValue container, JsonKind kind) : container_(container), kind_(kind) {}
  iterator begin() const { return iterator({container_.nodes_, container_.index_ + 1}); }
  iterator end() const {
    if (!container_.is(kind_)) return begin();
    return iterator({container_.nodes_, container_.node().end});
  }

 private:
  JsonValue container_;
  JsonKind kind_;
};

// Owns what read_json has found; refers to the text that was read.
class JsonDocument {
 public:
  JsonValue root() const { return {nodes_.data(), 0}; }

 private:
  friend class JsonParser;
  std::vector<detail::JsonNode> nodes_;
  std::unique_ptr<char[]> unescaped_;  // strings that had escapes
};

// Reads one JSON text, which must outlive the document.  The message of the Problem follows the
// wording of YAJL, which Xively's clients know: "parse error: after key and value, inside map, I
// expect ',' or '}'".  Refused, too: nesting over `depth_max` (at most 1000), bytes that are not
// UTF-8, half surrogate pairs, texts of 4 GiB.
Result<JsonDocument> read_json(std::string_view text, std::size_t depth_max);

// The same as a tree that can be changed; numbers become int64, uint64 or double, and one beyond
// the range of a double is a Problem.
Result<boost::json::value> parse_json(std::string_view text, std::size_t depth_max);

boost::json::value to_boost(JsonValue value);

}  // namespace tt::wire

namespace tt::wire {

template <>
inline JsonValue JsonRange<JsonValue>::iterator::operator*() const {
  return at_;
}
template <>
inline JsonRange<JsonValue>::iterator& JsonRange<JsonValue>::iterator::operator++() {
  at_.index_ = at_.node().end;
  return *this;
}
template <>
inline JsonMember JsonRange<JsonMember>::iterator::operator*() const {
  return {at_.text(), {at_.nodes_, at_.index_ + 1}};
}
template <>
inline JsonRange<JsonMember>::iterator& JsonRange<JsonMember>::iterator::operator++() {
  at_.index_ = at_.nodes_[at_.index_ + 1].end;
  return *this;
}

inline JsonRange<JsonValue> JsonValue::elements() const {
  return JsonRange<JsonValue>(*this, JsonKind::array);
}
inline JsonRange<JsonMember> JsonValue::members() const {
  return JsonRange<JsonMember>(*this, JsonKind::object);
}

}  // namespace tt::wire
