#pragma once

// Rows as templates see them: {{ station.name }}, {{ reading.device.serial }} (the device is loaded
// when it is first asked for), {{ station.get_status_display }}, {{ station.pk }}, {{ station }}
// (its str()), {% for reading in device.reading_set.all %}, {% for tag in station.tags.all %}.
//
//   render(request, "stations.html", {{"stations", Station::objects.order_by("name")},
//                                     {"newest", station}, {"name", station.name}})
//
// Models, their fields, querysets and vectors of models become Values wherever one is wanted.

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "orm/model.h"
#include "orm/queryset.h"
#include "orm/record.h"
#include "web/template/value.h"

namespace tt::web {

Value value_of(const orm::Record& record);
// Loaded when a template walks over them; `.count`, `.first`, `.exists` and `.all` as in Django.
Value value_of(const orm::Records& records);
// A cell as a template shows it.
Value value_of(const orm::Value& cell);

namespace detail {

// The model that T is or, for a row with annotations, begins with.
template <class M>
M model_behind(const orm::models::Model<M>*);
template <class T>
using ModelOf = decltype(model_behind(static_cast<const T*>(nullptr)));

// A row with what is known of it besides: rows that its foreign keys name, annotations.
struct KnownRow {
  orm::Record record;
  std::vector<std::pair<std::string, Value>> known;
};
Value value_of_row(KnownRow row);

// Rows that are loaded when they are needed.
struct LazyRows {
  std::function<List()> load;
  std::function<std::int64_t()> count;
};
Value value_of_rows(LazyRows rows);

template <class F>
void note_related(KnownRow& row, const orm::FieldInfo& info, const F& field) {
  if constexpr (requires { field.has_row(); }) {
    if (field.has_row()) row.known.emplace_back(info.name, Value(field.row()));
  }
}

template <class M>
KnownRow known_row(const M& model) {
  const auto& info = orm::model_info<M>();
  std::vector<orm::Value> cells;
  cells.reserve(info.fields.size());
  for (const auto& field : info.fields) {
    cells.push_back(field.has_column() ? field.value_in(&model) : orm::Value());
  }
  KnownRow row{orm::Record(info, std::move(cells)), {}};
  std::size_t index = 0;
  std::apply([&](const auto&... field) { (note_related(row, info.fields[index++], field), ...); },
             orm::detail::tie_members(model));
  return row;
}

// What a field or an annotation holds.
template <class T>
Value value_of_held(const T& held) {
  if constexpr (requires { held.has_value(); }) {
    return held ? value_of_held(*held) : Value();
  } else if constexpr (std::is_arithmetic_v<T>) {
    return Value(held);
  } else {
    return value_of(orm::Value(held));
  }
}

}  // namespace detail

template <class M>
  requires requires { typename detail::ModelOf<M>; }
struct ValueOf<M> {
  static Value value(const M& row) {
    auto known = detail::known_row<detail::ModelOf<M>>(row);
    if constexpr (requires { row.annotations; }) {
      auto note = [&](const auto&... named) {
        (known.known.emplace_back(std::string(named.name), detail::value_of_held(named.value)),
         ...);
      };
      std::apply(note, row.annotations);
    }
    return detail::value_of_row(std::move(known));
  }
};

template <class F>
  requires(std::derived_from<F, orm::models::FieldBase> && requires { typename F::Held; })
struct ValueOf<F> {
  static Value value(const F& field) { return detail::value_of_held(*field); }
};

template <class M, class... A>
struct ValueOf<orm::QuerySet<M, A...>> {
  static Value value(const orm::QuerySet<M, A...>& rows) {
    auto load = [rows] {
      List list;
      for (const auto& row : rows) list.emplace_back(row);
      return list;
    };
    return detail::value_of_rows({load, [rows] { return rows.count(); }});
  }
};

template <>
struct ValueOf<orm::Record> {
  static Value value(const orm::Record& record) { return value_of(record); }
};
template <>
struct ValueOf<orm::Records> {
  static Value value(const orm::Records& records) { return value_of(records); }
};

template <HasValueOf T>
struct ValueOf<std::vector<T>> {
  static Value value(const std::vector<T>& rows) { return Value(List(rows.begin(), rows.end())); }
};

template <HasValueOf T>
struct ValueOf<std::optional<T>> {
  static Value value(const std::optional<T>& row) { return row ? Value(*row) : Value(); }
};

}  // namespace tt::web
