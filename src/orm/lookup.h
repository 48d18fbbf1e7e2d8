#pragma once

// Conditions in C++.  Names and lookups are checked when compiling, in both spellings (the second
// follows a rename of the field by tools):
//
//   "temperature__gte"_k = 28.0                     Django's keywords; "owner__name"_k = "Ann"
//   f<&Station::temperature> >= 28.0                f<&Station::owner, &Owner::name> == "Ann"
//
//   lookup suffix       with f<…>                   lookup suffix       with f<…>
//   (exact)             == value, == std::nullopt   __gt, __gte         > value, >= value
//   __iexact            .iexact(text)               __lt, __lte         < value, <= value
//   __contains          .contains(text)             __range             .range(from, to)
//   __icontains         .icontains(text)            __isnull            .isnull(true)
//   __startswith        .startswith(text)           __in                .in(values)
//   __istartswith       .istartswith(text)          __year              .year(2013)
//   __endswith          .endswith(text)             __month             .month(5)
//   __iendswith         .iendswith(text)            __day               .day(31)
//   __regex, __iregex   .regex(text), .iregex(text) __date              .date(day)
//
// A value may be another field, an expression (expression.h), and for `in` a queryset (its ids) or
// a column of one (queryset.h, column()).  A relation is followed forward by its name, backward by
// f<related<&Reading::device>, &Reading::temp>.
//
// Join conditions with && || and !; wrap keywords in Q for that: Q<Station>("name"_k = "x").
// An assignment for update() is written "name"_k = "x" as well, or f<&Station::name>.set("x").

#include <initializer_list>
#include <ranges>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "orm/detail/bind.h"
#include "orm/detail/hops.h"
#include "orm/detail/keys.h"
#include "orm/expression.h"
#include "orm/query.h"

namespace tt::orm {

namespace detail {

template <class F, Lookup lookup>
consteval void check_lookup() {
  constexpr bool is_text = F::kind == Kind::text;
  constexpr bool is_day = F::kind == Kind::time || F::kind == Kind::date;
  constexpr bool is_part =
      lookup == Lookup::year || lookup == Lookup::month || lookup == Lookup::day;
  static_assert(!is_text_lookup(lookup) || is_text, "this lookup is for text fields");
  static_assert(!is_part || is_day, "this lookup is for dates and times");
  static_assert(lookup != Lookup::date || F::kind == Kind::time, "this lookup is for times");
}

template <class V>
concept IsQuery = requires(const V& value) { value.as_column(); };

template <class F, Lookup lookup, class V>
std::vector<Value> bind_all(const V& value) {
  std::vector<Value> values;
  if constexpr (lookup == Lookup::isnull) {
    static_assert(std::is_same_v<V, bool>, "isnull takes true or false");
    values.push_back(value);
  } else if constexpr (lookup == Lookup::in) {
    static_assert(std::ranges::input_range<const V>, "in takes a range of values");
    for (const auto& each : value) values.push_back(bind<F>(each));
  } else if constexpr (lookup == Lookup::range && requires { value.second; }) {
    values = {bind<F>(value.first), bind<F>(value.second)};
  } else if constexpr (lookup == Lookup::range) {
    static_assert(std::ranges::input_range<const V>, "range takes two values");
    for (const auto& each : value) values.push_back(bind<F>(each));
    if (values.size() != 2) throw Error(Code::invalid, "range takes two values");
  } else if constexpr (lookup == Lookup::year || lookup == Lookup::month || lookup == Lookup::day) {
    values.push_back(bind<models::BigIntegerField<>>(value));
  } else if constexpr (lookup == Lookup::date) {
    values.push_back(bind<models::DateField<>>(value));
  } else {
    values.push_back(bind<F>(value));
  }
  return values;
}

// M is the model of the whole condition, F the field that `left` ends at.
template <class M, class F, Lookup lookup, class V>
Node compare(Column left, const V& value) {
  check_lookup<F, lookup>();
  Node node;
  node.type = Node::Type::condition;
  node.condition.left = std::move(left);
  node.condition.lookup = lookup;
  if constexpr (IsExpression<V>) {
    static_assert(lookup == Lookup::exact || (lookup >= Lookup::gt && lookup <= Lookup::lte),
                  "this lookup takes a value");
    node.condition.expression = std::make_shared<const Expression>(build<Scope<M>>(value));
  } else if constexpr (IsQuery<V>) {
    static_assert(lookup == Lookup::in, "a queryset is for in");
    node.condition.among = std::make_shared<const Select>(value.as_column());
  } else {
    node.condition.values = bind_all<F, lookup>(value);
  }
  return node;
}

template <class M, FixedString key, class V>
Node compare_key(const V& value) {
  using R = Resolved<M, key>;
  return compare<M, typename R::Compared, *R::lookup>(Column{R::path(), {}}, value);
}

// What update() and create() give the field F of M.
template <class M, class F, class V>
Expression assigned(const V& value) {
  if constexpr (IsExpression<V>) {
    return build<Scope<M>>(value);
  } else {
    return constant(bind<F>(value), {F::kind});
  }
}

}  // namespace detail

// A condition on rows of M.
template <class M>
class Q {
 public:
  // True for every row.
  Q() = default;
  explicit Q(Node node) : node_(std::move(node)) {}
  template <detail::FixedString key, class V>
  Q(const detail::Keyed<key, V>& keyed) : node_(detail::compare_key<M, key>(keyed.value)) {}

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
  Set(const detail::Keyed<key, V>& keyed) {
    using R = detail::Resolved<M, key>;
    static_assert(R::is_own_field, "an assignment names a field of the model itself");
    assignment = {&R::field(), detail::assigned<M, typename R::Field>(keyed.value)};
  }
};

// A field by its member pointer, or by several over relations.
template <auto first, auto... rest>
struct FieldRef : ExpressionBase {
  using Hops = detail::Hops<first, rest...>;
  using Model = Hops::Model;
  using Last = Hops::Last;

  static Path path() { return Hops::path(); }
  template <class S>
  Expression build() const {
    static_assert(std::is_same_v<typename S::Model, Model>, "f<…>: a field of another model");
    return path_expression(path());
  }
  template <class S>
  using Result = Last::Plain;

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
  Q<Model> istartswith(std::string_view text) const { return where<Lookup::istartswith>(text); }
  Q<Model> endswith(std::string_view text) const { return where<Lookup::endswith>(text); }
  Q<Model> iendswith(std::string_view text) const { return where<Lookup::iendswith>(text); }
  Q<Model> regex(std::string_view text) const { return where<Lookup::regex>(text); }
  Q<Model> iregex(std::string_view text) const { return where<Lookup::iregex>(text); }
  Q<Model> isnull(bool expected) const { return where<Lookup::isnull>(expected); }
  Q<Model> year(std::int64_t number) const { return where<Lookup::year>(number); }
  Q<Model> month(std::int64_t number) const { return where<Lookup::month>(number); }
  Q<Model> day(std::int64_t number) const { return where<Lookup::day>(number); }
  Q<Model> date(Date day) const { return where<Lookup::date>(day); }
  template <class V, class W>
  Q<Model> range(const V& from, const W& to) const {
    return where<Lookup::range>(std::pair<V, W>(from, to));
  }
  template <class Range>
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
    return Set<Model>(Assignment{path().field, detail::assigned<Model, Last>(value)});
  }

 private:
  template <Lookup lookup, class V>
  static Q<Model> where(const V& value) {
    return Q<Model>(detail::compare<Model, Last, lookup>(Column{path(), {}}, value));
  }
};

template <auto first, auto... rest>
inline constexpr FieldRef<first, rest...> f{};

namespace literals {
template <detail::FixedString key>
constexpr detail::Key<key> operator""_k() {
  return {};
}
template <detail::FixedString key>
constexpr Reference<key> operator""_f() {
  return {};
}
}  // namespace literals
using namespace literals;

}  // namespace tt::orm
