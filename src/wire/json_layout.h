#pragma once

// White space for JSON that people read.
//
//   lay_out(R"({"a":[1,2],"b":{}})", {.indent = 2})
//     {
//       "a": [
//         1,
//         2
//       ],
//       "b": {}
//     }

#include <optional>
#include <string>
#include <string_view>

namespace tt::wire {

struct JsonLayout {
  std::optional<unsigned> indent =
      std::nullopt;  // for each level; nullopt: all in one line, `{"a": [1, 2]}`
  // An array or object that fits into so many columns stays in one line; 0: only an empty one.
  std::size_t columns_max = 0;
  unsigned level = 0;  // of the line on which the text will begin
};

// `json` must be valid and without white space between its tokens, as JsonWriter makes it.
std::string lay_out(std::string_view json, const JsonLayout& layout);

}  // namespace tt::wire
