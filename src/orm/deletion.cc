// What deleting rows takes along.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "orm/queryset.h"
#include "orm/record.h"

namespace tt::orm {

std::vector<Referrer> referrers(const ModelInfo& model) {
  std::vector<Referrer> out;
  for (const ModelInfo* other : known_models()) {
    for (const FieldInfo* field : other->columns) {
      if (field->is_relation() && &field->target() == &model) out.push_back({other, field});
    }
  }
  return out;
}

void describe_all(std::span<const ModelInfo* const> models) {
  for (const ModelInfo* model : models) detail::make_known(*model);
}

namespace {

using Ids = std::vector<std::int64_t>;

// So many ids stand in one condition.
constexpr std::size_t ids_max = 5'000;

template <class Take>
void for_parts(std::span<const std::int64_t> ids, Take take) {
  while (!ids.empty()) {
    auto part = ids.first(std::min(ids_max, ids.size()));
    take(std::vector<Value>(part.begin(), part.end()));
    ids = ids.subspan(part.size());
  }
}

// The ids of the rows whose `field` is one of `ids`.
Ids ids_of_rows(Session& session, const FieldInfo& field, std::span<const std::int64_t> ids) {
  Ids found;
  for_parts(ids, [&](std::vector<Value> part) {
    Select query;
    query.model = field.model;
    query.columns = {{{{}, &field.model->id()}, {}}};
    query.where = make_condition({{}, &field}, Lookup::in, std::move(part));
    query.order = {{{{{}, &field.model->id()}, {}}}};
    session.select(query, [&](std::span<Value> cells) { found.push_back(as_integer(cells[0])); });
  });
  return found;
}

// Finds all that goes along.
class Collector {
 public:
  explicit Collector(Session& session) : session_(session) {}

  void collect(const ModelInfo& model, std::span<const std::int64_t> ids) {
    Ids fresh;
    for (std::int64_t id : ids) {
      if (going_[&model].insert(id).second) fresh.push_back(id);
    }
    if (fresh.empty()) return;
    for (const Referrer& referrer : referrers(model)) {
      Ids found = ids_of_rows(session_, *referrer.field, fresh);
      if (found.empty()) continue;
      switch (referrer.field->on_delete) {
        case models::OnDelete::cascade: collect(*referrer.model, found); break;
        case models::OnDelete::set_null: freed_.push_back({referrer.field, found}); break;
        case models::OnDelete::restrict: kept_.push_back({referrer.field, found}); break;
      }
    }
    // What refers to a model goes before it.
    if (std::ranges::find(order_, &model) == order_.end()) order_.push_back(&model);
  }

  struct Rows {
    const FieldInfo* field = nullptr;
    Ids ids;
  };
  // The rows that forbid the deletion: they stay and refer to rows that would go.
  std::vector<Rows> protectors() const {
    std::vector<Rows> out;
    for (const Rows& rows : kept_) {
      Rows staying{rows.field, {}};
      for (std::int64_t id : rows.ids) {
        auto going = going_.find(rows.field->model);
        if (going == going_.end() || !going->second.contains(id)) staying.ids.push_back(id);
      }
      if (!staying.ids.empty()) out.push_back(std::move(staying));
    }
    return out;
  }

  std::map<const ModelInfo*, std::int64_t> counts() const {
    std::map<const ModelInfo*, std::int64_t> counts;
    for (const auto& [model, ids] : going_) {
      if (!ids.empty()) counts[model] = static_cast<std::int64_t>(ids.size());
    }
    return counts;
  }

  void erase() const {
    for (const Rows& rows : freed_) {
      for_parts(rows.ids, [&](std::vector<Value> part) {
        Update update{rows.field->model, {}, {}};
        update.values.push_back({rows.field, constant(Null{}, type_of(*rows.field))});
        update.where = make_condition({{}, &rows.field->model->id()}, Lookup::in, std::move(part));
        session_.update(update);
      });
    }
    for (const ModelInfo* model : order_) {
      const auto& going = going_.at(model);
      for_parts(Ids(going.begin(), going.end()), [&](std::vector<Value> part) {
        session_.erase({model, make_condition({{}, &model->id()}, Lookup::in, std::move(part))});
      });
    }
  }

 private:
  Session& session_;
  std::map<const ModelInfo*, std::set<std::int64_t>> going_;
  std::vector<const ModelInfo*> order_;
  std::vector<Rows> freed_;
  std::vector<Rows> kept_;
};

[[noreturn]] void refuse(const ModelInfo& model, const std::vector<Collector::Rows>& protectors) {
  std::vector<std::string> names;
  for (const auto& rows : protectors) {
    std::string name = fmt::format("'{}.{}'", rows.field->model->name, rows.field->name);
    if (std::ranges::count(names, name) == 0) names.push_back(std::move(name));
  }
  throw Error(Code::conflict,
              fmt::format("Cannot delete some instances of model '{}' because they are referenced "
                          "through protected foreign keys: {}.",
                          model.name, fmt::join(names, ", ")));
}

std::vector<Record> records(Session& session, const ModelInfo& model, const Ids& ids) {
  std::vector<Record> out;
  for_parts(ids, [&](std::vector<Value> part) {
    auto condition = make_condition({{}, &model.id()}, Lookup::in, std::move(part));
    std::vector<std::string> by_id{"id"};
    for (Record& record :
         Records(session, model).where(std::move(condition)).order_by(by_id).rows()) {
      out.push_back(std::move(record));
    }
  });
  return out;
}

// Lists what hangs on rows, as long as there is room.
class Branches {
 public:
  Branches(Session& session, std::size_t max) : session_(session), left_(max) {}

  std::vector<Deletion::Branch> of(const ModelInfo& model, const Ids& ids) {
    std::vector<Deletion::Branch> out;
    Ids listed(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), left_)));
    for (Record& record : records(session_, model, listed)) {
      if (left_ == 0 || !seen_.emplace(&model, record.id()).second) continue;
      --left_;
      std::int64_t id = record.id();
      out.push_back({std::move(record), behind(model, id)});
    }
    return out;
  }

 private:
  std::vector<Deletion::Branch> behind(const ModelInfo& model, std::int64_t id) {
    std::vector<Deletion::Branch> out;
    for (const Referrer& referrer : referrers(model)) {
      if (referrer.field->on_delete != models::OnDelete::cascade || left_ == 0) continue;
      for (auto& branch : of(*referrer.model, ids_of_rows(session_, *referrer.field, {&id, 1}))) {
        out.push_back(std::move(branch));
      }
    }
    return out;
  }

  Session& session_;
  std::size_t left_;
  std::set<std::pair<const ModelInfo*, std::int64_t>> seen_;
};

}  // namespace

Deletion plan_deletion(Session& session, const ModelInfo& model, std::span<const std::int64_t> ids,
                       std::size_t branches_max) {
  Collector collector(session);
  collector.collect(model, ids);
  Deletion plan;
  plan.branches = Branches(session, branches_max).of(model, Ids(ids.begin(), ids.end()));
  plan.counts = collector.counts();
  for (auto& rows : collector.protectors()) {
    if (rows.ids.size() > branches_max) rows.ids.resize(branches_max);
    for (Record& record : records(session, *rows.field->model, rows.ids)) {
      plan.protectors.push_back(std::move(record));
    }
  }
  return plan;
}

std::map<const ModelInfo*, std::int64_t> erase(Session& session, const ModelInfo& model,
                                               std::span<const std::int64_t> ids) {
  return session.transact([&](Session& inside) {
    Collector collector(inside);
    collector.collect(model, ids);
    if (auto protectors = collector.protectors(); !protectors.empty()) refuse(model, protectors);
    collector.erase();
    return collector.counts();
  });
}

namespace detail {

Removed remove_rows(Session& session, const Select& query) {
  Removed removed;
  const ModelInfo& model = *query.model;
  if (query.is_none) return removed;
  if (referrers(model).empty()) {  // nothing can hang on the rows
    removed.total = session.erase({&model, query.where});
    if (removed.total > 0) removed.counts[&model] = removed.total;
    return removed;
  }
  session.transact_with([&](Session& inside) {
    Ids ids;
    select_cells(inside, column_of(query, Column{{{}, &model.id()}, {}}),
                 [&](std::span<Value> cells) { ids.push_back(as_integer(cells[0])); });
    removed.counts = orm::erase(inside, model, ids);
  });
  for (const auto& [each, count] : removed.counts) removed.total += count;
  return removed;
}

}  // namespace detail
}  // namespace tt::orm
