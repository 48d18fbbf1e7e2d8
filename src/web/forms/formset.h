#pragma once

// Formset: the forms of the rows that belong to another row, edited on its page:
//
//   Formset readings(orm::model_info<Reading>(), "device", {.extra = 3});
//   readings.load(device_id);        // those that exist, and `extra` empty forms
//   readings.bind(request);
//   if (readings.is_valid()) readings.save(device_id);
//
// In HTML each form has the prefix "reading_set-0"; the hidden fields TOTAL_FORMS and INITIAL_FORMS
// say how many there are, as Django's do; "reading_set-0-DELETE" deletes a row.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "web/forms/model_form.h"

namespace tt::web::forms {

inline constexpr std::size_t formset_forms_max = 1000;

struct FormsetOptions {
  std::vector<std::string> fields;
  std::size_t extra = 3;
  std::optional<std::size_t> max_forms;  // of rows and empty forms together
  bool can_delete = true;
  bool can_add = true;
  bool can_change = true;
  std::string prefix;  // "reading_set" if empty
  std::function<void(Field&)> adjust;
  std::vector<std::string> fixed_fields;  // cannot be changed in rows that exist
  // Instead of what the formset does by itself: stores form.record(), which has what was entered
  // and its parent, and must give it an id; deletes the row.
  std::function<void(ModelForm&)> save_row;
  std::function<void(const orm::Record&)> delete_row;
};

class Formset {
 public:
  // `parent_field` names the foreign key of `child`.
  Formset(const orm::ModelInfo& child, std::string_view parent_field, FormsetOptions options);

  // The rows of that parent; none for 0.
  void load(std::int64_t parent_id);
  void bind(const HttpRequest& request);
  bool is_valid();
  // What save() would do, and did.
  struct Changes {
    struct Changed {
      orm::Record record;
      std::vector<std::string> fields;
    };
    std::vector<orm::Record> added;
    std::vector<Changed> changed;
    std::vector<orm::Record> deleted;
  };
  Changes save(std::int64_t parent_id);

  struct Row {
    ModelForm form;
    bool is_deleted = false;
  };
  const std::vector<Row>& rows() const { return rows_; }
  const std::vector<std::string>& errors() const { return errors_; }
  const orm::ModelInfo& model() const { return child_; }
  const std::string& prefix() const { return options_.prefix; }
  std::size_t initial_count() const { return initial_count_; }
  bool can_add() const { return options_.can_add; }
  bool can_change() const { return options_.can_change; }
  bool can_delete() const { return options_.can_delete; }
  // A form with the prefix "reading_set-__prefix__", for pages that add forms by script.
  ModelForm empty_form() const;

 private:
  std::vector<orm::Record> stored_rows(std::int64_t parent_id) const;
  Row make_row(orm::Record record, std::size_t index) const;
  bool counts(const Row& row) const;
  void store(ModelForm& form) const;
  void remove(const orm::Record& record) const;

  const orm::ModelInfo& child_;
  const orm::FieldInfo& parent_;
  FormsetOptions options_;
  std::vector<Row> rows_;
  std::vector<std::string> errors_;
  std::size_t initial_count_ = 0;
  bool is_bound_ = false;
};

}  // namespace tt::web::forms
