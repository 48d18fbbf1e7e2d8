#pragma once

// From "owner__name__startswith" to a path of fields and a lookup, when compiling; and from a C++
// value to a Value that fits the field.

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "orm/query.h"

namespace tt::orm::detail {

template <std::size_t size>
struct FixedString {
  char text[size]{};
  constexpr FixedString(const char (&literal)[size]) {
    for (std::size_t i = 0; i < size; ++i) text[i] = literal[i];
  }
  constexpr std::string_view view() const { return {text, size - 1}; }
};

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

// --- values ------------------------------------------------------------------------------------

// The plain C++ value within a field or the value itself.
template <class V>
const auto& unwrap(const V& value) {
  if constexpr (models::FieldType<V>) {
    return *value;
  } else {
    return value;
  }
}

template <class V>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

// Whether a C++ value of type V can be compared with, or stored in, the field F.
template <class F, class V>
consteval bool fits() {
  using T = F::Plain;
  if constexpr (std::is_same_v<T, std::string>) {
    return std::is_convertible_v<const V&, std::string_view>;
  } else if constexpr (std::is_same_v<T, bool> || std::is_same_v<V, bool>) {
    return std::is_same_v<T, V>;
  } else if constexpr (std::is_same_v<T, double>) {
    return std::is_arithmetic_v<V>;
  } else if constexpr (std::is_integral_v<T>) {
    return std::is_integral_v<V>;
  } else {
    return std::is_convertible_v<const V&, T>;
  }
}

template <class F, class V>
Value bind(const V& given) {
  const auto& value = unwrap(given);
  using Given = std::remove_cvref_t<decltype(value)>;
  if constexpr (std::is_same_v<Given, std::nullopt_t>) {
    return Null{};
  } else if constexpr (is_optional<Given>) {
    return value ? bind<F>(*value) : Value(Null{});
  } else if constexpr (F::kind == Kind::foreign_key && requires { value.id; }) {
    return Value(*value.id);
  } else {
    static_assert(fits<F, Given>(), "the value's type does not fit the field's type");
    if constexpr (F::kind == Kind::bytes) {
      return Bytes{std::string(std::string_view(value))};
    } else if constexpr (F::kind == Kind::text) {
      return std::string(std::string_view(value));
    } else if constexpr (std::is_integral_v<typename F::Plain> &&
                         !std::is_same_v<typename F::Plain, bool>) {
      return static_cast<std::int64_t>(value);
    } else {
      return typename F::Plain(value);
    }
  }
}

// For raw SQL: what the value's own type says.
template <class V>
Value any_value(const V& given) {
  const auto& value = unwrap(given);
  using Given = std::remove_cvref_t<decltype(value)>;
  if constexpr (std::is_same_v<Given, Value>) {
    return value;
  } else if constexpr (std::is_convertible_v<const Given&, std::string_view>) {
    return std::string(std::string_view(value));
  } else if constexpr (std::is_integral_v<Given> && !std::is_same_v<Given, bool>) {
    return static_cast<std::int64_t>(value);
  } else {
    return Value(value);
  }
}

template <class F, Lookup lookup, class V>
Node make_condition(std::vector<const FieldInfo*> path, const V& value) {
  constexpr bool is_text_lookup = lookup == Lookup::iexact || lookup == Lookup::contains ||
                                  lookup == Lookup::icontains || lookup == Lookup::startswith;
  static_assert(!is_text_lookup || F::kind == Kind::text, "this lookup is for text fields");
  Node node;
  node.type = Node::Type::condition;
  node.condition.path = std::move(path);
  node.condition.lookup = lookup;
  auto& values = node.condition.values;
  if constexpr (lookup == Lookup::isnull) {
    static_assert(std::is_same_v<V, bool>, "isnull takes true or false");
    values.push_back(value);
  } else if constexpr (lookup == Lookup::in) {
    static_assert(std::ranges::input_range<const V>, "in takes a range of values");
    for (const auto& each : value) values.push_back(bind<F>(each));
  } else {
    values.push_back(bind<F>(value));
  }
  return node;
}

// --- paths of member pointers ------------------------------------------------------------------

template <class Class, class Member>
Class class_of(Member Class::*);
template <auto pointer>
using ClassOf = decltype(class_of(pointer));
template <class Class, class Member>
Member type_of(Member Class::*);

template <auto pointer>
const FieldInfo* field_of() {
  using M = ClassOf<pointer>;
  return &model_info<M>().fields[member_index<M, pointer>()];
}

template <auto... pointers>
struct Hops {
  using Last = decltype((type_of(pointers), ...));
  static std::vector<const FieldInfo*> path() { return {field_of<pointers>()...}; }
};

// --- keywords ----------------------------------------------------------------------------------

// The field with which `key` begins (it ends there or goes on with "__"), the longest if several.
template <class M>
consteval std::size_t leading_field(std::string_view key) {
  std::size_t found = member_count<M>();
  std::size_t found_size = 0;
  std::size_t index = 0;
  for (std::string_view name : member_names<M>) {
    bool matches = key.starts_with(name) &&
                   (key.size() == name.size() || key.substr(name.size()).starts_with("__"));
    if (matches && name.size() > found_size) {
      found = index;
      found_size = name.size();
    }
    ++index;
  }
  return found;
}

template <class M, FixedString key, std::size_t begin = 0>
struct Resolved {
  static constexpr std::string_view rest = key.view().substr(begin);
  static constexpr std::size_t index = leading_field<M>(rest);
  static_assert(index < member_count<M>(), "the model has no such field");
  using Field = MemberType<M, index>;
  static constexpr std::size_t name_end = begin + member_names<M>[index].size();
  static constexpr std::string_view suffix =
      key.view().substr(std::min(name_end + 2, key.view().size()));
  static constexpr std::optional<Lookup> lookup =
      suffix.empty() ? Lookup::exact : find_lookup(suffix);
  static constexpr bool is_hop = !lookup && Field::kind == Kind::foreign_key;
  static_assert(lookup || is_hop, "unknown lookup suffix, or not a foreign key");

  template <class V>
  static Node condition(const V& value, std::vector<const FieldInfo*> path = {}) {
    path.push_back(&model_info<M>().fields[index]);
    if constexpr (is_hop) {
      return Resolved<typename Field::Target, key, name_end + 2>::condition(value, std::move(path));
    } else {
      return make_condition<Field, *lookup>(std::move(path), value);
    }
  }

  template <class V>
  static Assignment assignment(const V& value) {
    static_assert(suffix.empty(), "an assignment names a field of the model itself");
    return {&model_info<M>().fields[index], bind<Field>(value)};
  }
};

}  // namespace tt::orm::detail
