// Any bytes are either refused with a message or read; what was read can be written and read again,
// and then says the same.
#include <string>
#include <string_view>

#include "base/error.h"
#include "web/rest/json_decoder.h"
#include "web/rest/json_text.h"

using namespace tt::web::rest;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto first = decode_json(bytes, Charset::utf8, {});
  if (!first) {
    TT_ASSERT(!first.error().empty());
    return 0;
  }
  std::string text;
  first->write(text);
  if (text.find("inf") != std::string::npos) return 0;  // a number beyond a double has no JSON
  auto second = decode_json(text, Charset::utf8, {});
  TT_ASSERT(second);
  // Half surrogate pairs have become U+FFFD by now; from here on nothing changes.
  text.clear();
  second->write(text);
  auto third = decode_json(text, Charset::utf8, {});
  TT_ASSERT(third);
  std::string again;
  third->write(again);
  TT_ASSERT(again == text);
  auto indented = decode_json(indent_json(text, 4), Charset::utf8, {});
  TT_ASSERT(indented);
  return 0;
}
