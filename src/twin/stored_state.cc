#include "twin/stored_state.h"

#include "base/text.h"

namespace tt::twin {
namespace {

std::string feed_prefix(registry::FeedId feed) { return fmt::format("twin/{:016x}/", feed); }

template <class T>
std::optional<T> take_number(std::string_view& bytes) {
  auto space = bytes.find(' ');
  if (space == bytes.npos) return std::nullopt;
  auto number = parse_number<T>(bytes.substr(0, space));
  bytes.remove_prefix(space + 1);
  return number;
}

}  // namespace

std::string_view to_text(Side side) { return side == Side::desired ? "desired" : "reported"; }

std::optional<Side> side_from(std::string_view text) {
  for (auto side : {Side::desired, Side::reported}) {
    if (to_text(side) == text) return side;
  }
  return std::nullopt;
}

std::string state_key(registry::FeedId feed, Side side) {
  return fmt::format("{}{}", feed_prefix(feed), to_text(side));
}

store::Range state_range(registry::FeedId feed) { return store::prefix_range(feed_prefix(feed)); }

std::string to_bytes(const State& state) {
  return fmt::format("{} {} {}", state.version, to_us(state.updated), state.json);
}

Result<State> state_from(std::string_view bytes) {
  auto version = take_number<std::uint64_t>(bytes);
  if (!version) return problem("no version");
  auto updated = take_number<std::int64_t>(bytes);
  if (!updated) return problem("no time");
  return State{std::string(bytes), *version, from_us(*updated)};
}

}  // namespace tt::twin
