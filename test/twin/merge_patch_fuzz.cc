// A patch of any shape can be applied, twice is like once, and who reports the delta has nothing
// left to do.
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>

#include "base/error.h"
#include "twin/merge_patch.h"
#include "wire/json.h"

using namespace tt;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto middle = text.find('\n');
  if (middle == text.npos) return 0;
  auto target = wire::parse_json(text.substr(0, middle), 64);
  auto patch = wire::parse_json(text.substr(middle + 1), 64);
  if (!target || !patch) return 0;
  auto once = twin::merge_patch(*target, *patch);
  TT_ASSERT(twin::merge_patch(once, *patch) == once);
  if (!target->is_object() || !patch->is_object()) return 0;
  auto desired = twin::merge_patch(boost::json::object(), *patch).as_object();
  auto left = twin::delta(desired, target->as_object());
  auto reported = twin::merge_patch(*target, left);
  // A null that a patch cannot write stands inside arrays alone, which are replaced as a whole.
  TT_ASSERT(twin::delta(desired, reported.as_object()).empty());
  return 0;
}
