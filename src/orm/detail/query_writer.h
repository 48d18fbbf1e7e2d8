#pragma once

// QueryWriter: the parts of one SELECT, UPDATE or DELETE.

#include <string>
#include <vector>

#include "orm/detail/joins.h"
#include "orm/sql.h"

namespace tt::orm::detail {

class QueryWriter {
 public:
  QueryWriter(const Dialect& dialect, Statement& out, const Select& query);

  void write_select();
  // Only FROM … and what follows it, but order and slice.
  void write_rows(std::string_view columns);
  void write_where();
  // Of an UPDATE or DELETE, whose table cannot be joined.
  void write_where_of_table();

  // Of a row of the table, or of a group.
  void write_expression(const Expression& expression, Share share);
  void write_cast(const Expression& expression, const CellType& to);

 private:
  // What an odd number of `not`s around a condition means for rows without a value.
  enum class Nulls : unsigned char { drop, keep };
  static Nulls other(Nulls nulls) { return nulls == Nulls::drop ? Nulls::keep : Nulls::drop; }
  struct Clauses {
    std::vector<const Node*> where;
    std::vector<const Node*> having;
  };

  // --- which tables there are
  void collect();
  void collect(const Node& node, Nulls nulls);
  void collect(const Expression& expression, Share share);
  void collect(const Column& column);
  bool becomes_subselect(const Condition& condition, Nulls nulls) const;
  std::vector<std::size_t> required_by(const Node& node);
  std::vector<std::size_t> required_by(const Condition& condition);

  // --- clauses
  void write_outputs();
  void write_output(std::string_view& joint, const Column& column);
  void write_model(std::string_view& joint, std::size_t table, const ModelInfo& model);
  void write_order_outputs(std::string_view& joint);
  void write_source();
  void write_group();
  void write_order();
  Clauses split() const;
  bool is_about_group(const Node& node) const;
  bool is_selected(const Column& column) const;
  void write_column(const Column& column);
  void write_all(std::string_view word, const std::vector<const Node*>& nodes);

  // --- conditions
  void write_node(const Node& node, Nulls nulls);
  void write_nodes(const Node& node, Nulls nulls);
  void write_condition(const Condition& condition, Nulls nulls);
  void write_as_subselect(const Condition& condition);
  void write_comparison(const Condition& condition, const std::string& left, const CellType& cell);
  void write_value_comparison(const Condition& condition, const std::string& left,
                              const CellType& cell);
  void write_in(const Condition& condition, const std::string& left, const CellType& cell);
  void write_among(const Select& among, const std::string& left);
  void write_date_lookup(const Condition& condition, const std::string& left, const CellType& cell);
  void write_raw(const RawCondition& raw);
  const Expression* annotation_of(const Column& column) const;

  // --- expressions
  void write_arithmetic(const Expression& expression, Share share);
  void write_aggregate(const Expression& expression, Share share);
  // The expression with the places of another decimal, where decimals are scaled.
  void write_scaled(const Expression& expression, int places, Share share);
  void write_real(const Expression& expression, Share share);
  std::string text_of(const Expression& expression, Share share);

  const Dialect& dialect_;
  Statement& out_;
  const Select& query_;
  Joins joins_;
};

}  // namespace tt::orm::detail
