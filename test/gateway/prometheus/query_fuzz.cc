// Queries from hostile clients: whatever is written, a tree of bounded depth or a complaint with
// its place.  What is understood is calculated, over no series.

#include "gateway/prometheus/evaluator.h"
#include "gateway/prometheus/parameters.h"
#include "gateway/prometheus/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tt;
  using namespace tt::gateway::prometheus;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  parse_selector(text);
  parse_duration(text);
  parse_instant(text);
  auto query = parse_query(text);
  if (!query) {
    TT_ASSERT(query.error().offset <= size);
    TT_ASSERT(query.error().message.find("parse error") != std::string::npos);
    return 0;
  }
  Steps steps{Time(), Microseconds(1), 3};
  Selected selected;
  for (const auto* selection : selections_of(**query)) {
    selected[selection].push_back({Labels({{"feed", "504"}}), {1, absent, -3}});
  }
  try {
    evaluate(**query, selected, steps);
  } catch (const Error& e) {
    TT_ASSERT(e.code() == Code::unprocessable);
  }
  return 0;
}
