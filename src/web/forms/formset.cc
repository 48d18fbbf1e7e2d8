#include "web/forms/formset.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"
#include "orm/current.h"

namespace tt::web::forms {
namespace {

const orm::FieldInfo& field_named(const orm::ModelInfo& model, std::string_view name) {
  const orm::FieldInfo* field = model.find(name);
  if (field == nullptr || !field->is_relation()) {
    throw Error(Code::internal, fmt::format("{} has no foreign key {}", model.name, name));
  }
  return *field;
}

std::size_t count_in(const Parameters& data, const std::string& name) {
  const auto count = parse_number<std::size_t>(data.get(name));
  if (!count) {
    throw Error(Code::invalid, "ManagementForm data is missing or has been tampered with");
  }
  return *count;
}

}  // namespace

Formset::Formset(const orm::ModelInfo& child, std::string_view parent_field, FormsetOptions options)
    : child_(child), parent_(field_named(child, parent_field)), options_(std::move(options)) {
  if (options_.prefix.empty()) {
    options_.prefix = parent_.related_name.empty() ? child.name + "_set" : parent_.related_name;
  }
}

std::vector<orm::Record> Formset::stored_rows(std::int64_t parent_id) const {
  if (parent_id == 0) return {};
  const std::vector<std::string> by_id = {"id"};
  return orm::Records(orm::current_session(), child_)
      .filter(parent_.name, parent_id)
      .order_by(by_id)
      .limit(formset_forms_max)
      .rows();
}

Formset::Row Formset::make_row(orm::Record record, std::size_t index) const {
  ModelFormOptions options;
  options.fields = options_.fields;
  options.exclude = {parent_.name};
  options.prefix = fmt::format("{}-{}", options_.prefix, index);
  options.adjust = [this, exists = record.id() != 0](Field& field) {
    field.is_disabled = exists && std::ranges::count(options_.fixed_fields, field.name) > 0;
    if (options_.adjust) options_.adjust(field);
  };
  return Row{ModelForm(std::move(record), std::move(options))};
}

ModelForm Formset::empty_form() const {
  ModelFormOptions options;
  options.fields = options_.fields;
  options.exclude = {parent_.name};
  options.prefix = options_.prefix + "-__prefix__";
  options.adjust = options_.adjust;
  return ModelForm(child_, std::move(options));
}

void Formset::load(std::int64_t parent_id) {
  rows_.clear();
  for (orm::Record& record : stored_rows(parent_id)) {
    rows_.push_back(make_row(std::move(record), rows_.size()));
  }
  initial_count_ = rows_.size();
  if (!options_.can_add) return;
  std::size_t extra = options_.extra;
  if (options_.max_forms) {
    extra = std::min(extra, *options_.max_forms - std::min(*options_.max_forms, rows_.size()));
  }
  for (std::size_t i = 0; i < extra; ++i) {
    rows_.push_back(make_row(orm::Record(child_), rows_.size()));
  }
}

void Formset::bind(const HttpRequest& request) {
  const Parameters& data = request.form();
  const std::size_t total = std::min(count_in(data, options_.prefix + "-TOTAL_FORMS"),
                                     formset_forms_max + initial_count_);
  count_in(data, options_.prefix + "-INITIAL_FORMS");
  std::map<std::int64_t, orm::Record> stored;
  for (std::size_t i = 0; i < initial_count_; ++i) {
    const orm::Record& record = rows_[i].form.record();
    stored.emplace(record.id(), record);
  }
  is_bound_ = true;
  rows_.clear();
  initial_count_ = 0;
  for (std::size_t i = 0; i < total; ++i) {
    const std::string prefix = fmt::format("{}-{}", options_.prefix, i);
    const std::string id_text = data.get(prefix + "-id");
    std::int64_t id = 0;
    std::from_chars(id_text.data(), id_text.data() + id_text.size(), id);
    // A row that is not (or no longer) this parent's is left alone.
    const auto known = stored.find(id);
    if (known == stored.end() && id != 0) continue;
    if (id == 0 && !options_.can_add) continue;
    Row row = make_row(id == 0 ? orm::Record(child_) : known->second, i);
    row.form.bind(data, request.files());
    row.is_deleted = options_.can_delete && data.contains(prefix + "-DELETE");
    initial_count_ += id == 0 ? 0 : 1;
    rows_.push_back(std::move(row));
  }
}

// Empty forms at the end are no rows; rows that nobody may change are left alone.
bool Formset::counts(const Row& row) const {
  if (row.is_deleted) return false;
  if (row.form.record().id() != 0) {
    return options_.can_change && !row.form.changed_fields().empty();
  }
  return !row.form.changed_fields().empty();
}

bool Formset::is_valid() {
  bool is_fine = is_bound_;
  errors_.clear();
  std::size_t rows = 0;
  for (Row& row : rows_) {
    if (row.is_deleted) continue;
    if (row.form.record().id() != 0) ++rows;
    if (!counts(row)) continue;
    if (row.form.record().id() == 0) ++rows;
    if (!row.form.is_valid()) is_fine = false;
  }
  if (options_.max_forms && rows > *options_.max_forms) {
    errors_.push_back(fmt::format("Please submit at most {} form{}.", *options_.max_forms,
                                  *options_.max_forms == 1 ? "" : "s"));
    is_fine = false;
  }
  return is_fine;
}

void Formset::store(ModelForm& form) const {
  if (!options_.save_row) {
    form.save();
    return;
  }
  options_.save_row(form);
  form.save_links();
}

void Formset::remove(const orm::Record& record) const {
  if (options_.delete_row) return options_.delete_row(record);
  const std::int64_t id = record.id();
  orm::erase(orm::current_session(), child_, std::span(&id, 1));
}

Formset::Changes Formset::save(std::int64_t parent_id) {
  Changes changes;
  for (Row& row : rows_) {
    const std::int64_t id = row.form.record().id();
    if (row.is_deleted) {
      if (id == 0) continue;
      remove(row.form.record());
      changes.deleted.push_back(row.form.record());
      continue;
    }
    if (!counts(row)) continue;
    std::vector<std::string> fields = row.form.changed_fields();
    row.form.record().set(parent_, parent_id);
    store(row.form);
    if (id == 0) {
      changes.added.push_back(row.form.record());
    } else {
      changes.changed.push_back({row.form.record(), std::move(fields)});
    }
  }
  return changes;
}

}  // namespace tt::web::forms
