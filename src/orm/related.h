#pragma once

// The way back over a relation.
//
//   related_rows<&Reading::device>(device)               the readings of a device, a queryset
//   related_rows<&Reading::device>(session, device)
//   related_rows<&Station::tags>(tag).add(station)       many-to-many: see links.h
//   grouped_rows<&Reading::device>(devices)              of several devices, with one query: by id

#include <map>
#include <vector>

#include "orm/links.h"
#include "orm/queryset.h"

namespace tt::orm {

namespace detail {
template <auto field>
auto rows_behind(Session* session, std::int64_t id) {
  using M = ClassOf<field>;
  const FieldInfo& info = field_of<field>();
  if constexpr (FieldOf<field>::kind == Kind::virtual_many) {
    return Links<M>(session, LinksOf{info, Way::backward, id});
  } else {
    Select query;
    query.model = &model_info<M>();
    query.where = make_condition({{}, &info}, Lookup::exact, {id});
    return QuerySet<M>(session, std::move(query));
  }
}
}  // namespace detail

template <auto field>
auto related_rows(const typename detail::FieldOf<field>::Target& row) {
  return detail::rows_behind<field>(nullptr, *row.id);
}
template <auto field>
auto related_rows(Session& session, const typename detail::FieldOf<field>::Target& row) {
  return detail::rows_behind<field>(&session, *row.id);
}

template <auto field, class Rows>
auto grouped_rows(const QuerySet<detail::ClassOf<field>>& among, const Rows& rows) {
  using M = detail::ClassOf<field>;
  std::vector<std::int64_t> ids;
  for (const auto& row : rows) ids.push_back(*row.id);
  std::map<std::int64_t, std::vector<M>> out;
  for (M& row : among.filter(f<field>.in(ids)).rows()) {
    std::int64_t id = detail::from_cell<std::int64_t>(detail::field_of<field>().value_in(&row));
    out[id].push_back(std::move(row));
  }
  return out;
}
template <auto field, class Rows>
auto grouped_rows(const Rows& rows) {
  return grouped_rows<field>(QuerySet<detail::ClassOf<field>>(), rows);
}

}  // namespace tt::orm
