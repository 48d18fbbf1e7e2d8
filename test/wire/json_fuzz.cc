// Accepts and refuses the same texts as Boost.JSON; what was read is written and read again.
#include <boost/json.hpp>
#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "wire/json.h"
#include "wire/json_writer.h"

using namespace tt;
using namespace tt::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string written;
  append_json_string(written, text);
  auto reread = read_json(written, 1);
  TT_ASSERT(reread);
  if (is_utf8(text)) TT_ASSERT(reread->root().text() == text);

  constexpr std::size_t depth_max = 64;
  auto ours = read_json(text, depth_max);
  if (!ours && ours.error().message.contains("too deeply")) return 0;
  boost::json::error_code error;
  boost::json::parse_options options;
  options.max_depth = 1000;
  boost::json::parse(text, error, {}, options);
  if (error != boost::json::error::exponent_overflow) TT_ASSERT(ours.has_value() == !error);
  if (!ours) TT_ASSERT(ours.error().offset <= size);

  auto tree = parse_json(text, depth_max);
  if (!tree) return 0;
  auto once = to_json(*tree);
  auto again = parse_json(once, depth_max);
  TT_ASSERT(again && to_json(*again) == once);
  return 0;
}
