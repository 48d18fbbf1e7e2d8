// The accounts of web/auth: a new user is a name and a password first, all else comes afterwards;
// the stored password is never shown.

#include <fmt/format.h>

#include "web/admin/changes.h"
#include "web/admin/registry.h"
#include "web/admin/views.h"
#include "web/auth/models.h"
#include "web/auth/users.h"
#include "web/core/application.h"
#include "web/forms/rendering.h"

namespace tt::web::admin {
namespace {

forms::Field password_field(const std::string& name, const std::string& label) {
  forms::Field field;
  field.name = name;
  field.label = label;
  field.widget = forms::Widget::password;
  field.strip = false;
  field.attributes = {{"autocomplete", "new-password"}};
  return field;
}

std::vector<forms::Field> password_fields() {
  return {password_field("password1", "Password"),
          password_field("password2", "Password confirmation")};
}

auth::Users* users_of(const HttpRequest& request) {
  return dynamic_cast<auth::Users*>(request.application().users());
}

std::string hashed(const HttpRequest& request, const std::string& password) {
  auth::Users* users = users_of(request);
  if (users == nullptr) throw Error(Code::unavailable, "the site keeps no passwords");
  return users->hash(password);
}

void forget(const HttpRequest& request, std::int64_t id) {
  if (auth::Users* users = users_of(request)) users->forget(id);
}

Options user_options() {
  Options options;
  options.list_display = {"username", "email", "first_name", "last_name", "is_staff"};
  options.list_filter = {"is_staff", "is_superuser", "is_active", "groups"};
  options.search_fields = {"username", "first_name", "last_name", "email"};
  options.ordering = {"username"};
  options.fieldsets = {
      {.title = "", .fields = {"username"}},
      {.title = "Personal info", .fields = {"first_name", "last_name", "email"}},
      {.title = "Permissions",
       .fields = {"is_active", "is_staff", "is_superuser", "groups", "user_permissions"}},
      {.title = "Important dates", .fields = {"last_login", "date_joined"}}};
  options.readonly_fields = {"last_login", "date_joined"};
  options.save_model = [](const HttpRequest& request, forms::ModelForm& form, Saving) {
    form.save_row();
    forget(request, form.record().id());
  };
  options.delete_model = [](const HttpRequest& request, const orm::Record& record) {
    const std::int64_t id = record.id();
    orm::erase(orm::current_session(), record.model(), std::span(&id, 1));
    forget(request, id);
  };
  return options;
}

Options group_options() {
  Options options;
  options.search_fields = {"name"};
  options.ordering = {"name"};
  options.save_model = [](const HttpRequest& request, forms::ModelForm& form, Saving) {
    form.save_row();
    if (auth::Users* users = users_of(request)) users->forget_all();
  };
  return options;
}

}  // namespace

void Registry::add_accounts() {
  add(orm::model_info<auth::User>(), user_options());
  add(orm::model_info<auth::Group>(), group_options());
  has_accounts_ = true;
}

bool is_user_model(const ModelAdmin& model) {
  return &model.model() == &orm::model_info<auth::User>();
}

HttpResponse add_user_view(const Page& page, const ModelAdmin& model) {
  // Who may only add users could make a superuser and become it.
  const bool may_add = model.may(page.request, Permission::add);
  if (!may_add || !model.may(page.request, Permission::change)) throw Error(Code::denied, "");
  forms::ModelForm names(model.model(), {.fields = {"username"}});
  forms::Form passwords(password_fields());
  passwords.on_clean([&](forms::Form& form) {
    const auth::PersonalData person{.username = page.request.form().get("username")};
    check_two_passwords(page.request, form, {"password1", "password2"}, person);
  });
  names.bind(page.request);
  passwords.bind(page.request);
  const bool names_are_fine = names.is_valid();
  if (passwords.is_valid() && names_are_fine) {
    orm::atomic([&] {
      names.record().set("password", hashed(page.request, passwords.text("password1")));
      names.save_row();
      ChangeMessage message;
      message.added();
      note(page, model, names.record(), {Deed::addition, message.stored()});
    });
    const orm::Record& user = names.record();
    std::string text =
        fmt::format("The {} “{}” was added successfully.", model.singular(), user.text());
    const bool adds_another = page.request.form().contains("_addanother");
    text += adds_another ? fmt::format(" You may add another {} below.", model.singular())
                         : " You may edit it again below.";
    page.request.add_message(message_success, std::move(text));
    return redirect(adds_another ? page.list_url(model) + "add/"
                                 : page.change_url(model, user.id()));
  }
  List lines = password_lines(names, page.request);
  for (web::Value& line : password_lines(passwords, page.request)) lines.push_back(line);
  Context context{{"lines", std::move(lines)},
                  {"form", names.value()},
                  {"intro", "A name and a password first; everything else on the next page."},
                  {"submit_label", "Save and continue"}};
  const std::size_t errors = names.errors().size() + passwords.errors().size();
  if (errors > 0) context.set("error_note", error_note(errors));
  return page.render("admin/simple_form.html", fmt::format("Add {}", model.singular()),
                     page.crumbs(model, fmt::format("Add {}", model.singular())),
                     std::move(context));
}

HttpResponse user_password_view(const Page& page, const ModelAdmin& model, const std::string& id) {
  if (!model.may(page.request, Permission::change)) throw Error(Code::denied, "");
  auto user = find_row(page, model, id);
  if (!user) return redirect_missing(page, model, id);
  const auth::PersonalData person{.username = orm::as_text(user->get("username")),
                                  .first_name = orm::as_text(user->get("first_name")),
                                  .last_name = orm::as_text(user->get("last_name")),
                                  .email = orm::as_text(user->get("email"))};
  forms::Form form(password_fields());
  form.on_clean([&](forms::Form& checked) {
    check_two_passwords(page.request, checked, {"password1", "password2"}, person);
  });
  form.bind(page.request);
  if (form.is_valid()) {
    orm::atomic([&] {
      user->set("password", hashed(page.request, form.text("password1")));
      orm::save(orm::current_session(), *user);
      const std::vector<std::string> labels = {"Password"};
      ChangeMessage message;
      message.changed(labels);
      note(page, model, *user, {Deed::change, message.stored()});
    });
    forget(page.request, user->id());
    page.request.add_message(message_success, "Password changed successfully.");
    return redirect(page.change_url(model, user->id()));
  }
  Context context{{"lines", password_lines(form, page.request)},
                  {"form", form.value()},
                  {"intro", fmt::format("A new password for the user {}.", user->text())},
                  {"submit_label", "Change password"}};
  if (form.is_bound()) context.set("error_note", error_note(form.errors().size()));
  return page.render("admin/simple_form.html", fmt::format("Change password: {}", user->text()),
                     page.crumbs(model, *user, "Change password"), std::move(context));
}

}  // namespace tt::web::admin
