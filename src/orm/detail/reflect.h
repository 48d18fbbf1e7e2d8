#pragma once

// Reflection: the number, types and names of the data members of an aggregate with an empty base.
//
// Members are counted by trying how many initialisers the aggregate takes, reached by structured
// bindings, and named by the compiler itself: __PRETTY_FUNCTION__ of a template whose argument is
// the address of a member of `fake` ends in ".name]".  `fake` is declared, never defined.

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "orm/fields.h"

namespace tt::orm::detail {

inline constexpr std::size_t members_max = 32;

// Converts to any field, and to nothing else.
struct AnyField {
  template <models::IsField F>
  operator F() const;
};

template <class T, class... Given>
consteval std::size_t member_count() {
  if constexpr (requires { T{{}, Given{}..., AnyField{}}; }) {
    return member_count<T, Given..., AnyField>();
  } else {
    return sizeof...(Given);
  }
}

// References to all members, in the order of their declaration.
template <class T>
constexpr auto tie_members(T& object) {
  constexpr std::size_t count = member_count<std::remove_const_t<T>>();
  static_assert(count > 0, "a model needs fields, and all of its members must be fields");
  static_assert(count <= members_max, "too many fields for one model");
  // clang-format off
  if constexpr (count == 1) {
    auto& [a] = object;
    return std::tie(a);
  } else if constexpr (count == 2) {
    auto& [a, b] = object;
    return std::tie(a, b);
  } else if constexpr (count == 3) {
    auto& [a, b, c] = object;
    return std::tie(a, b, c);
  } else if constexpr (count == 4) {
    auto& [a, b, c, d] = object;
    return std::tie(a, b, c, d);
  } else if constexpr (count == 5) {
    auto& [a, b, c, d, e] = object;
    return std::tie(a, b, c, d, e);
  } else if constexpr (count == 6) {
    auto& [a, b, c, d, e, f] = object;
    return std::tie(a, b, c, d, e, f);
  } else if constexpr (count == 7) {
    auto& [a, b, c, d, e, f, g] = object;
    return std::tie(a, b, c, d, e, f, g);
  } else if constexpr (count == 8) {
    auto& [a, b, c, d, e, f, g, h] = object;
    return std::tie(a, b, c, d, e, f, g, h);
  } else if constexpr (count == 9) {
    auto& [a, b, c, d, e, f, g, h, i] = object;
    return std::tie(a, b, c, d, e, f, g, h, i);
  } else if constexpr (count == 10) {
    auto& [a, b, c, d, e, f, g, h, i, j] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j);
  } else if constexpr (count == 11) {
    auto& [a, b, c, d, e, f, g, h, i, j, k] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k);
  } else if constexpr (count == 12) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l);
  } else if constexpr (count == 13) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m);
  } else if constexpr (count == 14) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
  } else if constexpr (count == 15) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
  } else if constexpr (count == 16) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
  } else if constexpr (count == 17) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q);
  } else if constexpr (count == 18) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r);
  } else if constexpr (count == 19) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s);
  } else if constexpr (count == 20) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t);
  } else if constexpr (count == 21) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u);
  } else if constexpr (count == 22) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v);
  } else if constexpr (count == 23) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w);
  } else if constexpr (count == 24) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x);
  } else if constexpr (count == 25) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y);
  } else if constexpr (count == 26) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z);
  } else if constexpr (count == 27) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, a2] =
           object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y,
                    z, a2);
  } else if constexpr (count == 28) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, a2, b2]
           = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y,
                    z, a2, b2);
  } else if constexpr (count == 29) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, a2, b2,
           c2] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y,
                    z, a2, b2, c2);
  } else if constexpr (count == 30) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, a2, b2,
           c2, d2] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y,
                    z, a2, b2, c2, d2);
  } else if constexpr (count == 31) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, a2, b2,
           c2, d2, e2] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y,
                    z, a2, b2, c2, d2, e2);
  } else if constexpr (count == 32) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, a2, b2,
           c2, d2, e2, f2] = object;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y,
                    z, a2, b2, c2, d2, e2, f2);
  }
  // clang-format on
}

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-internal"
#pragma clang diagnostic ignored "-Wundefined-var-template"

template <class T>
struct Wrap {
  T value;
};
template <class T>
extern const Wrap<T> fake;

template <auto* member>
consteval std::string_view printed_member() {
  return __PRETTY_FUNCTION__;
}

template <class T, std::size_t index>
consteval std::string_view member_name() {
  constexpr std::string_view printed =
      printed_member<&std::get<index>(tie_members(fake<T>.value))>();
  constexpr std::size_t dot = printed.rfind('.');
  return printed.substr(dot + 1, printed.size() - dot - 2);
}

// The position of the member that `pointer` points to.
template <class T, auto pointer, std::size_t index = 0>
consteval std::size_t member_index() {
  using Member = std::tuple_element_t<index, decltype(tie_members(fake<T>.value))>;
  using Pointed = decltype((fake<T>.value.*pointer));
  if constexpr (std::is_same_v<Member, Pointed>) {
    if constexpr (&std::get<index>(tie_members(fake<T>.value)) == &(fake<T>.value.*pointer)) {
      return index;
    } else {
      return member_index<T, pointer, index + 1>();
    }
  } else {
    return member_index<T, pointer, index + 1>();
  }
}

#pragma clang diagnostic pop

template <class T, std::size_t index>
using MemberType = std::remove_cvref_t<
    std::tuple_element_t<index, decltype(tie_members(std::declval<const T&>()))>>;

template <class T, class = std::make_index_sequence<member_count<T>()>>
inline constexpr std::string_view member_names[1] = {};

template <class T, std::size_t... index>
inline constexpr std::string_view member_names<T, std::index_sequence<index...>>[] = {
    member_name<T, index>()...};

template <class T>
consteval std::string_view printed_type() {
  return __PRETTY_FUNCTION__;
}

// With its namespaces, e.g. "tt::identity::(anonymous namespace)::Account".
template <class T>
consteval std::string_view type_name() {
  constexpr std::string_view printed = printed_type<T>();
  constexpr std::size_t begin = printed.find("[T = ") + 5;
  return printed.substr(begin, printed.size() - begin - 1);
}

}  // namespace tt::orm::detail
