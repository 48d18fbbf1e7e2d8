#pragma once

// Rows as templates see them: {{ station.name }}, {{ station.owner.name }} (read when it is asked
// for), {{ station.owner_id }}, {{ station.pk }}, {{ station.get_exposure_display }}; {{ station }}
// is what str() of the model says.

#include <vector>

#include "orm/record.h"
#include "web/template/value.h"

namespace tt::web::forms {

web::Value row_value(orm::Record record);

// A row of the program's own model.
template <class M>
web::Value row_value_of(const M& row) {
  const orm::ModelInfo& model = orm::model_info<M>();
  std::vector<orm::Value> cells;
  for (const orm::FieldInfo& field : model.fields) {
    cells.push_back(field.has_column() ? field.value_in(&row) : orm::Value(orm::Null{}));
  }
  return row_value(orm::Record(model, std::move(cells)));
}

// A cell: null, a truth value, a number, a text, a time, a date.
web::Value cell_value(const orm::Value& value);

}  // namespace tt::web::forms
