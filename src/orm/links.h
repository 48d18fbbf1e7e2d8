#pragma once

// Links: what a row has in a many-to-many field.
//
//   station.tags.add(wet, windy);                      // through the current session
//   station.tags.in(session).set(std::vector{wet});    // through this one
//   for (const Tag& tag : station.tags.all()) …

#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <vector>

#include "orm/queryset.h"

namespace tt::orm {

namespace detail {
// One side of the links of a field: those of the row `id`, seen from the model that has the field
// (forward) or from its target.
struct LinksOf {
  const FieldInfo& field;
  Way way = Way::forward;
  std::int64_t id = 0;
};
// In the order they were made.
std::vector<std::int64_t> linked_ids(Session& session, const LinksOf& links);
// Those that are there already stay as they are.
void add_links(Session& session, const LinksOf& links, std::span<const std::int64_t> ids);
void remove_links(Session& session, const LinksOf& links, std::span<const std::int64_t> ids);
void set_links(Session& session, const LinksOf& links, std::span<const std::int64_t> ids);
void clear_links(Session& session, const LinksOf& links);
// The links of many rows at once: (row, linked row) in the order they were made.
std::vector<std::pair<std::int64_t, std::int64_t>> links_of_rows(Session& session,
                                                                 const FieldInfo& field,
                                                                 std::span<const std::int64_t> ids);
// The rows that are linked.
Select linked_rows(const LinksOf& links);
}  // namespace detail

template <class M>
class Links {
 public:
  Links(const FieldInfo& field, std::int64_t id) : links_{field, Way::forward, id} {}
  Links(Session& session, const FieldInfo& field, std::int64_t id)
      : session_(&session), links_{field, Way::forward, id} {}
  Links(Session* session, detail::LinksOf links) : session_(session), links_(links) {}

  QuerySet<M> all() const { return QuerySet<M>(session_, detail::linked_rows(links_)); }
  std::vector<std::int64_t> ids() const { return detail::linked_ids(session(), links_); }
  // Rows that are linked already stay so, once.
  template <class... Rows>
  void add(const Rows&... rows) const {
    detail::add_links(session(), links_, std::vector<std::int64_t>{id_of(rows)...});
  }
  template <class... Rows>
  void remove(const Rows&... rows) const {
    detail::remove_links(session(), links_, std::vector<std::int64_t>{id_of(rows)...});
  }
  // Exactly these.
  template <class Rows>
  void set(const Rows& rows) const {
    std::vector<std::int64_t> ids;
    for (const auto& row : rows) ids.push_back(id_of(row));
    detail::set_links(session(), links_, ids);
  }
  void clear() const { detail::clear_links(session(), links_); }

 private:
  static std::int64_t id_of(std::int64_t id) { return id; }
  static std::int64_t id_of(const M& row) { return *row.id; }
  Session& session() const { return detail::session_or_current(session_); }

  Session* session_ = nullptr;
  detail::LinksOf links_;
};

namespace detail {

template <class M, auto field>
void prefetch_links(Session& session, std::span<M* const> models) {
  using Target = FieldOf<field>::Target;
  std::vector<std::int64_t> ids;
  for (const M* model : models) ids.push_back(*model->id);
  auto links = links_of_rows(session, field_of<field>(), ids);
  std::vector<std::int64_t> targets;
  for (const auto& [from, to] : links) targets.push_back(to);
  auto rows = QuerySet<Target>(session).in_bulk(targets);
  for (M* model : models) {
    std::vector<Target> own;
    for (const auto& [from, to] : links) {
      if (auto row = rows.find(to); from == *model->id && row != rows.end()) {
        own.push_back(row->second);
      }
    }
    (model->*field).keep(std::make_shared<const std::vector<Target>>(std::move(own)));
  }
}

}  // namespace detail
}  // namespace tt::orm
