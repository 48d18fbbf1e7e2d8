#include "web/admin/changes.h"

#include <algorithm>

#include <fmt/format.h>

#include "web/forms/rendering.h"

namespace tt::web::admin {
namespace {

// From so many rows on a relation is a text that offers them, not a select.
constexpr std::int64_t select_rows_max = 200;

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::vector<std::string> named_fields(const ModelAdmin& model) {
  const Options& options = model.options();
  std::vector<std::string> names = options.fields;
  if (!options.fieldsets.empty()) {
    names.clear();
    for (const Fieldset& set : options.fieldsets) {
      names.insert(names.end(), set.fields.begin(), set.fields.end());
    }
  }
  if (names.empty()) {
    for (const orm::FieldInfo& field : model.model().fields) {
      if (field.is_editable && forms::field_of(field)) names.push_back(field.name);
    }
    for (const std::string& name : options.readonly_fields) {
      if (!contains(names, name)) names.push_back(name);
    }
  }
  std::erase_if(names, [&](const std::string& name) { return contains(options.exclude, name); });
  return names;
}

bool is_readonly(const ModelAdmin& model, const std::string& name) {
  const orm::FieldInfo* field = model.model().find(name);
  return contains(model.options().readonly_fields, name) || field == nullptr ||
         !field->is_editable || !forms::field_of(*field);
}

// A large relation as the id of a row, with a search that scripts make of it.
void use_text(const Page& page, const ModelAdmin& model, forms::Field& field) {
  field.widget = forms::Widget::text;
  const bool is_raw = contains(model.options().raw_id_fields, field.name);
  const ModelAdmin* target = page.registry.find(*field.target);
  if (is_raw || target == nullptr || !target->may(page.request, Permission::view)) return;
  Parameters question;
  question.add("app_label", model.app_label());
  question.add("model_name", model.name());
  question.add("field_name", field.name);
  field.attributes.emplace_back("data-autocomplete",
                                page.url("autocomplete/?") + question.urlencode());
}

void choose_widget(const Page& page, const ModelAdmin& model, forms::Field& field) {
  if (field.target == nullptr) return;
  const orm::FieldInfo& info = *model.model().find(field.name);
  if (forms::is_multiple(field)) {
    field.attributes.emplace_back("data-double", info.name);
    return;
  }
  const Options& options = model.options();
  const bool is_text = contains(options.raw_id_fields, field.name) ||
                       contains(options.autocomplete_fields, field.name) ||
                       orm::Records(orm::current_session(), *field.target)
                               .limit(static_cast<std::size_t>(select_rows_max) + 1)
                               .count() > select_rows_max;
  if (is_text) use_text(page, model, field);
}

void adjust(const Page& page, const ModelAdmin& model, forms::Field& field) {
  choose_widget(page, model, field);
  if (model.options().adjust_field) model.options().adjust_field(page.request, field);
}

// --- lines ---------------------------------------------------------------------------------------

void add_readonly_value(const Page& page, const ModelAdmin& model, const orm::Record& record,
                        Map& line, const std::string& name) {
  const orm::FieldInfo* field = model.model().find(name);
  if (const Column* column = model.find_column(name)) {
    line.set("label", column->label.empty() ? forms::pretty_name(name) : column->label);
    line.set("value", record.id() == 0 ? web::Value("-") : column->value(record));
  } else if (field == nullptr) {
    line.set("label", capitalized(model.singular()));
    line.set("value", record.id() == 0 ? "-" : record.text());
  } else if (field->kind == orm::Kind::virtual_many) {
    std::vector<std::string> texts;
    const orm::Records rows(orm::current_session(), field->target());
    if (record.id() != 0) {
      for (std::int64_t id : orm::linked_ids(orm::current_session(), record, *field)) {
        if (const auto row = rows.find(id)) texts.push_back(row->text());
      }
    }
    line.set("label", capitalized(field->verbose_name));
    line.set("value", texts.empty() ? "-" : forms::joined(texts, "and"));
  } else if (field->is_relation()) {
    RelatedTexts texts;
    const auto* id = std::get_if<std::int64_t>(&record.get(*field));
    const ModelAdmin* target = page.registry.find(field->target());
    line.set("label", capitalized(field->verbose_name));
    line.set("value", texts.of(*field, record.get(*field)));
    if (id != nullptr && *id != 0 && target != nullptr &&
        target->may(page.request, Permission::view)) {
      line.set("url", page.change_url(*target, *id));
    }
  } else {
    // What a new row has by itself says nothing, unless the model says so.
    const orm::Value& value = record.get(*field);
    const bool is_unset = record.id() == 0 && !field->has_default && value == field->initial;
    line.set("label", capitalized(field->verbose_name));
    line.set("value", is_unset ? web::Value("-") : shown(*field, value));
  }
}

Map readonly_line(const Page& page, const ModelAdmin& model, const orm::Record& record,
                  const std::string& name) {
  Map line{{"name", name}, {"is_readonly", true}};
  add_readonly_value(page, model, record, line, name);
  if (const orm::FieldInfo* field = model.model().find(name)) {
    line.set("help_text", field->help_text);
  }
  return line;
}

// What surrounds a relation: the row's text, links to look up and to add one.
void add_relation(const Page& page, const forms::Field& field, const forms::BoundField& bound,
                  Map& line) {
  const ModelAdmin* target = page.registry.find(*field.target);
  if (forms::widget_of(field) == forms::Widget::text && !bound.shown.empty()) {
    if (const auto row = orm::value_from_text(field.target->id(), bound.shown[0])) {
      const auto found =
          orm::Records(orm::current_session(), *field.target).find(orm::as_integer(*row));
      if (found) line.set("related_text", found->text());
    }
  }
  if (target == nullptr || page.is_popup()) return;
  if (target->may(page.request, Permission::add)) {
    line.set("related_add_url", page.list_url(*target) + "add/?_popup=1");
  }
  if (forms::widget_of(field) == forms::Widget::text &&
      target->may(page.request, Permission::view)) {
    line.set("lookup_url", page.list_url(*target) + "?_popup=1");
  }
}

Map editable_line(const Page& page, forms::ModelForm& form, const forms::Field& field) {
  forms::BoundField bound = forms::bound_field(form, field, form.errors());
  const auto& errors = form.errors().of(field.name);
  Map line{{"name", field.name},
           {"help_text", field.help_text},
           {"is_checkbox", forms::widget_of(field) == forms::Widget::checkbox}};
  if (!errors.empty()) {
    line.set("errors", web::Value::safe(forms::error_list_html(errors, "")));
  }
  if (field.target != nullptr) add_relation(page, field, bound, line);
  const web::Value* text = line.find("related_text");
  for (auto& [name, value] : bound.field.attributes) {
    // The script shows the row's text instead of its id.
    if (name != "data-autocomplete" || text == nullptr) continue;
    bound.field.attributes.emplace_back("data-text", text->text());
    line.set("related_text", "");
    break;
  }
  line.set("field", forms::value_of(std::move(bound)));
  return line;
}

Map set_value(const Fieldset& set, List lines) {
  return Map{{"title", set.title},
             {"description", set.description},
             {"is_collapsed", set.is_collapsed},
             {"lines", std::move(lines)}};
}

}  // namespace

forms::ModelForm make_form(const Page& page, const ModelAdmin& model, orm::Record record) {
  forms::ModelFormOptions options;
  for (const std::string& name : named_fields(model)) {
    if (!is_readonly(model, name)) options.fields.push_back(name);
  }
  if (options.fields.empty()) {  // all are read-only
    for (const orm::FieldInfo& field : model.model().fields) options.exclude.push_back(field.name);
  }
  options.adjust = [&](forms::Field& field) { adjust(page, model, field); };
  return forms::ModelForm(std::move(record), std::move(options));
}

forms::Formset make_formset(const Page& page, const ModelAdmin& parent, const Inline& rows) {
  forms::FormsetOptions options;
  options.fields = rows.fields;
  options.extra = rows.extra;
  options.max_forms = rows.max_rows;
  options.can_delete = rows.can_delete;
  const ModelAdmin* child = page.registry.find(*rows.model);
  // Rows that are registered follow their own permissions, others those of the parent.
  const ModelAdmin& ruling = child == nullptr ? parent : *child;
  options.can_add =
      ruling.may(page.request, child == nullptr ? Permission::change : Permission::add);
  options.can_change = ruling.may(page.request, Permission::change);
  options.can_delete &=
      ruling.may(page.request, child == nullptr ? Permission::change : Permission::remove);
  options.fixed_fields = rows.fixed_fields;
  if (rows.save_row) {
    options.save_row = [&](forms::ModelForm& form) { rows.save_row(page.request, form); };
  }
  if (rows.delete_row) {
    options.delete_row = [&](const orm::Record& row) { rows.delete_row(page.request, row); };
  }
  options.adjust = [&page, &rows, child](forms::Field& field) {
    if (child != nullptr) adjust(page, *child, field);
    if (rows.adjust_field) rows.adjust_field(page.request, field);
    if (forms::widget_of(field) == forms::Widget::textarea) {
      field.attributes.emplace_back("class", "short");
    }
  };
  return forms::Formset(*rows.model, foreign_key_of(rows, parent.model()).name, std::move(options));
}

List fieldset_values(const Page& page, const ModelAdmin& model, forms::ModelForm& form,
                     Editable editable) {
  std::vector<Fieldset> sets = model.options().fieldsets;
  if (sets.empty()) sets.push_back({.fields = named_fields(model)});
  List list;
  for (const Fieldset& set : sets) {
    List lines;
    for (const std::string& name : set.fields) {
      const forms::Field* field = form.find(name);
      if (field != nullptr && editable == Editable::yes) {
        lines.push_back(editable_line(page, form, *field));
      } else if (!contains(model.options().exclude, name)) {
        lines.push_back(readonly_line(page, model, form.record(), name));
      }
    }
    list.push_back(set_value(set, std::move(lines)));
  }
  return list;
}

namespace {

std::string hidden_input(const std::string& name, std::string_view value) {
  return fmt::format(R"(<input type="hidden" name="{}" value="{}">)", name, value);
}

Map inline_row(const Page& page, const forms::Formset::Row& row, Editable editable) {
  forms::ModelForm form = row.form;  // a copy: asking for errors checks the form
  const bool is_used = !row.is_deleted && !form.changed_fields().empty();
  static const forms::Errors none;
  const forms::Errors& errors = is_used ? form.errors() : none;
  const std::int64_t id = form.record().id();
  List cells;
  for (const forms::Field& field : form.fields()) {
    Map cell{{"label", forms::label_of(field)}};
    if (editable == Editable::yes) {
      cell.set("field", forms::value_of(forms::bound_field(form, field, errors)));
      const auto& found = errors.of(field.name);
      if (!found.empty()) {
        cell.set("errors", web::Value::safe(forms::error_list_html(found, "")));
      }
    } else {
      const orm::FieldInfo& info = *form.model().find(field.name);
      RelatedTexts texts;
      cell.set("is_readonly", true);
      cell.set("value", info.is_relation() && info.has_column()
                            ? web::Value(texts.of(info, form.record().get(info)))
                            : shown(info, form.record().get(info)));
    }
    cells.push_back(std::move(cell));
  }
  Map value{{"cells", std::move(cells)},
            {"prefix", form.prefix()},
            {"is_deleted", row.is_deleted},
            {"can_delete", id != 0},
            {"hidden", web::Value::safe(hidden_input(form.prefix() + "-id",
                                                     id == 0 ? "" : fmt::format("{}", id)))}};
  const auto& general = errors.of(forms::non_field_errors);
  if (!general.empty()) value.set("errors", web::Value::safe(forms::error_list_html(general, "")));
  if (id != 0) {
    value.set("text", form.record().text());
    value.set("url", page.change_url(form.record()));
  }
  return value;
}

}  // namespace

Map inline_value(const Page& page, const Inline& rows, forms::Formset& formset, Editable editable) {
  List values;
  List labels;
  for (const forms::Formset::Row& row : formset.rows()) {
    const bool is_stored = row.form.record().id() != 0;
    if (!is_stored && editable == Editable::no) continue;
    const bool may_edit = !is_stored || formset.can_change();
    values.push_back(inline_row(page, row, may_edit ? editable : Editable::no));
  }
  const forms::ModelForm empty = formset.empty_form();
  for (const forms::Field& field : empty.fields()) {
    labels.push_back(Map{{"text", forms::label_of(field)}, {"is_required", field.is_required}});
  }
  const bool can_add = editable == Editable::yes && formset.can_add();
  if (can_add) {
    Map row = inline_row(page, {empty, false}, Editable::yes);
    row.set("is_template", true);
    values.push_back(std::move(row));
  }
  const bool can_delete = editable == Editable::yes && formset.can_delete();
  const std::size_t count = formset.rows().size();
  const std::string& prefix = formset.prefix();
  return Map{
      {"prefix", prefix},
      {"title", rows.title.empty() ? capitalized(rows.model->verbose_name_plural) : rows.title},
      {"singular", rows.model->verbose_name},
      {"labels", std::move(labels)},
      {"rows", std::move(values)},
      {"columns", empty.fields().size() + (can_delete ? 1 : 0)},
      {"can_add", can_add},
      {"can_delete", can_delete},
      {"errors", List(formset.errors().begin(), formset.errors().end())},
      {"management",
       web::Value::safe(
           hidden_input(prefix + "-TOTAL_FORMS", fmt::format("{}", count)) +
           hidden_input(prefix + "-INITIAL_FORMS", fmt::format("{}", formset.initial_count())))}};
}

}  // namespace tt::web::admin
