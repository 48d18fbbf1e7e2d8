// Any bytes as a multipart form: a result within the limits or an Error, never more.
//
//   input = boundary "--" body, the boundary also at the front of the body

#include <cstdint>
#include <cstdlib>

#include "web/core/multipart.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tt::web;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  auto dashes = input.find("--");
  if (dashes == input.npos) return 0;
  FormLimits limits{
      .fields_max = 8, .fields_bytes_max = 256, .files_max = 4, .files_bytes_max = 256};
  std::string content_type =
      "multipart/form-data; boundary=" + std::string(input.substr(0, dashes));
  try {
    auto form = parse_multipart(input.substr(dashes), content_type, limits);
    std::size_t fields = 0, bytes = 0;
    for (const auto& [name, value] : form.fields) {
      ++fields;
      // A byte that is no UTF-8 becomes three.
      if (!name.empty()) bytes += (name.size() + value.size()) / 3;
    }
    if (fields > 8 || bytes > 256 || form.files.size() > 4) std::abort();
    for (const auto& file : form.files) {
      if (file.name.empty() || file.name.find_first_of("/\\\r\n") != file.name.npos) std::abort();
    }
  } catch (const tt::Error&) {
    // The form is refused.
  }
  return 0;
}
