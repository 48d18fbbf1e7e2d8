#pragma once

// The fields of models that lead to other models; see fields.h for all others.

#include <cstdint>
#include <memory>
#include <vector>

#include "orm/fields.h"

namespace tt::orm {

class Session;
template <class M>
class Links;

namespace detail {
template <class M>
std::shared_ptr<const M> load_row(std::int64_t id);  // through the current session
template <class M>
std::shared_ptr<const M> load_row(Session& session, std::int64_t id);
[[noreturn]] void throw_unset_relation();
}  // namespace detail

}  // namespace tt::orm

namespace tt::orm::models {

// `*owner` is the id, `owner->name` a field of the row, which is loaded at its first use through
// the current session and kept until the id changes.
template <class Model, auto... options>
class ForeignKey : public Field<std::int64_t, Kind::foreign_key, options...> {
 public:
  using Target = Model;
  using Base = Field<std::int64_t, Kind::foreign_key, options...>;
  static constexpr FieldType type = FieldType::foreign_key;
  using Base::Base;
  // The row itself: its id is taken, so save it first.
  ForeignKey(const Model& row) : Base(*row.id) {}

  // The row; throws not_found if there is none.
  const Model* operator->() const { return &row(); }
  const Model& row() const {
    return loaded([](std::int64_t id) { return detail::load_row<Model>(id); });
  }
  const Model& row(Session& session) const {
    return loaded([&](std::int64_t id) { return detail::load_row<Model>(session, id); });
  }
  void keep_row(std::shared_ptr<const Model> row) const { row_ = std::move(row); }
  // Whether row() would ask nothing.
  bool has_row() const { return row_ && **this == *row_->id; }

 private:
  std::int64_t id() const {
    const auto& held = **this;
    if constexpr (Base::template has<Option::null>) {
      if (!held) detail::throw_unset_relation();
      return *held;
    } else {
      return held;
    }
  }
  template <class Load>
  const Model& loaded(Load load) const {
    std::int64_t wanted = id();
    if (!row_ || *row_->id != wanted) row_ = load(wanted);
    return *row_;
  }

  mutable std::shared_ptr<const Model> row_;
};

template <class Model, auto... options>
class OneToOneField : public ForeignKey<Model, options...> {
 public:
  static constexpr FieldType type = FieldType::one_to_one_field;
  using ForeignKey<Model, options...>::ForeignKey;
};

// The links of a saved row: `station.tags.add(tag)`, `station.tags.all()`; in(session) is the same
// for code that is given its session.  See links.h for what can be done with them.
template <class Model, auto... options>
class ManyToManyField : public FieldBase {
 public:
  using Target = Model;
  static constexpr FieldType type = FieldType::many_to_many_field;
  static constexpr Kind kind = Kind::virtual_many;
  template <Option option>
  static constexpr bool has = (detail::is_same_option<option, options>() || ...);
  static_assert(!has<Option::null> && !has<Option::unique>, "has no column");

  static void apply_options(FieldInfo& info) { (detail::apply(options, info), ...); }

  Links<Model> in(Session& session) const { return Links<Model>(session, *info(), id_); }
  auto all() const {
    auto rows = current().all();
    if (kept_) rows.keep(kept_);
    return rows;
  }
  template <class... Rows>
  void add(const Rows&... rows) const {
    changed().add(rows...);
  }
  template <class... Rows>
  void remove(const Rows&... rows) const {
    changed().remove(rows...);
  }
  template <class Rows>
  void set(const Rows& rows) const {
    changed().set(rows);
  }
  void clear() const { changed().clear(); }

  // Called by the orm when the row is loaded or saved.
  void attach(const FieldInfo& info, std::int64_t id) {
    info_ = &info;
    id_ = id;
  }
  // What all() gives without asking (prefetch_related).
  void keep(std::shared_ptr<const std::vector<Model>> rows) { kept_ = std::move(rows); }

 private:
  // A row must be saved before it can have links.
  const FieldInfo* info() const {
    if (!info_) detail::throw_unset_relation();
    return info_;
  }
  Links<Model> current() const { return Links<Model>(*info(), id_); }
  Links<Model> changed() const {
    kept_ = nullptr;
    return current();
  }

  const FieldInfo* info_ = nullptr;
  std::int64_t id_ = 0;
  mutable std::shared_ptr<const std::vector<Model>> kept_;
};

}  // namespace tt::orm::models
