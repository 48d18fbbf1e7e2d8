#pragma once

// Station::objects: the rows of a model through the current session (current.h).  Everything that
// a queryset can do can be asked of it.

#include "orm/current.h"
#include "orm/queryset.h"

namespace tt::orm {

// The rows of a statement in the engine's own language, each `?` in it standing for a value; its
// columns bear the names of the table's columns.  What comes out is a queryset like any other; give
// it its order with order_by(), for the statement's own need not survive.
template <class M, class... V>
QuerySet<M> raw(Session& session, std::string_view statement, const V&... values) {
  Select query;
  query.model = &model_info<M>();
  query.raw = RawCondition{std::string(statement), {detail::any_value(values)...}};
  return QuerySet<M>(&session, std::move(query));
}

template <class M>
class Objects : public Creation<Objects<M>, M> {
 public:
  using Key = OrderKey<M>;
  constexpr Objects() = default;

  QuerySet<M> all() const { return {}; }
  QuerySet<M> none() const { return all().none(); }
  template <class... C>
  QuerySet<M> filter(const C&... conditions) const {
    return all().filter(conditions...);
  }
  template <class... C>
  QuerySet<M> exclude(const C&... conditions) const {
    return all().exclude(conditions...);
  }
  QuerySet<M> order_by(Key first, Key second = {}, Key third = {}, Key fourth = {}) const {
    return all().order_by(first, second, third, fourth);
  }
  QuerySet<M> order_by() const { return all().order_by(); }
  QuerySet<M> reverse() const { return all().reverse(); }
  QuerySet<M> distinct() const { return all().distinct(); }
  QuerySet<M> limit(std::size_t count) const { return all().limit(count); }
  QuerySet<M> offset(std::size_t count) const { return all().offset(count); }
  QuerySet<M> slice(std::size_t from, std::size_t to) const { return all().slice(from, to); }
  QuerySet<M> select_related(RelationKey<M> first, RelationKey<M> second = {},
                             RelationKey<M> third = {}) const {
    return all().select_related(first, second, third);
  }
  template <auto... fields>
  QuerySet<M> prefetch_related() const {
    return all().template prefetch_related<fields...>();
  }
  template <class... K>
  auto annotate(const K&... named) const {
    return all().annotate(named...);
  }
  template <auto... columns>
  QuerySet<M> group_by() const {
    return all().template group_by<columns...>();
  }
  template <class... V>
  QuerySet<M> raw(std::string_view statement, const V&... values) const {
    return QuerySet<M>(nullptr, orm::raw<M>(current_session(), statement, values...).query());
  }

  std::vector<M> rows() const { return all().rows(); }
  M operator[](std::int64_t index) const { return all()[index]; }
  std::optional<M> first() const { return all().first(); }
  std::optional<M> last() const { return all().last(); }
  M earliest(Key key) const { return all().earliest(key); }
  M latest(Key key) const { return all().latest(key); }
  template <class... C>
  M get(const C&... conditions) const {
    return all().get(conditions...);
  }
  std::int64_t count() const { return all().count(); }
  bool exists() const { return all().exists(); }
  template <class Ids>
  std::map<std::int64_t, M> in_bulk(const Ids& ids) const {
    return all().in_bulk(ids);
  }
  std::map<std::int64_t, M> in_bulk(std::initializer_list<std::int64_t> ids) const {
    return all().in_bulk(std::vector<std::int64_t>(ids));
  }
  template <auto... columns>
  auto values() const {
    return all().template values<columns...>();
  }
  template <auto... columns>
  auto values_list() const {
    return all().template values<columns...>();
  }
  template <auto wanted>
  auto column() const {
    return all().template column<wanted>();
  }
  template <class... K>
  auto aggregate(const K&... named) const {
    return all().aggregate(named...);
  }

  template <class... S>
  std::int64_t update(const S&... assignments) const {
    return all().update(assignments...);
  }
  std::int64_t erase() const { return all().erase(); }
  Removed remove() const { return all().remove(); }
};

namespace detail {

template <class M>
std::shared_ptr<const M> load_row(Session& session, std::int64_t id) {
  return std::make_shared<const M>(QuerySet<M>(session).get(f<&M::id> == id));
}
template <class M>
std::shared_ptr<const M> load_row(std::int64_t id) {
  return load_row<M>(current_session(), id);
}

}  // namespace detail
}  // namespace tt::orm
