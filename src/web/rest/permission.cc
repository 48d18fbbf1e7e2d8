#include "web/rest/permission.h"

#include <fmt/format.h>

#include "web/auth/permissions.h"
#include "web/rest/request.h"
#include "web/rest/site.h"
#include "web/rest/view.h"

namespace tt::web::rest::detail {
namespace {

// What a method does to the rows; empty for those that only read.
std::string_view action_of(std::string_view method) {
  if (method == "POST") return "add";
  if (method == "PUT" || method == "PATCH") return "change";
  if (method == "DELETE") return "delete";
  return {};
}

bool has_permission(const ApiRequest& request) {
  std::string_view action = action_of(request.method());
  const orm::ModelInfo* model = request.view().model();
  if (action.empty() || model == nullptr) return true;
  const App* app = app_of(request.site().application().apps(), *model);
  std::string_view label = app == nullptr ? std::string_view(model->app_label) : app->label;
  return request.user()->has_perm(auth::permission_name(action, label, *model));
}

}  // namespace

bool is_signed_in(const ApiRequest& request) { return request.user()->is_authenticated(); }

bool is_staff(const ApiRequest& request) { return request.user()->is_staff; }

bool is_signed_in_or_reads(const ApiRequest& request) {
  return request.is_safe_method() || is_signed_in(request);
}

bool has_model_permission(const ApiRequest& request) {
  return is_signed_in(request) && has_permission(request);
}

bool has_model_permission_or_reads(const ApiRequest& request) { return has_permission(request); }

}  // namespace tt::web::rest::detail
