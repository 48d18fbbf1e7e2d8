#pragma once

// Querysets: the rows of a model, as Django spells it.
//
//   auto stations = Station::objects.all();                     // through the current session
//   auto stations = orm::objects<Station>(session);             // through this one
//   Station made = stations.create({.name = "st1", .temperature = 21.5});
//   made.name = "st2";
//   stations.save(made);
//   for (const Station& warm : stations.filter("temperature__gte"_k = 20.0).order_by("-id")) …
//   std::optional<Station> one = stations.filter(f<&Station::name> == "st2").first();
//   stations.filter(f<&Station::name>.in({"a", "b"})).erase();
//   for (const auto& owner : Owner::objects.annotate("n"_k = Count(f<related<&Station::owner>>)))
//     print(owner.name, owner["n"_k]);
//
// A queryset is a value that says what is wanted; it goes to the database (and blocks: use
// rt::offload on an event loop) when it is asked, and keeps the rows when it is walked over: a
// second walk, size() and [i] after it ask nothing.  The session must outlive the queryset.  See
// lookup.h for conditions, expression.h for F and aggregates, related.h for the way back.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "orm/creation.h"
#include "orm/database.h"
#include "orm/detail/order_key.h"
#include "orm/detail/outputs.h"
#include "orm/detail/rows.h"
#include "orm/lookup.h"
#include "orm/model.h"

namespace tt::orm {

// A is a Named<…> for each annotation, whose values the rows hold besides: row["n"_k].
template <class M, class... A>
class QuerySet : public Creation<QuerySet<M, A...>, M> {
 public:
  using Row = detail::RowType<M, A...>;
  using Key = OrderKey<M, A...>;
  using Scope = detail::Scope<M, A...>;

  // Asks the current session, whichever it is then.
  QuerySet() { query_.model = &model_info<M>(); }
  explicit QuerySet(Session& session) : QuerySet() { session_ = &session; }
  // Goes on from a query.
  QuerySet(Session* session, Select query) : session_(session), query_(std::move(query)) {}

  // --- saying what is wanted ------------------------------------------------------------------
  QuerySet all() const { return QuerySet(session_, query_, prefetches_); }
  QuerySet none() const { return with(detail::drop_rows); }
  // Rows for which every condition holds, besides those given before.
  template <class... C>
  QuerySet filter(const C&... conditions) const {
    QuerySet copy = all();
    Node node;
    ((node = both(std::move(node), detail::node_of<Scope>(conditions))), ...);
    copy.narrow(std::move(node));
    return copy;
  }
  // Rows for which not all conditions hold; a null satisfies no comparison, so its row stays.
  template <class... C>
  QuerySet exclude(const C&... conditions) const {
    QuerySet copy = all();
    Node node;
    ((node = both(std::move(node), detail::node_of<Scope>(conditions))), ...);
    if (!node.is_true()) copy.narrow(negated(std::move(node)));
    return copy;
  }
  // Replaces an earlier order: "name", "-owner__name", an annotation.
  QuerySet order_by(Key first, Key second = {}, Key third = {}, Key fourth = {}) const {
    return with([&](Select& query) {
      query.order.clear();
      query.is_unordered = false;
      for (const Key& key : {first, second, third, fourth}) {
        if (key.is_set()) query.order.push_back(key.order());
      }
    });
  }
  // In no order, not even that of the model.
  QuerySet order_by() const { return with(detail::drop_order); }
  QuerySet reverse() const { return with(detail::reverse_order); }
  QuerySet distinct() const { return with(detail::make_distinct); }
  QuerySet limit(std::size_t count) const {
    return with([&](Select& query) { query.limit = count; });
  }
  QuerySet offset(std::size_t count) const {
    return with([&](Select& query) { query.offset = count; });
  }
  // The rows from number `from` up to but not `to`, of those that this queryset means.
  QuerySet slice(std::size_t from, std::size_t to) const {
    return with([&](Select& query) { detail::take_slice(query, from, to); });
  }
  // The rows behind foreign keys come along ("owner", "device__owner"): row.owner->name asks
  // nothing.
  QuerySet select_related(RelationKey<M> first, RelationKey<M> second = {},
                          RelationKey<M> third = {}) const {
    return with([&](Select& query) {
      for (const RelationKey<M>& key : {first, second, third}) {
        if (key.is_set()) detail::add_related(query, key.steps());
      }
    });
  }
  // The rows of many-to-many fields come along, with one more query for each field:
  // prefetch_related<&Station::tags>().
  template <auto... fields>
  QuerySet prefetch_related() const {
    QuerySet copy = all();
    (copy.prefetches_.push_back(&detail::prefetch_links<M, fields>), ...);
    return copy;
  }
  // "n"_k = Count(…), …: each row holds the value besides.
  template <class... K>
  auto annotate(const K&... named) const {
    QuerySet<M, A..., detail::NamedBy<Scope, K>...> out(session_, query_, prefetches_);
    unsigned call = ++out.query_.calls;
    (detail::add_annotation(out.query_, detail::annotation_of<Scope>(named), call), ...);
    return out;
  }
  // Aggregates of annotate() are of all rows with the same values here, not of each row; what comes
  // out is asked with values_list().
  template <auto... columns>
  QuerySet group_by() const {
    return with([](Select& query) {
      query.grouping = Grouping::by_column;
      query.group = {detail::OutputOf<M, columns, A...>::column()...};
    });
  }

  // --- asking -----------------------------------------------------------------------------------
  std::vector<Row> rows() const {
    if (cache_) return *cache_;
    return load();
  }
  auto begin() const { return cached().begin(); }
  auto end() const { return cached().end(); }
  std::size_t size() const { return cached().size(); }
  bool empty() const { return cached().empty(); }
  // One row, with one query.  Throws not_found if there are fewer rows, invalid if it is negative.
  Row operator[](std::int64_t index) const {
    if (index < 0) throw Error(Code::invalid, "Negative indexing is not supported.");
    auto at = static_cast<std::size_t>(index);
    if (cache_ && at < cache_->size()) return (*cache_)[at];
    auto rows = cache_ ? std::vector<Row>() : slice(at, at + 1).load();
    if (rows.empty()) throw Error(Code::not_found, "list index out of range");
    return std::move(rows.front());
  }
  // By id if there is no other order.
  std::optional<Row> first() const { return with(detail::order_by_id).limit_one(); }
  std::optional<Row> last() const { return with(detail::order_by_id).reverse().limit_one(); }
  // The first and last row in the order of a field.  Throws DoesNotExist if there is none.
  Row earliest(Key key) const { return existing(order_by(key).limit_one()); }
  Row latest(Key key) const { return existing(order_by(key).reverse().limit_one()); }
  // The one row.  Throws DoesNotExist if there is none, MultipleObjectsReturned if there are
  // several.
  template <class... C>
  Row get(const C&... conditions) const {
    auto rows = filter(conditions...).slice(0, detail::get_rows_max).load();
    if (rows.empty()) detail::throw_not_found(*query_.model);
    if (rows.size() > 1) detail::throw_several(*query_.model, rows.size());
    return std::move(rows.front());
  }
  std::int64_t count() const {
    if (cache_) return static_cast<std::int64_t>(cache_->size());
    return detail::count_rows(session(), query_);
  }
  bool exists() const { return cache_ ? !cache_->empty() : detail::has_rows(session(), query_); }
  // By id.
  template <class Ids>
  std::map<std::int64_t, Row> in_bulk(const Ids& ids) const {
    std::map<std::int64_t, Row> rows;
    QuerySet copy = all();
    copy.narrow(detail::compare_key<M, "id__in">(ids));
    for (Row& row : copy.load()) rows.emplace(*row.id, std::move(row));
    return rows;
  }

  // Some columns of each row, each a member pointer, f<…>, or "name"_k of a field or annotation.
  // Of one column a vector of its values: values<&Station::name>(); of several one of tuples.
  template <auto... columns>
  auto values() const {
    return detail::load_values<detail::OutputOf<M, columns, A...>...>(session(), query_);
  }
  template <auto... columns>
  auto values_list() const {
    return values<columns...>();
  }
  // For `in`: the values of a column, found by the database.
  template <auto wanted>
  detail::QueryColumn<typename detail::OutputOf<M, wanted, A...>::Plain> column() const {
    return {detail::column_of(query_, detail::OutputOf<M, wanted, A...>::column())};
  }
  // The ids, for `in`.
  Select as_column() const {
    return detail::column_of(query_, Column{{{}, &query_.model->id()}, {}});
  }

  // Aggregates of all rows: aggregate("warmest"_k = Max("temp"_f))["warmest"_k].
  template <class... K>
  detail::Aggregated<detail::NamedBy<Scope, K>...> aggregate(const K&... named) const {
    std::vector<Annotation> wanted;
    (wanted.push_back(detail::annotation_of<Scope>(named)), ...);
    detail::Aggregated<detail::NamedBy<Scope, K>...> out;
    detail::load_aggregates(session(), query_, std::move(wanted),
                            [&](std::span<Value> cells) { out.fill(cells); });
    return out;
  }

  // --- writing ----------------------------------------------------------------------------------
  // create(), save(), get_or_create(), …: see creation.h.

  // Changes every row that is meant; the number of them.
  template <class... S>
  std::int64_t update(const S&... assignments) const {
    Update update{query_.model, {}, query_.where};
    (update.values.push_back(Set<M>(assignments).assignment), ...);
    detail::require_no_slice(query_);
    return query_.is_none ? 0 : detail::update_rows(session(), update);
  }
  // Deletes every row that is meant with all that depends on it; the number of rows of this model.
  std::int64_t erase() const {
    detail::require_no_slice(query_);
    return query_.is_none ? 0 : detail::erase_rows(session(), query_);
  }
  // The same, found and counted by the orm as Django does: how many went in all, and of each model.
  // Throws conflict if a row is protected by one that refers to it.
  Removed remove() const {
    detail::require_no_slice(query_);
    return detail::remove_rows(session(), query_);
  }

  Session& session() const { return detail::session_or_current(session_); }
  const Select& query() const { return query_; }
  // Rows that are there already, for prefetch_related().
  void keep(std::shared_ptr<const std::vector<Row>> rows) { cache_ = std::move(rows); }

 private:
  template <class, class...>
  friend class QuerySet;
  using Prefetch = void (*)(Session&, std::span<M* const>);

  QuerySet(Session* session, Select query, std::vector<Prefetch> prefetches)
      : session_(session), query_(std::move(query)), prefetches_(std::move(prefetches)) {}

  template <class Change>
  QuerySet with(Change change) const {
    QuerySet copy = all();
    change(copy.query_);
    return copy;
  }
  void narrow(Node node) {
    if (node.is_true()) return;
    detail::require_no_slice(query_);
    stamp(node, ++query_.calls);
    query_.where = both(std::move(query_.where), std::move(node));
  }
  std::vector<Row> load() const {
    std::vector<Row> rows;
    detail::load_rows(session(), query_, detail::sink_of<M>(rows));
    if (prefetches_.empty() || rows.empty()) return rows;
    std::vector<M*> models;
    for (Row& row : rows) models.push_back(&row);
    for (Prefetch prefetch : prefetches_) prefetch(session(), models);
    return rows;
  }
  const std::vector<Row>& cached() const {
    if (!cache_) cache_ = std::make_shared<const std::vector<Row>>(load());
    return *cache_;
  }
  std::optional<Row> limit_one() const {
    auto rows = slice(0, 1).load();
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
  }
  Row existing(std::optional<Row> row) const {
    if (!row) detail::throw_not_found(*query_.model);
    return std::move(*row);
  }
  Session* session_ = nullptr;
  Select query_;
  std::vector<Prefetch> prefetches_;
  mutable std::shared_ptr<const std::vector<Row>> cache_;
};

template <class M>
QuerySet<M> objects(Session& session) {
  return QuerySet<M>(session);
}

}  // namespace tt::orm

#include "orm/objects.h"
