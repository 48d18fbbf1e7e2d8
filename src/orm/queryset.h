#pragma once

// Querysets: the rows of a model, as Django spells it.
//
//   auto stations = orm::objects<Station>(database);            // or a transaction's session
//   Station made = stations.create({.name = "st1", .temperature = 21.5});
//   made.name = "st2";
//   stations.save(made);
//   std::vector<Station> warm = stations.filter("temperature__gte"_k = 20.0)
//                                   .exclude("name"_k = "old").order_by("-id").limit(10).rows();
//   std::optional<Station> one = stations.filter(f<&Station::name> == "st2").first();
//   stations.filter(f<&Station::name>.in({"a", "b"})).erase();
//
// A queryset is a value that says what is wanted; only rows, first, get, count, exists, values,
// update and erase go to the database (and block: use rt::offload on an event loop).  The session
// must outlive the queryset.  See lookup.h for conditions.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "orm/database.h"
#include "orm/lookup.h"
#include "orm/model.h"

namespace tt::orm {

// A field of M to sort by, from a literal: "name", or "-name" for descending.
template <class M>
class OrderKey {
 public:
  consteval OrderKey() = default;
  consteval OrderKey(const char* name) : OrderKey(std::string_view(name)) {}
  consteval OrderKey(std::string_view name)
      : index_(detail::field_index<M>(name)),
        direction_(name.starts_with('-') ? Direction::descending : Direction::ascending) {
    if (index_ >= detail::member_count<M>()) throw "order_by: the model has no such field";
  }
  bool is_set() const { return index_ != unset; }
  Order order() const { return {&model_info<M>().fields[index_], direction_}; }

 private:
  static constexpr std::size_t unset = ~std::size_t{0};
  std::size_t index_ = unset;
  Direction direction_ = Direction::ascending;
};

namespace detail {
// The parts of querysets that are the same for every model.
using StoreRow = void (*)(void* rows, const ModelInfo& info, std::span<Value> cells);
void load_rows(Session& session, const Select& query, void* rows, StoreRow store);
void fill(const ModelInfo& info, void* model, std::span<Value> cells);
void insert_row(Session& session, const ModelInfo& info, void* model);
void save_row(Session& session, const ModelInfo& info, void* model);
std::int64_t update_rows(Session& session, const Update& update);
[[noreturn]] void throw_not_found(const ModelInfo& info);
[[noreturn]] void throw_several(const ModelInfo& info);
}  // namespace detail

template <class M>
class QuerySet {
 public:
  explicit QuerySet(Session& session) : session_(&session) { query_.model = &model_info<M>(); }

  // --- saying what is wanted ------------------------------------------------------------------
  QuerySet all() const { return *this; }
  // Rows for which every condition holds, besides those given before.
  template <class... C>
  QuerySet filter(C&&... conditions) const {
    QuerySet copy = *this;
    (copy.narrow(Q<M>(std::forward<C>(conditions))), ...);
    return copy;
  }
  // Rows for which not all conditions hold; a null satisfies no comparison, so its row stays.
  template <class... C>
  QuerySet exclude(C&&... conditions) const {
    QuerySet copy = *this;
    copy.narrow(!(Q<M>(std::forward<C>(conditions)) && ...));
    return copy;
  }
  // Replaces an earlier order.
  QuerySet order_by(OrderKey<M> first, OrderKey<M> second = {}, OrderKey<M> third = {},
                    OrderKey<M> fourth = {}) const {
    QuerySet copy = *this;
    copy.query_.order.clear();
    for (const OrderKey<M>& key : {first, second, third, fourth}) {
      if (key.is_set()) copy.query_.order.push_back(key.order());
    }
    return copy;
  }
  QuerySet limit(std::size_t count) const {
    QuerySet copy = *this;
    copy.query_.limit = count;
    return copy;
  }
  QuerySet offset(std::size_t count) const {
    QuerySet copy = *this;
    copy.query_.offset = count;
    return copy;
  }

  // --- asking -----------------------------------------------------------------------------------
  std::vector<M> rows() const {
    std::vector<M> rows;
    auto store = [](void* into, const ModelInfo& info, std::span<Value> cells) {
      detail::fill(info, &static_cast<std::vector<M>*>(into)->emplace_back(), cells);
    };
    detail::load_rows(*session_, query_, &rows, store);
    return rows;
  }
  // By id if there is no other order.
  std::optional<M> first() const {
    QuerySet one = limit(1);
    if (one.query_.order.empty() && query_.model->ordering.empty()) {
      one.query_.order.push_back({&query_.model->id(), Direction::ascending});
    }
    auto rows = one.rows();
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
  }
  // The one row.  Throws not_found if there is none, internal if there are several.
  template <class... C>
  M get(C&&... conditions) const {
    auto rows = filter(std::forward<C>(conditions)...).limit(2).rows();
    if (rows.empty()) detail::throw_not_found(*query_.model);
    if (rows.size() > 1) detail::throw_several(*query_.model);
    return std::move(rows.front());
  }
  std::int64_t count() const { return session_->count(query_); }
  bool exists() const { return session_->count(limit(1).query_) > 0; }

  // One field of each row: values<&Station::name>().
  template <auto member>
  auto values() const {
    using F = decltype(detail::type_of(member));
    std::vector<typename F::Held> values;
    Select query = query_;
    query.fields = {detail::field_of<member>()};
    session_->select(query, [&](std::span<Value> cells) {
      F field;
      detail::write_field<F>(&field, std::move(cells.front()));
      values.push_back(std::move(*field));
    });
    return values;
  }

  // --- writing ----------------------------------------------------------------------------------
  // Stores a new row and returns it with its id.
  M create(M row) const {
    detail::insert_row(*session_, *query_.model, &row);
    return row;
  }
  // Stores all rows or none, and sets their ids.
  void bulk_create(std::span<M> rows) const {
    session_->transact_with([&](Session& session) {
      for (M& row : rows) detail::insert_row(session, *query_.model, &row);
    });
  }
  // Stores a new row (id 0; sets the id) or all fields of an old one.  Throws not_found if a row
  // of that id is gone.
  void save(M& row) const { detail::save_row(*session_, *query_.model, &row); }

  // Changes every row that is meant; the number of them.
  template <class... S>
  std::int64_t update(S&&... assignments) const {
    Update update{query_.model, {}, query_.where};
    (update.values.push_back(Set<M>(std::forward<S>(assignments)).assignment), ...);
    require_whole();
    return detail::update_rows(*session_, update);
  }
  // Deletes every row that is meant; the number of them, without what a cascade takes along.
  std::int64_t erase() const {
    require_whole();
    return session_->erase(Erase{query_.model, query_.where});
  }

  const Select& query() const { return query_; }

 private:
  void narrow(Q<M> condition) {
    query_.where = both(std::move(query_.where), std::move(condition).node());
  }
  // update() and erase() of a slice would silently mean more rows than the slice.
  void require_whole() const { TT_ASSERT(!query_.limit && query_.offset == 0); }

  Session* session_;
  Select query_;
};

template <class M>
QuerySet<M> objects(Session& session) {
  return QuerySet<M>(session);
}

}  // namespace tt::orm
