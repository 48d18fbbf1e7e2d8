#pragma once

// Expressions in C++: other fields of a row, arithmetic, aggregates.
//
//   readings.filter("temp__gt"_k = "lat"_f)
//   readings.filter(f<&Reading::temp> > f<&Reading::lat>)
//   readings.update("temp"_k = "temp"_f + 100)
//   devices.annotate("n"_k = Count(f<related<&Reading::device>>))
//   readings.aggregate("warmest"_k = Max("temp"_f))
//
// See query.h for what arithmetic and aggregates give.

#include <tuple>
#include <type_traits>
#include <utility>

#include "orm/detail/bind.h"
#include "orm/detail/hops.h"
#include "orm/detail/keys.h"

namespace tt::orm {

// All that can be part of an expression derives from it.
struct ExpressionBase {};
template <class E>
concept IsExpression = std::is_base_of_v<ExpressionBase, E>;

namespace detail {

// Where an expression stands: rows of M with the annotations A.  A key may begin with one of them.
template <class M, class... A>
struct Scope {
  using Model = M;
  template <FixedString key>
  static constexpr std::size_t index = annotation_index<key, A...>();
  template <FixedString key>
  static constexpr bool has = index<key> < sizeof...(A);
  template <FixedString key>
  using Annotation = std::tuple_element_t<index<key>, std::tuple<A...>>;
  template <FixedString key>
  static constexpr std::string_view name = Annotation<key>::name;
  template <FixedString key>
  using Type = Annotation<key>::Plain;
};

}  // namespace detail

// "lat"_f: a field of the model it is used with, or an annotation, by its name.
template <detail::FixedString key>
struct Reference : ExpressionBase {
  template <class S>
  Expression build() const {
    if constexpr (S::template has<key>) {
      return annotation_expression(std::string(key.view()), {});
    } else {
      using R = detail::Resolved<typename S::Model, key>;
      static_assert(R::has_no_suffix, "the model has no such field");
      return path_expression(R::path());
    }
  }
  template <class S>
  static consteval auto result() {
    if constexpr (S::template has<key>) {
      return std::type_identity<typename S::template Type<key>>();
    } else {
      return std::type_identity<
          typename detail::Resolved<typename S::Model, key>::Compared::Plain>();
    }
  }
  template <class S>
  using Result = decltype(result<S>())::type;
};

namespace detail {

template <class S, class E>
Expression build(const E& expression) {
  if constexpr (IsExpression<E>) {
    return expression.template build<S>();
  } else if constexpr (std::is_same_v<E, Decimal>) {
    return constant(expression, {Kind::decimal, expression.places});
  } else if constexpr (std::is_floating_point_v<E>) {
    return constant(double{expression}, {Kind::real});
  } else {
    static_assert(std::is_integral_v<E> && !std::is_same_v<E, bool>, "arithmetic is for numbers");
    return constant(static_cast<std::int64_t>(expression), {Kind::integer});
  }
}

template <class S, class E>
consteval auto result_of() {
  if constexpr (IsExpression<E>) {
    return std::type_identity<typename E::template Result<S>>();
  } else {
    return std::type_identity<E>();
  }
}
template <class S, class E>
using ResultOf = decltype(result_of<S, E>())::type;

template <class A, class B, Operator sign>
consteval auto arithmetic_result() {
  constexpr bool divides = sign == Operator::divide;
  if constexpr (std::is_integral_v<A> && std::is_integral_v<B>) {
    return std::int64_t();
  } else if constexpr (std::is_floating_point_v<A> || std::is_floating_point_v<B> || divides) {
    return double();
  } else {
    return Decimal();
  }
}

}  // namespace detail

template <Operator sign, class L, class R>
struct Arithmetic : ExpressionBase {
  L left;
  R right;
  Arithmetic(L l, R r) : left(std::move(l)), right(std::move(r)) {}

  template <class S>
  Expression build() const {
    return arithmetic(sign, detail::build<S>(left), detail::build<S>(right));
  }
  template <class S>
  using Result =
      decltype(detail::arithmetic_result<detail::ResultOf<S, L>, detail::ResultOf<S, R>, sign>());
};

template <class L, class R>
concept AreOperands = (IsExpression<L> || IsExpression<R>) &&
                      (IsExpression<L> || std::is_arithmetic_v<L> || std::is_same_v<L, Decimal>) &&
                      (IsExpression<R> || std::is_arithmetic_v<R> || std::is_same_v<R, Decimal>);

template <class L, class R>
  requires AreOperands<L, R>
Arithmetic<Operator::add, L, R> operator+(L left, R right) {
  return {std::move(left), std::move(right)};
}
template <class L, class R>
  requires AreOperands<L, R>
Arithmetic<Operator::subtract, L, R> operator-(L left, R right) {
  return {std::move(left), std::move(right)};
}
template <class L, class R>
  requires AreOperands<L, R>
Arithmetic<Operator::multiply, L, R> operator*(L left, R right) {
  return {std::move(left), std::move(right)};
}
template <class L, class R>
  requires AreOperands<L, R>
Arithmetic<Operator::divide, L, R> operator/(L left, R right) {
  return {std::move(left), std::move(right)};
}
template <class L, class R>
  requires AreOperands<L, R>
Arithmetic<Operator::modulo, L, R> operator%(L left, R right) {
  return {std::move(left), std::move(right)};
}

template <Aggregate function, class E>
struct AggregateOf : ExpressionBase {
  E operand;
  Distinct distinct = Distinct::no;
  AggregateOf(E e, Distinct d) : operand(std::move(e)), distinct(d) {}

  template <class S>
  Expression build() const {
    return aggregate(function, detail::build<S>(operand), distinct);
  }
  template <class S>
  static consteval auto result() {
    using Operand = detail::ResultOf<S, E>;
    if constexpr (function == Aggregate::count) {
      return std::int64_t();
    } else if constexpr (function == Aggregate::average) {
      return double();
    } else if constexpr (function == Aggregate::sum && std::is_integral_v<Operand>) {
      return std::int64_t();
    } else {
      return Operand();
    }
  }
  template <class S>
  using Result = decltype(result<S>());
  // Of no rows: 0, for all others nothing.
  static constexpr bool is_optional = function != Aggregate::count;
};

template <IsExpression E>
AggregateOf<Aggregate::count, E> Count(E operand, Distinct distinct = Distinct::no) {
  return {std::move(operand), distinct};
}
template <IsExpression E>
AggregateOf<Aggregate::sum, E> Sum(E operand, Distinct distinct = Distinct::no) {
  return {std::move(operand), distinct};
}
template <IsExpression E>
AggregateOf<Aggregate::average, E> Avg(E operand, Distinct distinct = Distinct::no) {
  return {std::move(operand), distinct};
}
template <IsExpression E>
AggregateOf<Aggregate::min, E> Min(E operand) {
  return {std::move(operand), Distinct::no};
}
template <IsExpression E>
AggregateOf<Aggregate::max, E> Max(E operand) {
  return {std::move(operand), Distinct::no};
}

}  // namespace tt::orm
