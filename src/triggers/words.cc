#include <algorithm>
#include <array>

#include "triggers/triggers.h"

namespace tt::triggers {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 8> conditions = {"gt", "gte",    "lt",     "lte",
                                                        "eq", "change", "frozen", "live"};
constexpr std::array<std::string_view, 4> severities = {"none", "info", "warning", "critical"};
constexpr std::array<std::string_view, 3> delivery_states = {"waiting", "delivered", "failed"};
constexpr std::array<std::string_view, 3> alarm_states = {"active", "acknowledged", "cleared"};

template <class E>
std::optional<E> find_in(const auto& words, std::string_view text) {
  auto found = std::ranges::find(words, text);
  if (found == words.end()) return std::nullopt;
  return static_cast<E>(found - words.begin());
}

}  // namespace

std::string_view to_text(Condition condition) {
  return conditions.at(static_cast<std::size_t>(condition));
}
std::optional<Condition> condition_from(std::string_view text) {
  return find_in<Condition>(conditions, text);
}
bool needs_threshold(Condition condition) { return condition <= Condition::eq; }

std::string_view to_text(Severity severity) {
  return severities.at(static_cast<std::size_t>(severity));
}
std::optional<Severity> severity_from(std::string_view text) {
  return find_in<Severity>(severities, text);
}

std::string_view to_text(DeliveryState state) {
  return delivery_states.at(static_cast<std::size_t>(state));
}
std::string_view to_text(AlarmState state) {
  return alarm_states.at(static_cast<std::size_t>(state));
}

}  // namespace tt::triggers
