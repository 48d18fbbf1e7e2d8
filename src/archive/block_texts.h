#pragma once

// The texts of a block: positions aside, the grammar in block.h from `texts` on.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "archive/coding.h"

namespace tt::archive {

// Decoded texts; those of a dictionary share their bytes.
class Texts {
 public:
  Texts(std::string bytes, std::vector<std::pair<std::size_t, std::size_t>> places)
      : bytes_(std::move(bytes)), places_(std::move(places)) {}
  std::string_view at(std::size_t index) const {
    auto [offset, size] = places_[index];
    return std::string_view(bytes_).substr(offset, size);
  }

 private:
  std::string bytes_;
  std::vector<std::pair<std::size_t, std::size_t>> places_;  // offset and size
};

void put_texts(std::span<const std::string> texts, std::string& out);

// nullopt if the bytes are not `count` texts.
std::optional<Texts> take_texts(Cursor& in, std::size_t count);

}  // namespace tt::archive
