#include "web/auth/access.h"

#include "base/error.h"
#include "web/auth/form_values.h"
#include "web/core/application.h"
#include "web/core/security.h"
#include "web/template/text.h"

namespace tt::web::auth {

std::string safe_next(const HttpRequest& request) {
  auto next = request.form().find("next");
  if (!next) next = request.query().find("next");
  if (!next) return "";
  const std::string hosts[] = {request.host()};
  auto https = request.is_secure() ? RequireHttps::yes : RequireHttps::no;
  return is_safe_redirect(*next, hosts, https) ? *next : "";
}

HttpResponse redirect_to_login(const HttpRequest& request, std::string_view next,
                               std::string_view login_url) {
  auto url = page_url(request, login_url.empty() ? request.settings().login_url : login_url);
  url += url.find('?') == url.npos ? '?' : '&';
  return redirect(url + "next=" + percent_quote(next, "/"));
}

View user_passes_test(View view, UserTest test, Refusal refusal) {
  auto inner = std::move(view.call);
  view.call = [inner = std::move(inner), test = std::move(test), refusal = std::move(refusal)](
                  const HttpRequest& request, std::span<const std::string> arguments) {
    const auto& user = *request.user();
    if (test(user)) return inner(request, arguments);
    if (refusal.then == Refusal::Then::forbidden && user.is_authenticated()) {
      throw Error(Code::denied, "You do not have permission to see this page.");
    }
    return redirect_to_login(request, request.full_path(), refusal.login_url);
  };
  return view;
}

View login_required(View view, Refusal refusal) {
  auto test = [](const web::User& user) { return user.is_authenticated(); };
  return user_passes_test(std::move(view), test, std::move(refusal));
}

View permission_required(View view, std::string permission, Refusal refusal) {
  auto test = [permission = std::move(permission)](const web::User& user) {
    return user.has_perm(permission);
  };
  return user_passes_test(std::move(view), test, std::move(refusal));
}

View staff_member_required(View view, Refusal refusal) {
  auto test = [](const web::User& user) { return user.is_active && user.is_staff; };
  return user_passes_test(std::move(view), test, std::move(refusal));
}

}  // namespace tt::web::auth
