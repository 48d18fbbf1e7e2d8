#pragma once

// From "owner__name__startswith" to a path of fields and a lookup, when compiling.

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "orm/detail/hops.h"
#include "orm/query.h"

namespace tt::orm::detail {

template <class T>
T plain_of(T*);
template <class T>
T plain_of(std::optional<T>*);

// "name"_k, and what its = makes.
template <FixedString key, class V>
struct Keyed {
  V value;
};

template <FixedString key>
struct Key {
  template <class V>
  auto operator=(V&& value) const {
    return Keyed<key, std::decay_t<V>>{std::forward<V>(value)};
  }
  template <class V>
  auto operator=(std::initializer_list<V> values) const {
    return Keyed<key, std::vector<V>>{values};
  }
};

// An annotation of a query: what it is called and what it holds.
template <FixedString key, class T>
struct Named {
  static constexpr std::string_view name = key.view();
  using Held = T;  // std::optional where there may be no value
  using Plain = decltype(plain_of(static_cast<T*>(nullptr)));
  T value{};
};

// Whether `key` begins with `name` and ends there or goes on with "__".
consteval bool begins_with_name(std::string_view key, std::string_view name) {
  return key.starts_with(name) &&
         (key.size() == name.size() || key.substr(name.size()).starts_with("__"));
}

// The position of the annotation that the key begins with; the number of them if there is none.
template <FixedString key, class... A>
consteval std::size_t annotation_index() {
  std::size_t index = 0;
  bool found = false;
  ((found = found || begins_with_name(key.view(), A::name), index += found ? 0 : 1), ...);
  return index;
}

struct LeadingField {
  std::size_t index = 0;  // the number of fields if there is none
  std::size_t size = 0;   // of its name in the key
};

// The field with which `key` begins, the longest name if several: "owner", "owner_id" for a
// foreign key, "pk" for the id.
template <class M>
consteval LeadingField leading_field(std::string_view key) {
  LeadingField found{member_count<M>(), 0};
  std::size_t index = 0;
  for (std::string_view name : member_names<M>) {
    if (begins_with_name(key, name) && name.size() > found.size) found = {index, name.size()};
    bool has_id_suffix = key.starts_with(name) && begins_with_name(key.substr(name.size()), "_id");
    if (has_id_suffix && name.size() + 3 > found.size) found = {index, name.size() + 3};
    ++index;
  }
  if (found.size == 0 && begins_with_name(key, "pk")) return {0, 2};
  return found;
}

// What stands in the key from `begin` on: a field of M, and what follows its name.
template <class M, FixedString key, std::size_t begin>
struct Part {
  static constexpr std::string_view rest = key.view().substr(begin);
  static constexpr LeadingField leading = leading_field<M>(rest);
  static constexpr std::size_t index = leading.index;
  static_assert(index < member_count<M>(), "the model has no such field");
  using Field = MemberType<M, index>;
  static constexpr std::size_t next = begin + leading.size + 2;
  static constexpr std::string_view suffix = key.view().substr(std::min(next, key.view().size()));
  static constexpr std::optional<Lookup> lookup =
      suffix.empty() ? Lookup::exact : find_lookup(suffix);
  static constexpr bool is_hop = is_relation<Field> && !lookup;
  static_assert(lookup || is_hop, "unknown lookup suffix, or not a relation");
  static const FieldInfo& field() { return model_info<M>().fields[index]; }
};

// Compared: the field whose values are compared; has_no_suffix: there is no lookup.
template <class M, FixedString key, std::size_t begin = 0,
          bool is_hop = Part<M, key, begin>::is_hop>
struct Resolved {
  using P = Part<M, key, begin>;
  using Field = P::Field;
  using Compared = decltype(compared<HopEnd<Field>>())::type;
  static constexpr std::optional<Lookup> lookup = P::lookup;
  static constexpr bool has_no_suffix = P::suffix.empty();
  static constexpr bool is_own_field =
      begin == 0 && has_no_suffix && Field::kind != Kind::virtual_many;
  static constexpr bool may_miss = detail::may_miss<HopEnd<Field>>();
  static const FieldInfo& field() { return P::field(); }
  static Path path(std::vector<Step> steps = {}) { return path_to(std::move(steps), field()); }
};
template <class M, FixedString key, std::size_t begin>
struct Resolved<M, key, begin, true> {
  using P = Part<M, key, begin>;
  using Deeper = Resolved<typename P::Field::Target, key, P::next>;
  using Field = Deeper::Field;
  using Compared = Deeper::Compared;
  static constexpr std::optional<Lookup> lookup = Deeper::lookup;
  static constexpr bool has_no_suffix = Deeper::has_no_suffix;
  static constexpr bool is_own_field = false;
  static constexpr bool may_miss =
      detail::may_miss<HopEnd<typename P::Field>>() || Deeper::may_miss;
  static const FieldInfo& field() { return Deeper::field(); }
  static Path path(std::vector<Step> steps = {}) {
    steps.push_back({&P::field(), Way::forward});
    return Deeper::path(std::move(steps));
  }
};

}  // namespace tt::orm::detail
