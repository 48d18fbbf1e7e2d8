#pragma once

// From member pointers to a Path: f<&Reading::device, &Device::serial>, and backward
// f<related<&Reading::device>, &Reading::temp>.

#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "orm/query.h"

namespace tt::orm {

// The way back over a relation: from a Device to its readings, related<&Reading::device>.
template <auto pointer>
struct Related {};
template <auto pointer>
inline constexpr Related<pointer> related{};

}  // namespace tt::orm

namespace tt::orm::detail {

template <class Class, class Member>
Class class_of(Member Class::*);
template <class Class, class Member>
Member type_of(Member Class::*);
template <auto pointer>
using ClassOf = decltype(class_of(pointer));
template <auto pointer>
using FieldOf = decltype(type_of(pointer));

template <auto pointer>
const FieldInfo& field_of() {
  using M = ClassOf<pointer>;
  return model_info<M>().fields[member_index<M, pointer>()];
}

template <class F>
inline constexpr bool is_relation = requires { typename F::Target; };

// One element of f<…>.  Compared: the field whose values are compared if the path ends here.
template <class E, E element>
struct Hop {
  using Field = FieldOf<element>;
  using From = ClassOf<element>;
  static Step step() { return {&field_of<element>(), Way::forward}; }
  static constexpr bool is_relation = detail::is_relation<Field>;
};
template <auto pointer, Related<pointer> element>
struct Hop<Related<pointer>, element> {
  using Field = FieldOf<pointer>;
  static_assert(detail::is_relation<Field>, "related<…> takes a foreign key or many-to-many field");
  using From = Field::Target;
  using To = ClassOf<pointer>;
  static Step step() { return {&field_of<pointer>(), Way::backward}; }
  static constexpr bool is_relation = true;
};
template <auto element>
using HopOf = Hop<std::remove_const_t<decltype(element)>, element>;

template <class H>
struct Reached {
  using Model = H::Field::Target;
};
template <class H>
  requires requires { typename H::To; }
struct Reached<H> {
  using Model = H::To;
};

// A row of M itself, as a foreign key to it would compare it.
template <class M>
using RowOf = models::ForeignKey<M>;

// The end of a path that is spelt as a key.
template <class F>
struct HopEnd {
  using Field = F;
};

template <class H>
consteval auto compared() {
  if constexpr (requires { typename H::To; }) {
    return std::type_identity<RowOf<typename H::To>>();
  } else if constexpr (H::Field::kind == Kind::virtual_many) {
    return std::type_identity<RowOf<typename H::Field::Target>>();
  } else {
    return std::type_identity<typename H::Field>();
  }
}

// Whether the hop may lead from a row to none.
template <class H>
consteval bool may_miss() {
  if constexpr (requires { typename H::To; } || H::Field::kind == Kind::virtual_many) {
    return true;
  } else {
    return H::Field::template has<models::null>;
  }
}

template <auto first, auto... rest>
struct Hops {
  static constexpr bool may_miss = detail::may_miss<HopOf<first>>() || Hops<rest...>::may_miss;
  using Model = HopOf<first>::From;
  using Last = Hops<rest...>::Last;
  static_assert(HopOf<first>::is_relation, "f<…>: only a relation leads to another model");
  static_assert(
      std::is_same_v<typename Reached<HopOf<first>>::Model, typename Hops<rest...>::Model>,
      "f<…>: the field is of another model than the relation before it leads to");
  static void collect(std::vector<Step>& steps) {
    steps.push_back(HopOf<first>::step());
    Hops<rest...>::collect(steps);
  }
  static Path path() {
    std::vector<Step> steps;
    collect(steps);
    const FieldInfo* field = steps.back().field;
    if (steps.back().way == Way::backward) return path_to(std::move(steps));
    steps.pop_back();
    return path_to(std::move(steps), *field);
  }
};
template <auto only>
struct Hops<only> {
  static constexpr bool may_miss = detail::may_miss<HopOf<only>>();
  using Model = HopOf<only>::From;
  using Last = decltype(compared<HopOf<only>>())::type;
  static void collect(std::vector<Step>& steps) { steps.push_back(HopOf<only>::step()); }
  static Path path() {
    Step step = HopOf<only>::step();
    if (step.way == Way::backward) return path_to({step});
    return path_to({}, *step.field);
  }
};

}  // namespace tt::orm::detail
