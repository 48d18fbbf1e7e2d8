// Signing in and out.
#include "base/error.h"
#include "web/auth/access.h"
#include "web/auth/form_values.h"
#include "web/auth/views.h"
#include "web/core/application.h"

namespace tt::web::auth {
namespace {

constexpr std::string_view invalid_login =
    "Please enter a correct username and password. Note that both fields may be case-sensitive.";

// The account that the form is from; notes in `form` why there is none.
UserPtr user_of(const HttpRequest& request, const LoginPage& page, FormValues& form) {
  auto username = form.required("username");
  auto password = form.required("password");
  auto users = request.application().users();
  if (!form.is_valid() || !users) return nullptr;
  try {
    auto user = users->authenticate(username, password, request.remote_address());
    if (!user) form.add_error(page.invalid_login.empty() ? invalid_login : page.invalid_login);
    auto refusal = user && page.refusal ? page.refusal(*user) : std::string();
    if (refusal.empty()) return user;
    form.add_error(refusal);
  } catch (const Error& error) {
    if (error.code() != Code::exhausted) throw;
    form.add_error(error.what());
  }
  return nullptr;
}

std::string after_login(const HttpRequest& request, const LoginPage& page) {
  if (auto next = safe_next(request); !next.empty()) return next;
  return page_url(request,
                  page.next_page.empty() ? request.settings().login_redirect_url : page.next_page);
}

HttpResponse show_login(const HttpRequest& request, const LoginPage& page, const FormValues& form) {
  Context context{{"form", form.value()}, {"title", page.title}, {"next", safe_next(request)}};
  if (page.add_context) page.add_context(request, context);
  return render(request, page.template_name, std::move(context));
}

HttpResponse login_page(const HttpRequest& request, const LoginPage& page) {
  FormValues form(request, {"username", "password"});
  auto user = request.is_post() ? user_of(request, page, form) : nullptr;
  HttpResponse response;
  if (user) {
    auto next = after_login(request, page);
    sign_in(request, std::move(user));
    response = redirect(next);
  } else {
    response = show_login(request, page, form);
  }
  response.never_cache(request.application().clock().now());
  return response;
}

HttpResponse logout_page(const HttpRequest& request, const LogoutPage& page) {
  sign_out(request);
  auto next = safe_next(request);
  if (next.empty() && !page.next_page.empty()) next = page_url(request, page.next_page);
  const auto& settings = request.settings();
  if (next.empty() && settings.logout_redirect_url) {
    next = page_url(request, *settings.logout_redirect_url);
  }
  auto response = next.empty() ? render(request, page.template_name, {{"title", "Logged out"}})
                               : redirect(next);
  response.never_cache(request.application().clock().now());
  return response;
}

}  // namespace

View login_view(LoginPage page) {
  return {[page = std::move(page)](const HttpRequest& request, std::span<const std::string>) {
    return login_page(request, page);
  }};
}

View logout_view(LogoutPage page) {
  return {[page = std::move(page)](const HttpRequest& request, std::span<const std::string>) {
    return logout_page(request, page);
  }};
}

UrlPatterns urls() {
  return {url("^login/$", login_view(), "login"), url("^logout/$", logout_view(), "logout"),
          url("^password_change/$", password_change_view(), "password_change"),
          url("^password_change/done/$", password_change_done_view(), "password_change_done")};
}

}  // namespace tt::web::auth
