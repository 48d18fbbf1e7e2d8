#pragma once

// RequestBody: the JSON object of a request to the console's interface, with typed members.

#include <string>
#include <string_view>

#include "base/error.h"
#include "wire/json.h"

namespace tt::console {

class RequestBody {
 public:
  // `text` must outlive this.  Throws invalid unless it is a JSON object, too_large over 64 KiB.
  explicit RequestBody(std::string_view text);

  // Throws unprocessable if the member is absent or no string.
  std::string string(std::string_view name) const;
  // Throws unprocessable if the member is absent or neither true nor false.
  bool boolean(std::string_view name) const;

  static constexpr std::size_t bytes_max = 64 * 1024;

 private:
  wire::JsonDocument document_;
};

}  // namespace tt::console
