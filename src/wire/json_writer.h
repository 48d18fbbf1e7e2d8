#pragma once

// JsonWriter: JSON text (RFC 8259) appended to a string, without a tree; members come out in the
// order they are written.
//
//   JsonWriter json(body);
//   json.begin_object().member("id", 504).member("title", title).key("datastreams").begin_array();
//   …
//   json.end_array().end_object();
//
// The writer puts the commas; that brackets match and keys alternate with values is up to the
// caller.

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

namespace tt::wire {

// The text quoted and escaped.  Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

class JsonWriter {
 public:
  // Appends to `out`, which must outlive the writer.
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& null() { return raw("null"); }
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(std::same_as<bool> auto truth) { return raw(truth ? "true" : "false"); }
  JsonWriter& value(std::signed_integral auto number) { return integer(number); }
  JsonWriter& value(std::unsigned_integral auto number)
    requires(!std::same_as<decltype(number), bool>)
  {
    return natural(number);
  }
  // The shortest text that reads back as the same double; null if it is not finite.
  JsonWriter& value(double number);
  JsonWriter& value(const boost::json::value& tree);

  // A value that is JSON already, such as a number whose text is to be kept.
  JsonWriter& raw(std::string_view json);

  // key(name).value(content)
  template <class T>
  JsonWriter& member(std::string_view name, const T& content) {
    return key(name).value(content);
  }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& integer(std::int64_t number);
  JsonWriter& natural(std::uint64_t number);
  void separate() {
    if (needs_comma_) out_ += ',';
    needs_comma_ = true;
  }

  std::string& out_;
  bool needs_comma_ = false;
};

// A whole tree as text.
std::string to_json(const boost::json::value& tree);

}  // namespace tt::wire
