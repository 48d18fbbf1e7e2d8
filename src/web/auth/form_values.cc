#include "web/auth/form_values.h"

#include <algorithm>

#include "base/error.h"
#include "web/core/urls.h"

namespace tt::web::auth {

FormValues::FormValues(const HttpRequest& request, std::vector<std::string> names) {
  for (auto& name : names) {
    auto value = request.is_post() ? request.form().get(name) : std::string();
    fields_.push_back({std::move(name), std::move(value), {}});
  }
}

FormValues::Field& FormValues::field(std::string_view name) {
  auto found = std::ranges::find(fields_, name, &Field::name);
  TT_ASSERT(found != fields_.end());
  return *found;
}

std::string FormValues::required(std::string_view name) {
  auto& wanted = field(name);
  if (wanted.value.empty()) wanted.errors.emplace_back("This field is required.");
  return wanted.value;
}

void FormValues::add_error(std::string_view name, std::string_view message) {
  field(name).errors.emplace_back(std::string(message));
}

bool FormValues::is_valid() const {
  return general_errors_.empty() &&
         std::ranges::all_of(fields_, [](const Field& each) { return each.errors.empty(); });
}

Value FormValues::value() const {
  Map form;
  for (const auto& each : fields_) {
    bool is_secret = each.name.find("password") != std::string::npos;
    form.set(each.name, Map{{"name", each.name},
                            {"value", is_secret ? std::string() : each.value},
                            {"errors", each.errors}});
  }
  form.set("non_field_errors", general_errors_);
  form.set("errors", !is_valid());
  return form;
}

std::string page_url(const HttpRequest& request, std::string_view url_or_name) {
  if (url_or_name.find_first_of("/.") != url_or_name.npos) return std::string(url_or_name);
  return reverse(request, url_or_name);
}

}  // namespace tt::web::auth
