#include "orm/engine/mongo/schema.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "orm/engine/mongo/catalog.h"
#include "orm/engine/mongo/cell.h"
#include "orm/engine/mongo/conversion.h"
#include "orm/engine/mongo/raw_text.h"

namespace tt::orm::engine {
namespace {

const Bson null_bson{Value(Null{})};

// Rows that are written with one command.
constexpr std::size_t batch_rows = 1000;

std::string member_of_column(const std::string& column) { return column == "id" ? "_id" : column; }

Document update_all(const std::string& table, Document filter, Document change) {
  Document update{{"q", std::move(filter)}, {"u", std::move(change)}, {"multi", true}};
  return Document{{"update", table}, {"updates", list(std::move(update))}};
}

class Changer {
 public:
  explicit Changer(Link& link) : link_(link), catalog_(link) {}

  void operator()(const CreateTable& change) {
    run(Document{{"create", change.table}});
    for (const ColumnChange& column : change.columns) catalog_.add(change.table, column);
  }

  void operator()(const AddColumn& change) {
    catalog_.add(change.table, change.column);
    fill(change.table, change.column);
  }

  // "A partial index only indexes the documents in a collection that meet a specified filter
  // expression": rows where a column is null are left out of unique indexes, as SQL does.
  void operator()(const CreateIndex& change) {
    auto nullable = catalog_.nullable_columns(change.table);
    Document keys, present;
    for (const CreateIndex::Column& column : change.columns) {
      std::string member = member_of_column(column.name);
      keys.add(member, column.direction == Direction::ascending ? 1 : -1);
      bool may_miss = std::ranges::count(nullable, column.name) != 0;
      if (may_miss) present.add(member, Document{{"$exists", true}});
    }
    Document index{{"key", std::move(keys)}, {"name", change.name}};
    if (change.is_unique) index.add("unique", true);
    if (change.is_unique && !present.empty()) {
      index.add("partialFilterExpression", std::move(present));
    }
    run(Document{{"createIndexes", change.table}, {"indexes", list(std::move(index))}});
  }

  void operator()(const DropIndex& change) {
    run(Document{{"dropIndexes", change.table}, {"index", change.name}});
  }

  void operator()(const RunStatement& change) {
    link_.write_apart(encode(read_raw_text(change.sql, {})), link_.database());
    note(change.sql);
  }

  void operator()(const DropTable& change) {
    run(Document{{"drop", change.table}});
    catalog_.remove_table(change.table);
  }

  void operator()(const RenameTable& change) {
    std::string prefix = link_.database() + ".";
    Document command{{"renameCollection", prefix + change.table}, {"to", prefix + change.new_name}};
    link_.write_apart(encode(command), "admin");
    note(to_json(command));
    catalog_.rename_table(change.table, change.new_name);
  }

  void operator()(const DropColumn& change) {
    run(update_all(change.table, {}, Document{{"$unset", Document{{change.column.name, ""}}}}));
    catalog_.remove(change.table, change.column.name);
  }

  void operator()(const RenameColumn& change) {
    auto indexes = indexes_of(change.table);
    std::erase_if(indexes,
                  [&](const CreateIndex& index) { return !has_column(index, change.column); });
    for (const CreateIndex& index : indexes) (*this)(DropIndex{index.name, change.table});
    run(update_all(change.table, {},
                   Document{{"$rename", Document{{change.column, change.new_name}}}}));
    catalog_.rename_column(change);
    for (CreateIndex& index : indexes) {
      for (auto& column : index.columns) {
        if (column.name == change.column) column.name = change.new_name;
      }
      (*this)(index);
    }
  }

  void operator()(const AlterColumn& change) {
    if (!change.column.is_null) refuse_nulls(change);
    if (change.column.target != change.before.target) refuse_dangling(change);
    convert_rows(change);
    catalog_.add(change.table, change.column);
    if (change.before.is_null == change.column.is_null) return;
    for (const CreateIndex& index : change.after.indexes) {
      if (!index.is_unique || !has_column(index, change.column.name)) continue;
      (*this)(DropIndex{index.name, change.table});
      (*this)(index);
    }
  }

  void operator()(const FillColumn& change) { fill(change.table, change.column); }

  std::string text() && { return std::move(text_); }

 private:
  void note(const std::string& statement) {
    if (!text_.empty()) text_ += ";\n";
    text_ += statement;
  }

  void run(const Document& command) {
    link_.write_apart(command);
    note(to_json(command));
  }

  void fill(const std::string& table, const ColumnChange& column) {
    if (std::holds_alternative<Null>(column.initial)) return;
    run(update_all(table, Document{{column.name, null_bson}},
                   Document{{"$set", Document{{column.name, column.initial}}}}));
  }

  static bool has_column(const CreateIndex& index, const std::string& column) {
    return std::ranges::count(index.columns, column, &CreateIndex::Column::name) != 0;
  }

  std::vector<CreateIndex> indexes_of(const std::string& table) {
    std::vector<CreateIndex> indexes;
    link_.read_apart(Document{{"listIndexes", table}}, [&](const _bson_t& document) {
      CreateIndex index = read_index(document);
      index.table = table;
      if (index.name != "_id_") indexes.push_back(std::move(index));
    });
    return indexes;
  }

  void refuse_nulls(const AlterColumn& change) {
    link_.read_apart(Document{{"find", change.table},
                              {"filter", Document{{change.column.name, null_bson}}},
                              {"limit", 1}},
                     [&](const _bson_t&) {
                       throw Error(Code::invalid,
                                   fmt::format("{}.{}: there are rows without a value",
                                               change.table, change.column.name));
                     });
  }

  void refuse_dangling(const AlterColumn& change) {
    if (change.column.target.empty()) return;
    std::string local = change.column.name;
    Array stages = list(Document{{"$match", Document{{local, Document{{"$ne", null_bson}}}}}},
                        Document{{"$lookup", Document{{"from", change.column.target},
                                                      {"localField", local},
                                                      {"foreignField", "_id"},
                                                      {"as", "__found"}}}},
                        Document{{"$match", Document{{"__found", Document{{"$size", 0}}}}}},
                        Document{{"$limit", 1}});
    link_.read_apart(
        Document{
            {"aggregate", change.table}, {"pipeline", std::move(stages)}, {"cursor", Document()}},
        [&](const _bson_t&) {
          throw Error(Code::conflict,
                      fmt::format("{}.{}: there are rows that refer to no row of {}", change.table,
                                  local, change.column.target));
        });
  }

  // Reads all before it writes any, so that a value that does not fit changes nothing.
  void convert_rows(const AlterColumn& change) {
    const ColumnChange& column = change.column;
    std::vector<Cell> cells{
        {"_id", {Kind::id, 0, false}},
        {column.name, {change.before.kind, change.before.decimal_places, true}}};
    Array updates;
    Document read{{"find", change.table},
                  {"filter", Document{{column.name, Document{{"$ne", null_bson}}}}},
                  {"projection", Document{{column.name, 1}}}};
    link_.read_apart(read, [&](const _bson_t& document) {
      Row row = read_cells(document, cells);
      auto converted = convert(row[1], column);
      if (!converted) {
        throw Error(Code::invalid, fmt::format("{}.{}: there is a value that does not fit the new "
                                               "column",
                                               change.table, column.name));
      }
      if (*converted == row[1] && change.before.kind == column.kind) return;
      updates.add(Document{{"q", Document{{"_id", row[0]}}},
                           {"u", Document{{"$set", Document{{column.name, *converted}}}}}});
    });
    write_batches(change.table, std::move(updates));
    note(fmt::format("{{ \"tt_alter_column\" : \"{}.{}\", \"kind\" : \"{}\" }}", change.table,
                     column.name, orm::name_of(column.kind)));
  }

  void write_batches(const std::string& table, Array updates) {
    for (std::size_t begin = 0; begin < updates.items.size(); begin += batch_rows) {
      std::size_t end = std::min(begin + batch_rows, updates.items.size());
      Array batch;
      for (std::size_t i = begin; i < end; ++i) batch.add(std::move(updates.items[i]));
      link_.write_apart(Document{{"update", table}, {"updates", std::move(batch)}});
    }
  }

  Link& link_;
  Catalog catalog_;
  std::string text_;
};

}  // namespace

std::string apply_change(Link& link, const SchemaChange& change) {
  Changer changer(link);
  std::visit(changer, change);
  return std::move(changer).text();
}

}  // namespace tt::orm::engine
