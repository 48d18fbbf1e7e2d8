#pragma once

// The pages around signing in: login, logout, change of the password.
//
//   url("^accounts/", include(auth::urls())),      // names login, logout, password_change, …
//
// A project gives them its own look by templates of the same names (registration/login.html, …).

#include <functional>
#include <string>

#include "web/core/urls.h"

namespace tt::web::auth {

UrlPatterns urls();

struct LoginPage {
  std::string template_name = "registration/login.html";
  std::string title = "Log in";
  std::string next_page = {};  // a URL or a name; LOGIN_REDIRECT_URL if empty
  // Why somebody with the right password may not sign in here; empty: he may.
  std::function<std::string(const web::User&)> refusal = {};
  // The message for a wrong password, if not the usual one.
  std::string invalid_login = {};
  // Further variables of the template.
  std::function<void(const HttpRequest&, Context&)> add_context = {};
};
// The template gets `form` (fields username and password, each with name, value and errors, and
// non_field_errors), `next`, `title`.
View login_view(LoginPage page = {});

struct LogoutPage {
  std::string template_name = "registration/logged_out.html";
  std::string next_page = {};  // a URL or a name; LOGOUT_REDIRECT_URL, then the template, if empty
};
View logout_view(LogoutPage page = {});

struct PasswordChangePage {
  std::string template_name = "registration/password_change_form.html";
  std::string next_page = "password_change_done";
};
// For those who are signed in; other sessions of the user end.  Needs auth::Users.
View password_change_view(PasswordChangePage page = {});
View password_change_done_view();

}  // namespace tt::web::auth
