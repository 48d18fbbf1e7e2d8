#include "orm/engine/mongo/catalog.h"

#include "base/error.h"
#include "orm/engine/mongo/cell.h"

namespace tt::orm::engine {
namespace {

constexpr const char* columns_table = "tt_columns";
constexpr const char* counters_table = "tt_counters";

const char* name_of(models::OnDelete action) {
  switch (action) {
    case models::OnDelete::restrict: return "restrict";
    case models::OnDelete::cascade: return "cascade";
    case models::OnDelete::set_null: return "set_null";
  }
  TT_ASSERT(!"unknown action");
}

models::OnDelete action_from(std::string_view name) {
  if (name == "cascade") return models::OnDelete::cascade;
  if (name == "set_null") return models::OnDelete::set_null;
  return models::OnDelete::restrict;
}

Document with_id(const std::string& id) { return Document{{"_id", id}}; }

}  // namespace

bool Catalog::has_table(const std::string& table) {
  bool is_found = false;
  link_.read_apart(
      Document{{"listCollections", 1}, {"filter", Document{{"name", table}}}, {"nameOnly", true}},
      [&](const _bson_t&) { is_found = true; });
  return is_found;
}

std::vector<Catalog::Entry> Catalog::find(Document filter) {
  const CellType text{Kind::text, 0, true};
  const std::vector<Cell> cells{{"table", text},     {"column", text},
                                {"kind", text},      {"target", text},
                                {"on_delete", text}, {"null", {Kind::boolean, 0, true}}};
  std::vector<Entry> found;
  auto take = [&](const _bson_t& document) {
    Row row = read_cells(document, cells);
    auto text_at = [&](std::size_t i) {
      return std::holds_alternative<Null>(row[i]) ? std::string() : std::get<std::string>(row[i]);
    };
    found.push_back(
        {text_at(0), text_at(1), text_at(2), row[5] == Value(true), text_at(3), text_at(4)});
  };
  link_.read_apart(Document{{"find", columns_table}, {"filter", std::move(filter)}}, take);
  return found;
}

void Catalog::put(const Entry& entry) {
  Document document{{"table", entry.table},
                    {"column", entry.column},
                    {"kind", entry.kind},
                    {"null", entry.is_null}};
  if (!entry.target.empty()) {
    document.add("target", entry.target).add("on_delete", entry.on_delete);
  }
  Document update{{"q", with_id(entry.table + "." + entry.column)},
                  {"u", std::move(document)},
                  {"upsert", true}};
  link_.write_apart(Document{{"update", columns_table}, {"updates", list(std::move(update))}});
}

void Catalog::erase(Document filter) {
  Document all{{"q", std::move(filter)}, {"limit", 0}};
  link_.write_apart(Document{{"delete", columns_table}, {"deletes", list(std::move(all))}});
}

std::vector<Reference> Catalog::references_to(const std::string& table) {
  std::vector<Reference> references;
  for (const Entry& entry : find(Document{{"target", table}})) {
    references.push_back({entry.table, entry.column, action_from(entry.on_delete)});
  }
  return references;
}

std::vector<std::string> Catalog::nullable_columns(const std::string& table) {
  std::vector<std::string> columns;
  for (const Entry& entry : find(Document{{"table", table}, {"null", true}})) {
    columns.push_back(entry.column);
  }
  return columns;
}

// --- ids ---------------------------------------------------------------------------------------

std::int64_t Catalog::take_ids(const std::string& table, std::int64_t count) {
  auto answer =
      link_.write_apart(Document{{"findAndModify", counters_table},
                                 {"query", with_id(table)},
                                 {"update", Document{{"$inc", Document{{"last", count}}}}},
                                 {"upsert", true},
                                 {"new", true}});
  auto last = find_integer(*answer, "value.last");
  if (!last) throw Error(Code::corrupt, "the counter of ids of " + table + " is damaged");
  return *last - count + 1;
}

void Catalog::id_was_given(const std::string& table, std::int64_t id) {
  Document update{
      {"q", with_id(table)}, {"u", Document{{"$max", Document{{"last", id}}}}}, {"upsert", true}};
  link_.write_apart(Document{{"update", counters_table}, {"updates", list(std::move(update))}});
}

// --- changes -----------------------------------------------------------------------------------

void Catalog::add(const std::string& table, const ColumnChange& column) {
  put({table, column.name, std::string(orm::name_of(column.kind)), column.is_null, column.target,
       name_of(column.on_delete)});
}

void Catalog::remove(const std::string& table, const std::string& column) {
  erase(with_id(table + "." + column));
}

void Catalog::remove_table(const std::string& table) {
  erase(Document{{"table", table}});
  Document counter{{"q", with_id(table)}, {"limit", 1}};
  link_.write_apart(Document{{"delete", counters_table}, {"deletes", list(std::move(counter))}});
}

void Catalog::rename_table(const std::string& table, const std::string& new_name) {
  auto entries =
      find(Document{{"$or", list(Document{{"table", table}}, Document{{"target", table}})}});
  std::int64_t next = take_ids(table, 1);
  for (Entry& entry : entries) {
    remove(entry.table, entry.column);
    if (entry.table == table) entry.table = new_name;
    if (entry.target == table) entry.target = new_name;
    put(entry);
  }
  remove_table(table);
  if (next > 1) id_was_given(new_name, next - 1);
}

void Catalog::rename_column(const RenameColumn& change) {
  for (Entry& entry : find(with_id(change.table + "." + change.column))) {
    remove(entry.table, entry.column);
    entry.column = change.new_name;
    put(entry);
  }
}

}  // namespace tt::orm::engine
