#include "store/blob_name.h"

#include <fmt/format.h>

#include "base/error.h"

namespace tt::store {

void check_blob_name(std::string_view name) {
  if (name.empty()) throw Error(Code::invalid, "the name of a blob is empty");
  if (name.size() <= blob_name_bytes_max) return;
  throw Error(Code::invalid, fmt::format("the name of a blob has {} bytes, at most {} are allowed",
                                         name.size(), blob_name_bytes_max));
}

}  // namespace tt::store
