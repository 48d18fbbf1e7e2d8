#pragma once

// Who may see a view: wrappers that send others to the login page, and back afterwards.
//
//   url("^stations/new/$", login_required(add_station), "station-add"),
//   url("^export/$", permission_required(export_all, "weather.view_station"), "export"),
//   url("^report/$", staff_member_required(report)),
//
// Signing in and out itself: sign_in.h of web/core; views for people: views.h.

#include <functional>
#include <string>
#include <string_view>

#include "web/core/request.h"
#include "web/core/response.h"
#include "web/core/sign_in.h"
#include "web/core/urls.h"

namespace tt::web::auth {

using UserTest = std::function<bool(const web::User&)>;

// What happens to those who may not.
struct Refusal {
  enum class Then : std::uint8_t { login, forbidden };
  Then then = Then::login;
  std::string login_url = {};  // a URL or the name of one; LOGIN_URL if empty
};

View user_passes_test(View view, UserTest test, Refusal refusal = {});
View login_required(View view, Refusal refusal = {});
// People who are signed in and still may not get 403 with Then::forbidden, else the login page.
View permission_required(View view, std::string permission, Refusal refusal = {});
// Active members of the staff; others are sent to the admin's login.
View staff_member_required(View view, Refusal refusal = {.login_url = "admin:login"});

template <class... A>
View login_required(HttpResponse (*function)(const HttpRequest&, A...), Refusal refusal = {}) {
  return login_required(view(function), std::move(refusal));
}
template <class... A>
View user_passes_test(HttpResponse (*function)(const HttpRequest&, A...), UserTest test,
                      Refusal refusal = {}) {
  return user_passes_test(view(function), std::move(test), std::move(refusal));
}
template <class... A>
View permission_required(HttpResponse (*function)(const HttpRequest&, A...), std::string permission,
                         Refusal refusal = {}) {
  return permission_required(view(function), std::move(permission), std::move(refusal));
}
template <class... A>
View staff_member_required(HttpResponse (*function)(const HttpRequest&, A...),
                           Refusal refusal = {.login_url = "admin:login"}) {
  return staff_member_required(view(function), std::move(refusal));
}

// 302 to the login page, which leads to `next` afterwards.
HttpResponse redirect_to_login(const HttpRequest& request, std::string_view next,
                               std::string_view login_url = {});

// Where to go after a form that had `next` among its fields or in its URL: there if that stays on
// this site; empty otherwise.
std::string safe_next(const HttpRequest& request);

}  // namespace tt::web::auth
