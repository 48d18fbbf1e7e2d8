#pragma once

// ChangeList: the list of a model's rows: what of it was asked for (words, filters, order, page),
// and the rows that follow.
//
// Parameters of the address, as Django has them: q words; p page; all; o order ("2.-1": columns, by
// number); e after a refused one; all others are lookups ("device__id__exact=3") and filters.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "web/admin/page.h"
#include "web/core/parameters.h"

namespace tt::web::admin {

struct FilterChoice {
  std::string label;
  std::vector<std::pair<std::string, std::string>> set;  // parameters that it means
  bool is_selected = false;
  std::optional<std::int64_t> count;
};

// One filter of the side panel.
struct FilterPanel {
  std::string title;
  std::vector<std::string> parameters;  // those that its choices set
  std::vector<FilterChoice> choices;
  const Filter* custom = nullptr;
};

// A column of the list.
struct ListColumn {
  std::string name;
  std::string label;
  const orm::FieldInfo* field = nullptr;  // of a field
  const Column* computed = nullptr;       // of a computed one; both null: the row's text
  std::string order_field;                // empty: cannot be sorted by
};

class ChangeList {
 public:
  // Reads the query.  Throws invalid for parameters that mean nothing, denied for lookups that the
  // list does not offer.
  ChangeList(const Page& page, const ModelAdmin& model);

  // All rows that are asked for, in order, without paging.
  const orm::Records& chosen() const { return chosen_; }
  // Those of this page.  Throws invalid if there is no such page.
  std::vector<orm::Record> page_rows();
  std::int64_t count() const { return count_; }

  const std::vector<ListColumn>& columns() const { return columns_; }
  const Parameters& parameters() const { return parameters_; }
  // "?…" with parameters changed; an empty value takes the parameter away.
  std::string link(std::vector<std::pair<std::string, std::string>> changes) const;

  // What the template shows of it.
  Context context();

 private:
  struct Sorting {
    std::size_t column;
    orm::Direction direction;
  };

  void read_columns();
  void read_order();
  void read_panels();
  orm::Records narrowed(orm::Records rows, const Parameters& parameters) const;
  orm::Records with_lookup(orm::Records rows, std::string_view key, const std::string& text) const;
  std::vector<std::string> order_keys() const;

  List header_values() const;
  List row_values(std::span<const orm::Record> rows);
  Map cell_value(const ListColumn& column, const orm::Record& record, RelatedTexts& texts) const;
  List panel_values();
  List page_values() const;
  std::optional<Map> hierarchy_value() const;
  std::string order_link(std::vector<Sorting> sorting) const;
  bool is_link(const ListColumn& column) const;

  const Page& page_;
  const ModelAdmin& model_;
  Parameters parameters_;
  std::vector<ListColumn> columns_;
  std::vector<Sorting> sorting_;
  std::vector<FilterPanel> panels_;
  orm::Records all_;
  orm::Records chosen_;
  std::int64_t count_ = 0;
  std::int64_t page_number_ = 1;
  std::int64_t pages_ = 1;
  bool shows_all_ = false;
  bool is_narrowed_ = false;
};

// The panels for `model`, without selection and counts.
std::vector<FilterPanel> filter_panels(const Page& page, const ModelAdmin& model);

}  // namespace tt::web::admin
