#pragma once

// The parts of querysets that are the same for every model.

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.h"
#include "orm/database.h"
#include "orm/deletion.h"
#include "orm/detail/outputs.h"
#include "orm/lookup.h"

namespace tt::orm {

// get() found no row.
class DoesNotExist : public Error {
 public:
  explicit DoesNotExist(const ModelInfo& model);
};

// get() found several rows.
class MultipleObjectsReturned : public Error {
 public:
  MultipleObjectsReturned(const ModelInfo& model, std::size_t count);
};

template <class M, class... A>
class QuerySet;

}  // namespace tt::orm

namespace tt::orm::detail {

// As many rows get() fetches before it says that there are too many.
inline constexpr std::size_t get_rows_max = 21;

Session& session_or_current(Session* session);

// --- changes of a query ------------------------------------------------------------------------

void drop_rows(Select& query);
void drop_order(Select& query);
void make_distinct(Select& query);
void order_by_id(Select& query);  // if it has no order
void reverse_order(Select& query);
void take_slice(Select& query, std::size_t from, std::size_t to);
void add_related(Select& query, std::vector<Step> steps);  // and what leads there
void require_no_slice(const Select& query);

// --- reading -----------------------------------------------------------------------------------

// Where rows go: `add` makes one and returns its model part, `annotate` takes the cells behind it.
struct RowSink {
  void* rows = nullptr;
  void* (*add)(void* rows) = nullptr;
  void (*annotate)(void* model, std::span<Value> cells) = nullptr;
};
template <class M, class Row>
RowSink sink_of(std::vector<Row>& rows) {
  RowSink sink{&rows, [](void* into) -> void* {
                 return static_cast<M*>(&static_cast<std::vector<Row>*>(into)->emplace_back());
               }};
  if constexpr (!std::same_as<M, Row>) {
    sink.annotate = [](void* model, std::span<Value> cells) {
      static_cast<Row*>(static_cast<M*>(model))->fill(cells);
    };
  }
  return sink;
}
void load_rows(Session& session, const Select& query, const RowSink& sink);
std::int64_t count_rows(Session& session, const Select& query);
bool has_rows(Session& session, const Select& query);
// From the cells of the model's columns.
void fill(const ModelInfo& info, void* model, std::span<Value> cells);
[[noreturn]] void throw_not_found(const ModelInfo& info);
[[noreturn]] void throw_several(const ModelInfo& info, std::size_t count);

// --- writing -----------------------------------------------------------------------------------

void insert_row(Session& session, const ModelInfo& info, void* model);
void insert_rows(Session& session, const ModelInfo& info, std::span<void* const> models);
void save_row(Session& session, const ModelInfo& info, void* model);
std::int64_t update_rows(Session& session, const Update& update);
std::int64_t erase_rows(Session& session, const Select& query);
Removed remove_rows(Session& session, const Select& query);

// --- get_or_create -----------------------------------------------------------------------------

template <class... K>
struct Defaults {
  std::tuple<K...> fields;
};

Node all_equal(const std::vector<Assignment>& fields);
void assign(void* model, const std::vector<Assignment>& fields);

template <class M>
struct WantedRow {
  std::vector<Assignment> fields;
  std::vector<Assignment> defaults;

  template <class... K>
  explicit WantedRow(const K&... given) {
    (add(given), ...);
  }
  template <class K>
  void add(const K& field) {
    fields.push_back(Set<M>(field).assignment);
  }
  template <class... K>
  void add(const Defaults<K...>& given) {
    std::apply([&](const K&... each) { (defaults.push_back(Set<M>(each).assignment), ...); },
               given.fields);
  }
  M make() const {
    M row{};
    assign(&row, fields);
    assign(&row, defaults);
    return row;
  }
};

template <class M>
std::optional<M> find_one(const QuerySet<M>& rows, const WantedRow<M>& wanted) {
  auto found = rows.filter(Q<M>(all_equal(wanted.fields))).slice(0, get_rows_max).rows();
  if (found.empty()) return std::nullopt;
  if (found.size() > 1) throw_several(model_info<M>(), found.size());
  return std::move(found.front());
}

template <class M>
std::pair<M, bool> get_or_create(const QuerySet<M>& rows, const WantedRow<M>& wanted) {
  if (auto found = find_one(rows, wanted)) return {std::move(*found), false};
  M made = wanted.make();
  try {
    rows.session().transact_with(
        [&](Session& session) { insert_row(session, model_info<M>(), &made); });
  } catch (const Error& error) {
    // Somebody else may have made it between the two statements.
    if (error.code() != Code::conflict) throw;
    auto found = find_one(rows, wanted);
    if (!found) throw;
    return {std::move(*found), false};
  }
  return {std::move(made), true};
}

template <class M>
std::pair<M, bool> update_or_create(const QuerySet<M>& rows, const WantedRow<M>& wanted) {
  return rows.session().transact([&](Session& session) -> std::pair<M, bool> {
    auto [row, is_new] = get_or_create(QuerySet<M>(&session, rows.query()), wanted);
    if (!is_new) {
      assign(&row, wanted.defaults);
      save_row(session, model_info<M>(), &row);
    }
    return {std::move(row), is_new};
  });
}

template <class M, auto field>
void prefetch_links(Session& session, std::span<M* const> models);  // links.h

}  // namespace tt::orm::detail

namespace tt::orm {

// Of a row that get_or_create() makes:
// get_or_create("serial"_k = "d9", defaults("active"_k = true)).
template <class... K>
detail::Defaults<K...> defaults(const K&... fields) {
  return {{fields...}};
}

}  // namespace tt::orm
