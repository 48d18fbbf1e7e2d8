// The way in and out, and one's own password.

#include <fmt/format.h>
#include <boost/json/value.hpp>

#include "web/admin/changes.h"
#include "web/admin/views.h"
#include "web/auth/access.h"
#include "web/auth/password_validation.h"
#include "web/auth/users.h"
#include "web/core/application.h"
#include "web/core/sign_in.h"
#include "web/forms/declared.h"
#include "web/forms/rendering.h"

namespace tt::web::admin {
namespace {

struct LoginForm : forms::Declared<LoginForm> {
  forms::CharField username{.attributes = {{"autocomplete", "username"},
                                           {"autocapitalize", "none"},
                                           {"autofocus", "autofocus"}},
                            .max_length = 150};
  forms::CharField password{.widget = forms::Widget::password,
                            .attributes = {{"autocomplete", "current-password"}},
                            .strip = false};
};

struct PasswordForm : forms::Declared<PasswordForm> {
  forms::CharField old_password{.label = "Old password",
                                .widget = forms::Widget::password,
                                .attributes = {{"autocomplete", "current-password"}},
                                .strip = false};
  forms::CharField new_password1{.label = "New password",
                                 .widget = forms::Widget::password,
                                 .attributes = {{"autocomplete", "new-password"}},
                                 .strip = false};
  forms::CharField new_password2{.label = "New password confirmation",
                                 .widget = forms::Widget::password,
                                 .attributes = {{"autocomplete", "new-password"}},
                                 .strip = false};
};

constexpr std::string_view wrong_login =
    "Please enter the correct username and password for a staff account. Note that both fields "
    "may be case-sensitive.";

HttpResponse login_page(const Page& page, forms::Form& form, const std::string& next) {
  const UserPtr& user = page.request.user();
  Context context{{"form", form.value()}, {"next", next}, {"action", page.request.full_path()}};
  if (form.is_bound()) context.set("error_note", error_note(form.errors().size()));
  if (user->is_authenticated() && !form.is_bound()) {
    context.set("other_account",
                fmt::format("You are authenticated as {}, but are not authorized to access this "
                            "page. Would you like to login to a different account?",
                            user->username));
  }
  return page.render("admin/login.html", "Log in", {}, std::move(context));
}

// The person whose name and password these are, if he may come in; else the form has an error.
UserPtr staff_of(const Page& page, forms::FormOf<LoginForm>& form) {
  UserStore* users = page.request.application().users();
  if (users == nullptr) throw Error(Code::unavailable, "the site has no accounts");
  try {
    UserPtr user =
        users->authenticate(form.get<&LoginForm::username>(), form.get<&LoginForm::password>(),
                            page.request.remote_address());
    if (user != nullptr && user->is_active && user->is_staff) return user;
    form.add_error(forms::non_field_errors, std::string(wrong_login));
  } catch (const Error& error) {
    if (error.code() != Code::exhausted) throw;
    form.add_error(forms::non_field_errors, error.what());
  }
  return nullptr;
}

std::optional<std::string> change_password(const Page& page, const std::string& old_password,
                                           const std::string& new_password) {
  if (page.registry.options().change_password) {
    return page.registry.options().change_password(page.request, old_password, new_password);
  }
  auto* users = dynamic_cast<auth::Users*>(page.request.application().users());
  if (users == nullptr) throw Error(Code::unavailable, "the site keeps no passwords");
  const std::int64_t id = page.request.user()->id;
  // A wrong one counts as a failed login.
  const UserPtr same = users->authenticate(page.request.user()->username, old_password,
                                           page.request.remote_address());
  if (same == nullptr || same->id != id) {
    return "Your old password was entered incorrectly. Please enter it again.";
  }
  users->set_password(id, new_password);
  // This session goes on, the others of the user end.
  UserPtr user = users->find(id);
  if (user == nullptr) throw Error(Code::not_found, "the account is gone");
  Session& session = page.request.session();
  session.cycle_key();
  session.set(session_user_hash, boost::json::value(user->session_hash));
  page.request.set_user(std::move(user));
  return std::nullopt;
}

}  // namespace

void check_two_passwords(const HttpRequest& request, forms::Form& form,
                         std::pair<std::string, std::string> names,
                         const auth::PersonalData& person) {
  const auto& [first, second] = names;
  if (!form.has_cleaned(first) || !form.has_cleaned(second)) return;
  const std::string password = form.text(first);
  if (password != form.text(second)) {
    form.add_error(second, "The two password fields didn’t match.");
    return;
  }
  for (std::string& problem :
       auth::password_problems(password, person, request.settings().auth_password_validators)) {
    form.add_error(second, std::move(problem));
  }
}

bool may_come_in(const HttpRequest& request) {
  return request.user()->is_active && request.user()->is_staff;
}

HttpResponse login(const Page& page) {
  std::string next = auth::safe_next(page.request);
  if (next.empty()) next = page.base;
  if (page.request.is_get() && may_come_in(page.request)) return redirect(page.base);
  forms::FormOf<LoginForm> form(page.request);
  if (form.is_valid()) {
    if (const UserPtr user = staff_of(page, form)) {
      sign_in(page.request, user);
      return redirect(next);
    }
  }
  return login_page(page, form, next);
}

HttpResponse logout(const Page& page) {
  sign_out(page.request);
  return page.render("admin/logged_out.html", "Logged out", page.crumbs("Log out"), {});
}

HttpResponse password_change(const Page& page) {
  if (!page.registry.options().has_password_change) raise_404("There is no such page.");
  forms::FormOf<PasswordForm> form(page.request);
  form.on_clean([&](forms::Form& checked) {
    const UserPtr& user = page.request.user();
    check_two_passwords(page.request, checked, {"new_password1", "new_password2"},
                        {user->username, user->first_name, user->last_name, user->email});
  });
  if (form.is_valid()) {
    const auto problem = change_password(page, form.get<&PasswordForm::old_password>(),
                                         form.get<&PasswordForm::new_password1>());
    if (!problem) return redirect(page.base + "password_change/done/");
    form.add_error("old_password", *problem);
  }
  Context context{{"form", form.value()},
                  {"submit_label", "Change my password"},
                  {"lines", password_lines(form, page.request)}};
  if (form.is_bound()) context.set("error_note", error_note(form.errors().size()));
  return page.render("admin/simple_form.html", "Password change", page.crumbs("Password change"),
                     std::move(context));
}

HttpResponse password_change_done(const Page& page) {
  return page.render(
      "admin/note.html", "Password change successful", page.crumbs("Password change"),
      {{"note", "Your password was changed."}, {"back_url", page.base}, {"back_label", "Home"}});
}

List password_lines(forms::Form& form, const HttpRequest& request) {
  std::string advice;
  for (const std::string& line :
       auth::password_advice(request.settings().auth_password_validators)) {
    if (!advice.empty()) advice += ' ';
    advice += line;
  }
  List lines;
  const forms::Errors& errors = form.errors();
  for (const forms::Field& field : form.fields()) {
    Map line{{"name", field.name},
             {"field", forms::value_of(forms::bound_field(form, field, errors))},
             {"errors", web::Value::safe(forms::error_list_html(errors.of(field.name), ""))}};
    if (field.name.ends_with("password1")) line.set("help_text", advice);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace tt::web::admin
