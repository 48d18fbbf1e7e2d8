// The change of one's own password.
#include "base/error.h"
#include "web/auth/access.h"
#include "web/auth/form_values.h"
#include "web/auth/password_validation.h"
#include "web/auth/users.h"
#include "web/auth/views.h"
#include "web/core/application.h"

namespace tt::web::auth {
namespace {

Users& users_of(const HttpRequest& request) {
  auto users = dynamic_cast<Users*>(request.application().users());
  if (!users) throw Error(Code::unsupported, "passwords are not kept by this application");
  return *users;
}

// Notes in `form` what is wrong with the new password.
void check_new_password(const HttpRequest& request, FormValues& form) {
  auto first = form.required("new_password1");
  auto second = form.required("new_password2");
  if (first.empty() || second.empty()) return;
  if (first != second) {
    return form.add_error("new_password2", "The two password fields didn’t match.");
  }
  const auto& user = *request.user();
  auto problems =
      password_problems(second, {user.username, user.first_name, user.last_name, user.email},
                        request.settings().auth_password_validators);
  for (const auto& problem : problems) form.add_error("new_password2", problem);
}

// Whether the old password is right; wrong ones count as failed logins.
bool is_own_password(const HttpRequest& request, std::string_view password) {
  const auto& user = *request.user();
  auto same = users_of(request).authenticate(user.username, password, request.remote_address());
  return same && same->id == user.id;
}

void check_old_password(const HttpRequest& request, FormValues& form) {
  auto old_password = form.required("old_password");
  if (old_password.empty()) return;
  try {
    if (is_own_password(request, old_password)) return;
    form.add_error("old_password",
                   "Your old password was entered incorrectly. Please enter it again.");
  } catch (const Error& error) {
    if (error.code() != Code::exhausted) throw;
    form.add_error(error.what());
  }
}

// This session goes on, the others of the user end.
void change_password(const HttpRequest& request, std::string_view password) {
  auto& users = users_of(request);
  auto id = request.user()->id;
  users.set_password(id, password);
  auto user = users.find(id);
  if (!user) throw Error(Code::not_found, "the account is gone");
  auto& session = request.session();
  session.cycle_key();
  session.set(session_user_hash, boost::json::value(user->session_hash));
  request.set_user(std::move(user));
}

HttpResponse change_page(const HttpRequest& request, const PasswordChangePage& page) {
  FormValues form(request, {"old_password", "new_password1", "new_password2"});
  if (request.is_post()) {
    check_old_password(request, form);
    check_new_password(request, form);
    if (form.is_valid()) {
      change_password(request, request.form().get("new_password1"));
      return redirect(page_url(request, page.next_page));
    }
  }
  List advice;
  for (auto& line : password_advice(request.settings().auth_password_validators)) {
    advice.emplace_back(std::move(line));
  }
  return render(request, page.template_name,
                {{"form", form.value()}, {"title", "Password change"}, {"advice", advice}});
}

HttpResponse done_page(const HttpRequest& request) {
  return render(request, "registration/password_change_done.html",
                {{"title", "Password change successful"}});
}

}  // namespace

View password_change_view(PasswordChangePage page) {
  View view{[page = std::move(page)](const HttpRequest& request, std::span<const std::string>) {
    return change_page(request, page);
  }};
  return login_required(std::move(view));
}

View password_change_done_view() { return login_required(done_page); }

}  // namespace tt::web::auth
