#pragma once

// ModelForm: the form of a row, made from the model.
//
//   ModelForm form(orm::model_info<Station>());                  // a new row
//   ModelForm form(record, {.fields = {"name", "owner"}});        // a row to be changed
//   form.bind(request);
//   if (form.is_valid()) orm::Record stored = form.save();
//
// is_valid() also asks the model's clean() and whether unique values are taken, with Django's
// messages ("Station with this Name already exists.").  Reads the database of this thread
// (orm/current.h).

#include <map>
#include <string>
#include <vector>

#include "orm/record.h"
#include "web/forms/form.h"

namespace tt::web::forms {

struct ModelFormOptions {
  std::vector<std::string> fields;  // names, in the order they are shown; empty: all editable
  std::vector<std::string> exclude;
  std::string prefix;
  std::map<std::string, RowLimit> limit_rows;  // which rows relations offer, by field
  std::function<void(Field&)> adjust;          // changes the field that the model gave
};

// The field for a column: its class, limits, choices, label and validators follow the model.
// The id, what the orm sets itself and bytes have none: nullopt.
std::optional<Field> field_of(const orm::FieldInfo& info);

class ModelForm : public Form {
 public:
  explicit ModelForm(const orm::ModelInfo& model, ModelFormOptions options = {});
  explicit ModelForm(orm::Record record, ModelFormOptions options = {});

  const orm::ModelInfo& model() const { return record_.model(); }
  // The row; after is_valid() with what was entered.
  const orm::Record& record() const { return record_; }
  orm::Record& record() { return record_; }

  // Stores the row and its many-to-many links, in one transaction; only when is_valid().
  orm::Record save();
  // The two halves: the links need the row's id.
  void save_row();
  void save_links();

 protected:
  void check() override;

 private:
  void take_cleaned();

  orm::Record record_;
};

// "Station"
std::string capitalized(std::string_view text);
// "A, B and C"
std::string joined(const std::vector<std::string>& parts, std::string_view last_word);

}  // namespace tt::web::forms
