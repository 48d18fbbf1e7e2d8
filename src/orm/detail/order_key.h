#pragma once

// Names of fields from literals, checked when compiling.

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "orm/detail/keys.h"
#include "orm/query.h"

namespace tt::orm::detail {

inline constexpr std::size_t names_max = 6;

// The positions of the fields that "device__owner__name" names, each in the model before it.
struct Positions {
  std::array<std::uint8_t, names_max> at{};
  std::uint8_t count = 0;
};

template <class M>
consteval bool find_positions(std::string_view key, Positions& out);

template <class M, std::size_t index>
consteval bool find_behind(std::string_view key, Positions& out) {
  using Field = MemberType<M, index>;
  if constexpr (is_relation<Field>) {
    return find_positions<typename Field::Target>(key, out);
  } else {
    return false;
  }
}

template <class M>
consteval bool find_positions(std::string_view key, Positions& out) {
  auto leading = leading_field<M>(key);
  if (leading.index >= member_count<M>() || out.count == names_max) return false;
  out.at[out.count++] = static_cast<std::uint8_t>(leading.index);
  if (key.size() == leading.size) return true;
  key.remove_prefix(leading.size + 2);
  return [&]<std::size_t... index>(std::index_sequence<index...>) {
    return ((index == leading.index && find_behind<M, index>(key, out)) || ...);
  }(std::make_index_sequence<member_count<M>()>());
}

// The steps and, behind them, the field at these positions.
std::pair<std::vector<Step>, const FieldInfo*> walk(const ModelInfo& model,
                                                    const Positions& positions);

}  // namespace tt::orm::detail

namespace tt::orm {

// What to sort rows of M by, from a literal: "name", "-owner__name" for descending, or the name of
// an annotation.
template <class M, class... A>
class OrderKey {
 public:
  consteval OrderKey() = default;
  consteval OrderKey(const char* name) : OrderKey(std::string_view(name)) {}
  consteval OrderKey(std::string_view name) {
    if (name.starts_with('-')) {
      direction_ = Direction::descending;
      name.remove_prefix(1);
    }
    if (((A::name == name) || ...)) {
      annotation_ = name;
    } else if (!detail::find_positions<M>(name, positions_)) {
      throw "order_by: the model has no such field";
    }
  }
  bool is_set() const { return positions_.count > 0 || !annotation_.empty(); }
  OrderBy order() const {
    if (!annotation_.empty()) return {{{}, std::string(annotation_)}, direction_};
    auto [steps, field] = detail::walk(model_info<M>(), positions_);
    return {{path_to(std::move(steps), *field), {}}, direction_};
  }

 private:
  detail::Positions positions_;
  std::string_view annotation_;
  Direction direction_ = Direction::ascending;
};

// A foreign key of M, or of the model behind it: "device", "device__owner".
template <class M>
class RelationKey {
 public:
  consteval RelationKey() = default;
  consteval RelationKey(const char* name) {
    if (!detail::find_positions<M>(name, positions_)) throw "the model has no such field";
  }
  bool is_set() const { return positions_.count > 0; }
  // Throws invalid if the field is no foreign key.
  std::vector<Step> steps() const {
    auto [steps, field] = detail::walk(model_info<M>(), positions_);
    steps.push_back({field, Way::forward});
    return steps;
  }

 private:
  detail::Positions positions_;
};

}  // namespace tt::orm
