#pragma once

// Commands and conditions that the program writes in MongoDB's own language: extended JSON with
// `?` for each value.

#include <string_view>
#include <vector>

#include "orm/engine/mongo/document.h"

namespace tt::orm::engine {

// Throws invalid if the text is no JSON object, or has not as many `?` as there are values.
// A value never becomes anything but a value.
RawDocument read_raw_text(std::string_view text, const std::vector<Value>& values);

// The name of the first member, which is that of the command; and what it says if it is a text.
struct CommandName {
  std::string name;
  std::string collection;
};
CommandName name_of(const RawDocument& command);

}  // namespace tt::orm::engine
