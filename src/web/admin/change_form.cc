// The pages that add and change one row.

#include <fmt/format.h>

#include "web/admin/changes.h"
#include "web/admin/views.h"

namespace tt::web::admin {
namespace {

struct Edited {
  const Page& page;
  const ModelAdmin& model;
  Saving saving;
  forms::ModelForm form;
  std::vector<forms::Formset> inlines;
};

bool is_pressed(const Page& page, const char* button) {
  return page.request.form().contains(button);
}

// All forms are checked, so that all errors show at once.
bool is_valid(Edited& edited) {
  bool is_fine = edited.form.is_valid();
  for (forms::Formset& inlined : edited.inlines) is_fine &= inlined.is_valid();
  return is_fine;
}

std::size_t count_errors(Edited& edited) {
  std::size_t count = edited.form.errors().size();
  for (forms::Formset& inlined : edited.inlines) {
    count += inlined.errors().size();
    for (const auto& row : inlined.rows()) {
      forms::ModelForm copy = row.form;
      if (!row.is_deleted && !copy.changed_fields().empty()) count += copy.errors().size();
    }
  }
  return count;
}

void save_row(Edited& edited) {
  const Options& options = edited.model.options();
  if (options.save_model) {
    options.save_model(edited.page.request, edited.form, edited.saving);
  } else {
    edited.form.save_row();
  }
  edited.form.save_links();
}

std::vector<std::string> labels_of(const orm::ModelInfo& model,
                                   const std::vector<std::string>& names) {
  std::vector<std::string> labels;
  for (const std::string& name : names) {
    const orm::FieldInfo* field = model.find(name);
    labels.push_back(field == nullptr ? name : capitalized(field->verbose_name));
  }
  return labels;
}

void save_inlines(Edited& edited, ChangeMessage& message) {
  for (forms::Formset& inlined : edited.inlines) {
    const std::string& name = inlined.model().verbose_name;
    const auto changes = inlined.save(edited.form.record().id());
    for (const orm::Record& record : changes.added) message.added(name, record.text());
    for (const auto& changed : changes.changed) {
      message.changed(labels_of(inlined.model(), changed.fields), name, changed.record.text());
    }
    for (const orm::Record& record : changes.deleted) message.deleted(name, record.text());
  }
}

// Everything in one transaction, the journal as well.
void save(Edited& edited) {
  const std::vector<std::string> changed = edited.form.changed_fields();
  orm::atomic([&] {
    ChangeMessage message;
    save_row(edited);
    if (edited.saving == Saving::added) {
      message.added();
    } else {
      message.changed(labels_of(edited.model.model(), changed));
    }
    save_inlines(edited, message);
    note(edited.page, edited.model, edited.form.record(),
         {edited.saving == Saving::added ? Deed::addition : Deed::change, message.stored()});
  });
}

HttpResponse close_popup(const Page& page, const orm::Record& record) {
  return page.render("admin/popup_done.html", "Done", {},
                     {{"value", fmt::format("{}", record.id())}, {"label", record.text()}});
}

std::string with_filters(const Page& page, std::string url) {
  const std::string filters = page.request.query().get("_changelist_filters");
  if (filters.empty()) return url;
  Parameters parameters;
  parameters.add("_changelist_filters", filters);
  return url + "?" + parameters.urlencode();
}

HttpResponse respond_saved(const Edited& edited) {
  const Page& page = edited.page;
  const ModelAdmin& model = edited.model;
  const orm::Record& record = edited.form.record();
  if (page.is_popup()) return close_popup(page, record);
  const std::string& name = model.singular();
  std::string text = fmt::format("The {} “{}” was {} successfully.", name, record.text(),
                                 edited.saving == Saving::added ? "added" : "changed");
  std::string url = list_url_with_filters(page, model);
  if (is_pressed(page, "_continue") || is_pressed(page, "_saveasnew")) {
    text += " You may edit it again below.";
    url = with_filters(page, page.change_url(model, record.id()));
  } else if (is_pressed(page, "_addanother")) {
    text += fmt::format(" You may add another {} below.", name);
    url = with_filters(page, page.list_url(model) + "add/");
  } else if (!model.may(page.request, Permission::view)) {
    url = page.base;
  }
  page.request.add_message(message_success, std::move(text));
  return redirect(url);
}

void add_buttons(Context& context, const Edited& edited, Editable editable) {
  const Page& page = edited.page;
  const ModelAdmin& model = edited.model;
  const bool may_add = model.may(page.request, Permission::add);
  const bool is_change = edited.saving == Saving::changed;
  context.set("can_save", editable == Editable::yes);
  context.set("save_as", is_change && model.options().save_as && may_add);
  context.set("can_add_another", may_add && !page.is_popup());
  context.set("save_on_top", model.options().save_on_top);
  context.set("list_url", list_url_with_filters(page, model));
  if (!is_change) return;
  const std::string url = fmt::format("{}{}/", page.list_url(model), edited.form.record().id());
  context.set("history_url", url + "history/");
  const bool has_password = page.registry.has_accounts() && is_user_model(model);
  if (has_password && editable == Editable::yes) context.set("password_url", url + "password/");
  if (model.may(page.request, Permission::remove) && !page.is_popup()) {
    context.set("delete_url", with_filters(page, url + "delete/"));
  }
}

HttpResponse form_page(Edited& edited, Editable editable) {
  const Page& page = edited.page;
  const ModelAdmin& model = edited.model;
  const bool is_add = edited.saving == Saving::added;
  const std::string_view verb = is_add ? "Add" : editable == Editable::yes ? "Change" : "View";
  Context context{{"fieldsets", fieldset_values(page, model, edited.form, editable)},
                  {"is_multipart", edited.form.is_multipart()}};
  List inlines;
  for (std::size_t i = 0; i < edited.inlines.size(); ++i) {
    inlines.push_back(inline_value(page, model.options().inlines[i], edited.inlines[i], editable));
  }
  context.set("inlines", std::move(inlines));
  add_buttons(context, edited, editable);
  if (edited.form.is_bound()) {
    const std::size_t errors = count_errors(edited);
    if (errors > 0) context.set("error_note", error_note(errors));
  }
  context.set("form", edited.form.value());
  std::string title = fmt::format("{} {}", verb, model.singular());
  std::string last = title;
  if (!is_add) {
    const auto stored = model.rows(page.request).find(edited.form.record().id());
    last = stored ? stored->text() : edited.form.record().text();
    context.set("object_text", last);
  }
  return page.render("admin/change_form.html", title, page.crumbs(model, last), std::move(context));
}

Edited edit(const Page& page, const ModelAdmin& model, Saving saving, orm::Record record) {
  const std::int64_t id = record.id();
  Edited edited{page, model, saving, make_form(page, model, std::move(record)), {}};
  for (const Inline& rows : model.options().inlines) {
    edited.inlines.push_back(make_formset(page, model, rows));
    edited.inlines.back().load(id);
  }
  return edited;
}

void bind(Edited& edited) {
  const HttpRequest& request = edited.page.request;
  edited.form.bind(request);
  if (edited.model.options().clean) {
    edited.form.on_clean([&](forms::Form& form) {
      edited.model.options().clean(request, static_cast<forms::ModelForm&>(form));
    });
  }
  for (forms::Formset& inlined : edited.inlines) inlined.bind(request);
}

// ?name=st1&device=7 fills the empty form.
void fill_from_query(const Page& page, forms::ModelForm& form) {
  for (const auto& [name, text] : page.request.query()) {
    const orm::FieldInfo* field = form.model().find(name);
    if (field == nullptr || !field->has_column() || form.find(name) == nullptr) continue;
    if (auto value = orm::value_from_text(*field, text)) form.set_initial(name, std::move(*value));
  }
}

}  // namespace

std::string_view error_note(std::size_t errors) {
  return errors == 1 ? "Please correct the error below." : "Please correct the errors below.";
}

HttpResponse add_view(const Page& page, const ModelAdmin& model) {
  if (!model.may(page.request, Permission::add)) throw Error(Code::denied, "");
  Edited edited = edit(page, model, Saving::added, orm::Record(model.model()));
  if (!page.request.is_post()) {
    fill_from_query(page, edited.form);
    return form_page(edited, Editable::yes);
  }
  bind(edited);
  if (!is_valid(edited)) return form_page(edited, Editable::yes);
  save(edited);
  return respond_saved(edited);
}

HttpResponse change_view(const Page& page, const ModelAdmin& model, const std::string& id) {
  if (!model.may(page.request, Permission::view)) throw Error(Code::denied, "");
  auto record = find_row(page, model, id);
  if (!record) return redirect_missing(page, model, id);
  const bool is_editable = model.may(page.request, Permission::change);
  if (!page.request.is_post()) {
    Edited edited = edit(page, model, Saving::changed, std::move(*record));
    return form_page(edited, is_editable ? Editable::yes : Editable::no);
  }
  if (is_pressed(page, "_saveasnew") && model.options().save_as) {
    return add_view(page, model);
  }
  if (!is_editable) throw Error(Code::denied, "");
  Edited edited = edit(page, model, Saving::changed, std::move(*record));
  bind(edited);
  if (!is_valid(edited)) return form_page(edited, Editable::yes);
  save(edited);
  return respond_saved(edited);
}

}  // namespace tt::web::admin
