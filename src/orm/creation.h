#pragma once

// Creation: what makes rows, the same for querysets and for Station::objects.

#include <span>
#include <utility>
#include <vector>

#include "orm/detail/rows.h"

namespace tt::orm {

// S has all(), a queryset of M.
template <class S, class M>
class Creation {
 public:
  // Stores a new row and returns it with its id.
  M create(M row) const {
    detail::insert_row(rows().session(), model_info<M>(), &row);
    return row;
  }
  // Stores all rows or none, in as few statements as can be, and sets their ids.
  void bulk_create(std::span<M> made) const {
    std::vector<void*> models;
    for (M& row : made) models.push_back(&row);
    detail::insert_rows(rows().session(), model_info<M>(), models);
  }
  // Stores a new row (id 0; sets the id) or all fields of an old one.  Throws DoesNotExist if a row
  // of that id is gone.
  void save(M& row) const { detail::save_row(rows().session(), model_info<M>(), &row); }
  // The one row for which "field"_k = value, … hold, or a new one with these values and those of
  // `defaults(…)`, which may be among the arguments; true if it is new.
  template <class... K>
  std::pair<M, bool> get_or_create(const K&... fields) const {
    return detail::get_or_create(rows(), detail::WantedRow<M>(fields...));
  }
  // The same, but a row that exists gets the values of `defaults(…)`.
  template <class... K>
  std::pair<M, bool> update_or_create(const K&... fields) const {
    return detail::update_or_create(rows(), detail::WantedRow<M>(fields...));
  }

 private:
  auto rows() const { return static_cast<const S&>(*this).all(); }
};

}  // namespace tt::orm
