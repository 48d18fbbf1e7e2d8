// MongoSession: deleting, with what foreign keys want to happen.

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <ranges>

#include "base/error.h"
#include "orm/engine/mongo/cell.h"
#include "orm/engine/mongo/session.h"

namespace tt::orm::engine {
namespace {

Document one_of(const std::string& member, const std::set<std::int64_t>& ids) {
  Array wanted;
  for (std::int64_t id : ids) wanted.add(id);
  return Document{{member, Document{{"$in", std::move(wanted)}}}};
}

}  // namespace

// Finds all that goes along before anything is deleted, as SQL checks a statement at its end.
class Deleter {
 public:
  explicit Deleter(MongoSession& session) : session_(session), catalog_(session.link()) {}

  void add(const std::string& table, const MongoSession::Ids& ids) {
    Doomed& doomed = doomed_of(table);
    MongoSession::Ids fresh;
    std::ranges::set_difference(ids, doomed.ids, std::inserter(fresh, fresh.end()));
    if (fresh.empty()) return;
    doomed.ids.insert(fresh.begin(), fresh.end());
    auto references = doomed.references;  // more tables may be added
    for (const Reference& reference : references) {
      if (reference.on_delete != models::OnDelete::cascade) continue;
      add(reference.table, session_.find_ids(reference.table, one_of(reference.column, fresh)));
    }
  }

  void run() {
    for (const Doomed& doomed : doomed_) {
      for (const Reference& reference : doomed.references) refuse_restricted(doomed, reference);
    }
    for (const Doomed& doomed : doomed_) {
      for (const Reference& reference : doomed.references) {
        if (reference.on_delete != models::OnDelete::set_null) continue;
        session_.write_update(reference.table, one_of(reference.column, doomed.ids),
                              Document{{"$unset", Document{{reference.column, ""}}}});
      }
    }
    // What refers comes after what it refers to.
    for (const Doomed& doomed : std::views::reverse(doomed_)) {
      session_.delete_rows(doomed.table, one_of("_id", doomed.ids));
    }
  }

 private:
  struct Doomed {
    std::string table;
    std::vector<Reference> references;
    MongoSession::Ids ids;
  };

  Doomed& doomed_of(const std::string& table) {
    auto found = std::ranges::find(doomed_, table, &Doomed::table);
    if (found != doomed_.end()) return *found;
    return doomed_.emplace_back(table, catalog_.references_to(table), MongoSession::Ids());
  }

  void refuse_restricted(const Doomed& doomed, const Reference& reference) {
    if (reference.on_delete != models::OnDelete::restrict) return;
    auto holders = session_.find_ids(reference.table, one_of(reference.column, doomed.ids));
    auto also = std::ranges::find(doomed_, reference.table, &Doomed::table);
    if (std::ranges::includes(also == doomed_.end() ? MongoSession::Ids() : also->ids, holders)) {
      return;
    }
    throw Error(Code::conflict, fmt::format("{}: rows of {} ({}) still refer to it", doomed.table,
                                            reference.table, reference.column));
  }

  MongoSession& session_;
  Catalog catalog_;
  std::list<Doomed> doomed_;  // in the order in which they were found; stays where it is
};

void MongoSession::delete_rows(const std::string& table, const Bson& filter) {
  keep(table, filter);
  Document all{{"q", filter}, {"limit", 0}};
  link().write(Document{{"delete", table}, {"deletes", list(std::move(all))}});
}

std::int64_t MongoSession::erase(const Erase& query) {
  const std::string& table = query.model->table;
  bool is_alone = Catalog(link()).references_to(table).empty();
  auto filter = is_alone ? plan_filter(*query.model, query.where, resolve()) : std::nullopt;
  if (filter) {
    keep(table, *filter);
    Document all{{"q", *std::move(filter)}, {"limit", 0}};
    auto answer = link().write(Document{{"delete", table}, {"deletes", list(std::move(all))}});
    return find_integer(*answer, "n").value_or(0);
  }
  Ids ids = find_ids(*query.model, query.where);
  if (ids.empty()) return 0;
  auto work = [&](Session& session) {
    Deleter deleter(static_cast<MongoSession&>(session));
    deleter.add(table, ids);
    deleter.run();
  };
  transact_with(work);
  return static_cast<std::int64_t>(ids.size());
}

}  // namespace tt::orm::engine
