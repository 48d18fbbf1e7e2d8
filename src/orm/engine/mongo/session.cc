#include "orm/engine/mongo/session.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "orm/engine/mongo/cell.h"
#include "orm/engine/mongo/raw_text.h"
#include "orm/engine/mongo/schema.h"

namespace tt::orm::engine {

Link& MongoSession::link() {
  if (link_.has_given_up()) {
    throw Error(Code::unavailable, "the transaction was rolled back by an earlier failure");
  }
  return link_;
}

// --- reading -----------------------------------------------------------------------------------

ResolveValues MongoSession::resolve() {
  return [this](const Select& query) {
    std::vector<Value> values;
    select(query, [&](std::span<Value> cells) {
      TT_ASSERT(cells.size() == 1);
      values.push_back(std::move(cells[0]));
    });
    return values;
  };
}

void MongoSession::select(const Select& query, const TakeRow& take) {
  Plan plan = plan_select(query, resolve());
  if (plan.is_empty) return;
  bool has_rows = false;
  link().read(plan.command, [&](const _bson_t& document) {
    has_rows = true;
    Row row = read_cells(document, plan.cells);
    take(row);
  });
  if (!has_rows && plan.if_none) take(*plan.if_none);
}

std::int64_t MongoSession::count(const Select& query) {
  Plan plan = plan_count(query, resolve());
  if (plan.is_empty) return 0;
  std::int64_t count = 0;
  link().read(plan.command, [&](const _bson_t& document) {
    count = as_integer(read_cells(document, plan.cells)[0]);
  });
  return count;
}

// --- raw commands ------------------------------------------------------------------------------

namespace {

bool has_cursor(const std::string& command) {
  constexpr std::string_view names[] = {"find", "aggregate", "listCollections", "listIndexes"};
  return std::ranges::count(names, command) != 0;
}

}  // namespace

std::vector<Row> MongoSession::query(std::string_view sql, std::vector<Value> values) {
  RawDocument command = read_raw_text(sql, values);
  std::vector<Row> rows;
  if (has_cursor(name_of(command).name)) {
    link().read(encode(command), [&](const _bson_t& found) { rows.push_back(read_all(found)); });
    return rows;
  }
  auto answer = link().write(encode(command));
  auto number = find_integer(*answer, "n");
  rows.push_back({number ? Value(*number) : Value(Null{})});
  return rows;
}

std::int64_t MongoSession::execute(std::string_view sql, std::vector<Value> values) {
  RawDocument command = read_raw_text(sql, values);
  auto answer = link().write(encode(command));
  return find_integer(*answer, "n").value_or(0);
}

// --- transactions ------------------------------------------------------------------------------

bool MongoSession::keeps_undo() const {
  return transaction_ && (transaction_->standing == Standing::alone || depth_ > 1);
}

void MongoSession::transact_with(const std::function<void(Session&)>& work) {
  if (transaction_) {
    run_nested(work);
  } else {
    run_outermost(work);
  }
}

void MongoSession::run_outermost(const std::function<void(Session&)>& work) {
  MongoTransaction transaction{.standing = link_.standing()};
  bool is_real = transaction.standing == Standing::in_replica_set;
  if (is_real) link_.begin();
  MongoSession inside(link_, &transaction, 1);
  try {
    work(inside);
    if (is_real) {
      inside.link();
      link_.commit();
    }
  } catch (...) {
    if (is_real) {
      link_.roll_back();
    } else {
      transaction.undo.undo_to(0, link_);
    }
    throw;
  }
}

void MongoSession::run_nested(const std::function<void(Session&)>& work) {
  std::size_t mark = transaction_->undo.size();
  MongoSession inside(link(), transaction_, depth_ + 1);
  try {
    work(inside);
  } catch (...) {
    if (!link_.has_given_up()) transaction_->undo.undo_to(mark, link_);
    throw;
  }
}

// --- schema ------------------------------------------------------------------------------------

bool MongoSession::has_table(std::string_view table) {
  return Catalog(link()).has_table(std::string(table));
}

// "You cannot … create new collections or indexes in a transaction that wrote", so it ends.
std::string MongoSession::change_schema(const SchemaChange& change) {
  bool is_real = link().is_in_transaction();
  if (is_real) {
    link_.commit();
    transaction_->undo.forget();
  }
  std::string text = apply_change(link_, change);
  if (is_real) link_.begin();
  return text;
}

}  // namespace tt::orm::engine
