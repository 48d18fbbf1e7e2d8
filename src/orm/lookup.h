#pragma once

// Conditions in C++.  Names and lookups are checked when compiling, in both spellings (the second
// follows a rename of the field by tools):
//
//   "temperature__gte"_k = 28.0                     Django's keywords; "owner__name"_k = "Ann"
//   f<&Station::temperature> >= 28.0                f<&Station::owner, &Owner::name> == "Ann"
//
//   lookup suffix   spelling with f<…>              lookup suffix   spelling with f<…>
//   (exact)         == value, == std::nullopt       __gt            > value
//   __iexact        .iexact(text)                   __gte           >= value
//   __contains      .contains(text)                 __lt            < value
//   __icontains     .icontains(text)                __lte           <= value
//   __startswith    .startswith(text)               __isnull        .isnull(true)
//   __in            .in(range)
//
// Join conditions with && || and !; wrap keywords in Q for that: Q<Station>("name"_k = "x").
// An assignment for update() is written "name"_k = "x" as well, or f<&Station::name>.set("x").

#include <algorithm>
#include <iterator>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "orm/detail/resolve.h"
#include "orm/query.h"

namespace tt::orm {

// A condition on rows of M.
template <class M>
class Q {
 public:
  // True for every row.
  Q() = default;
  explicit Q(Node node) : node_(std::move(node)) {}
  template <detail::FixedString key, class V>
  Q(detail::Keyed<key, V> keyed)
      : node_(detail::Resolved<M, key>::condition(std::move(keyed.value))) {}

  const Node& node() const& { return node_; }
  Node node() && { return std::move(node_); }

  friend Q operator&&(Q a, Q b) { return Q(both(std::move(a.node_), std::move(b.node_))); }
  friend Q operator||(Q a, Q b) { return Q(either(std::move(a.node_), std::move(b.node_))); }
  friend Q operator!(Q a) { return Q(negated(std::move(a.node_))); }

 private:
  Node node_;
};

// A condition in SQL, for what lookups cannot say; each `?` stands for a value, which is bound.
// The text must be the program's own and hold no other question mark:
//
//   sql<Feed>("id IN (SELECT rowid FROM search WHERE search MATCH ?)", words)
template <class M, class... V>
Q<M> sql(std::string_view text, V&&... values) {
  Node node;
  node.type = Node::Type::raw;
  node.raw.sql = text;
  (node.raw.values.push_back(detail::any_value(std::forward<V>(values))), ...);
  return Q<M>(std::move(node));
}

// What update() sets.
template <class M>
struct Set {
  Assignment assignment;

  explicit Set(Assignment assignment) : assignment(std::move(assignment)) {}
  template <detail::FixedString key, class V>
  Set(detail::Keyed<key, V> keyed)
      : assignment(detail::Resolved<M, key>::assignment(std::move(keyed.value))) {}
};

// A field by its member pointer, or by several over foreign keys.
template <auto first, auto... rest>
struct FieldRef {
  using Model = detail::ClassOf<first>;
  using Hops = detail::Hops<first, rest...>;
  using Last = Hops::Last;

  template <class V>
  friend Q<Model> operator==(FieldRef, const V& value) {
    return where<Lookup::exact>(value);
  }
  template <class V>
  friend Q<Model> operator!=(FieldRef, const V& value) {
    return !where<Lookup::exact>(value);
  }
  template <class V>
  friend Q<Model> operator>(FieldRef, const V& value) {
    return where<Lookup::gt>(value);
  }
  template <class V>
  friend Q<Model> operator>=(FieldRef, const V& value) {
    return where<Lookup::gte>(value);
  }
  template <class V>
  friend Q<Model> operator<(FieldRef, const V& value) {
    return where<Lookup::lt>(value);
  }
  template <class V>
  friend Q<Model> operator<=(FieldRef, const V& value) {
    return where<Lookup::lte>(value);
  }

  Q<Model> iexact(std::string_view text) const { return where<Lookup::iexact>(text); }
  Q<Model> contains(std::string_view text) const { return where<Lookup::contains>(text); }
  Q<Model> icontains(std::string_view text) const { return where<Lookup::icontains>(text); }
  Q<Model> startswith(std::string_view text) const { return where<Lookup::startswith>(text); }
  Q<Model> isnull(bool expected) const { return where<Lookup::isnull>(expected); }
  template <std::ranges::input_range Range>
  Q<Model> in(const Range& values) const {
    return where<Lookup::in>(values);
  }
  template <class V>
  Q<Model> in(std::initializer_list<V> values) const {
    return where<Lookup::in>(values);
  }

  template <class V>
  Set<Model> set(const V& value) const {
    static_assert(sizeof...(rest) == 0, "set(): a field of another model");
    return Set<Model>(Assignment{Hops::path().front(), detail::bind<Last>(value)});
  }

 private:
  template <Lookup lookup, class V>
  static Q<Model> where(const V& value) {
    return Q<Model>(detail::make_condition<Last, lookup>(Hops::path(), value));
  }
};

template <auto first, auto... rest>
inline constexpr FieldRef<first, rest...> f{};

namespace literals {
template <detail::FixedString key>
constexpr detail::Key<key> operator""_k() {
  return {};
}
}  // namespace literals
using namespace literals;

}  // namespace tt::orm
