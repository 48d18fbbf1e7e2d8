#pragma once

// What comes out of queries besides whole rows: columns, annotations, aggregates.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "orm/database.h"
#include "orm/detail/keys.h"
#include "orm/lookup.h"

namespace tt::orm::detail {

template <class T>
T from_cell(Value&& cell) {
  T out{};
  if constexpr (is_optional<T>) {
    if (!std::holds_alternative<Null>(cell)) from_value(out.emplace(), std::move(cell));
  } else {
    from_value(out, std::move(cell));
  }
  return out;
}

// --- annotations -------------------------------------------------------------------------------

template <class E>
inline constexpr bool always_has_value = false;
template <class E>
inline constexpr bool always_has_value<AggregateOf<Aggregate::count, E>> = true;

template <class S, class K>
struct NamedAs;
template <class S, FixedString key, class E>
struct NamedAs<S, Keyed<key, E>> {
  static_assert(IsExpression<E>, "an annotation is an expression: Count(…), \"name\"_f, f<…>");
  using Result = E::template Result<S>;
  using Type = Named<key, std::conditional_t<always_has_value<E>, Result, std::optional<Result>>>;
};
template <class S, class K>
using NamedBy = NamedAs<S, K>::Type;

template <class S, FixedString key, class E>
Annotation annotation_of(const Keyed<key, E>& keyed) {
  return {std::string(key.view()), build<S>(keyed.value)};
}
// Gives the references to annotations of the query the types of those.
void resolve_annotations(Expression& expression, const Select& query);
void add_annotation(Select& query, Annotation annotation, unsigned call);

// A row with its annotations.
template <class M, class... A>
struct AnnotatedRow : M {
  std::tuple<A...> annotations;

  template <FixedString key>
  const auto& operator[](Key<key>) const {
    constexpr std::size_t index = annotation_index<key, A...>();
    static_assert(index < sizeof...(A), "the query has no such annotation");
    return std::get<index>(annotations).value;
  }
  void fill(std::span<Value> cells) { fill_tuple(annotations, cells); }
};

template <class... A>
void fill_tuple(std::tuple<A...>& named, std::span<Value> cells) {
  std::size_t next = 0;
  std::apply(
      [&](A&... each) {
        ((each.value = from_cell<typename A::Held>(std::move(cells[next++]))), ...);
      },
      named);
}

template <class M, class... A>
struct RowTypeOf {
  using Type = AnnotatedRow<M, A...>;
};
template <class M>
struct RowTypeOf<M> {
  using Type = M;
};
template <class M, class... A>
using RowType = RowTypeOf<M, A...>::Type;

// What aggregate() gives.
template <class... A>
struct Aggregated {
  std::tuple<A...> values;

  template <FixedString key>
  const auto& operator[](Key<key>) const {
    constexpr std::size_t index = annotation_index<key, A...>();
    static_assert(index < sizeof...(A), "there is no such aggregate");
    return std::get<index>(values).value;
  }
  void fill(std::span<Value> cells) { fill_tuple(values, cells); }
};
using TakeCells = std::function<void(std::span<Value>)>;
void load_aggregates(Session& session, const Select& query, std::vector<Annotation> wanted,
                     const TakeCells& take);

// --- conditions on rows with annotations -------------------------------------------------------

// A field of that plain type, as conditions know it.
template <class T>
using FieldHolding = models::Field<T, std::is_same_v<T, std::int64_t>  ? Kind::integer
                                      : std::is_same_v<T, double>      ? Kind::real
                                      : std::is_same_v<T, bool>        ? Kind::boolean
                                      : std::is_same_v<T, std::string> ? Kind::text
                                      : std::is_same_v<T, Decimal>     ? Kind::decimal
                                      : std::is_same_v<T, Date>        ? Kind::date
                                      : std::is_same_v<T, Uuid>        ? Kind::uuid
                                                                       : Kind::time>;
template <class T>
struct Widened {
  using Type = T;
};
template <>
struct Widened<std::int32_t> {
  using Type = std::int64_t;
};

template <class S, FixedString key, class V>
Node compare_annotation(const V& value) {
  constexpr std::string_view name = S::template name<key>;
  constexpr std::string_view suffix =
      key.view().size() == name.size() ? "exact" : key.view().substr(name.size() + 2);
  constexpr auto lookup = find_lookup(suffix);
  static_assert(lookup.has_value(), "unknown lookup suffix, or not a relation");
  using Field = FieldHolding<typename Widened<typename S::template Type<key>>::Type>;
  return compare<typename S::Model, Field, *lookup>(Column{{}, std::string(name)}, value);
}

// What filter() takes, on rows of the scope S.
template <class S>
struct ToNode {
  template <class C>
  static Node of(const C& condition) {
    return Q<typename S::Model>(condition).node();
  }
  template <FixedString key, class V>
  static Node of(const Keyed<key, V>& keyed) {
    if constexpr (S::template has<key>) {
      return compare_annotation<S, key>(keyed.value);
    } else {
      return compare_key<typename S::Model, key>(keyed.value);
    }
  }
};
template <class S, class C>
Node node_of(const C& condition) {
  return ToNode<S>::of(condition);
}

// --- columns -----------------------------------------------------------------------------------

// A column named by an element of values<…>(): a member pointer, f<…> or "name"_k.
template <class M, class E, E element, class... A>
struct Output {  // a member pointer
  static_assert(std::is_same_v<ClassOf<element>, M>, "values: a field of another model");
  using Field = decltype(compared<HopOf<element>>())::type;
  using Plain = Field::Plain;
  using Held = std::conditional_t<may_miss<HopOf<element>>(), std::optional<Plain>, Plain>;
  static Column column() { return {Hops<element>::path(), {}}; }
};
template <class M, auto... pointers, FieldRef<pointers...> element, class... A>
struct Output<M, FieldRef<pointers...>, element, A...> {
  using Ref = FieldRef<pointers...>;
  static_assert(std::is_same_v<typename Ref::Model, M>, "values: a field of another model");
  using Plain = Ref::Last::Plain;
  using Held = std::conditional_t<Ref::Hops::may_miss, std::optional<Plain>, Plain>;
  static Column column() { return {Ref::path(), {}}; }
};
template <class M, FixedString key, class... A>
struct KeyOutput {
  using R = Resolved<M, key>;
  static_assert(R::has_no_suffix, "the model has no such field");
  using Plain = R::Compared::Plain;
  using Held = std::conditional_t<R::may_miss, std::optional<Plain>, Plain>;
  static Column column() { return {R::path(), {}}; }
};
template <class M, FixedString key, class... A>
  requires(annotation_index<key, A...>() < sizeof...(A))
struct KeyOutput<M, key, A...> {
  using Annotated = std::tuple_element_t<annotation_index<key, A...>(), std::tuple<A...>>;
  using Plain = Annotated::Plain;
  using Held = Annotated::Held;
  static Column column() { return {{}, std::string(key.view())}; }
};
template <class M, FixedString key, Key<key> element, class... A>
struct Output<M, Key<key>, element, A...> : KeyOutput<M, key, A...> {};

template <class M, auto element, class... A>
using OutputOf = Output<M, std::remove_const_t<decltype(element)>, element, A...>;

// The query with these cells only.
Select with_columns(const Select& query, std::vector<Column> columns);
Select column_of(const Select& query, Column column);
void select_cells(Session& session, const Select& query, const TakeCells& take);

// A column of a query, for `in`.
template <class Plain>
struct QueryColumn {
  Select query;
  const Select& as_column() const { return query; }
};

template <class... O>
auto load_values(Session& session, const Select& query) {
  using Row = decltype([] {
    if constexpr (sizeof...(O) == 1) {
      return std::type_identity<typename std::tuple_element_t<0, std::tuple<O...>>::Held>();
    } else {
      return std::type_identity<std::tuple<typename O::Held...>>();
    }
  }())::type;
  std::vector<Row> rows;
  select_cells(session, with_columns(query, {O::column()...}), [&](std::span<Value> cells) {
    std::size_t next = 0;
    rows.push_back(Row{from_cell<typename O::Held>(std::move(cells[next++]))...});
  });
  return rows;
}

}  // namespace tt::orm::detail
