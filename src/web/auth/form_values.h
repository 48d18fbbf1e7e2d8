#pragma once

// FormValues: the few fields of the pages here, with what was sent and what is wrong with it.

#include <string>
#include <string_view>
#include <vector>

#include "web/core/request.h"
#include "web/template/value.h"

namespace tt::web::auth {

class FormValues {
 public:
  // Empty unless the request is a POST.
  FormValues(const HttpRequest& request, std::vector<std::string> names);

  // What was sent; notes "This field is required." if that is nothing.
  std::string required(std::string_view name);
  void add_error(std::string_view field, std::string_view message);
  void add_error(std::string_view message) { general_errors_.emplace_back(std::string(message)); }
  bool is_valid() const;

  // For templates: form.username.value, form.username.errors, form.non_field_errors, form.errors.
  // Passwords are not sent back.
  Value value() const;

 private:
  struct Field {
    std::string name;
    std::string value;
    List errors;
  };
  Field& field(std::string_view name);

  std::vector<Field> fields_;
  List general_errors_;
};

// A URL, or the URL of a name.
std::string page_url(const HttpRequest& request, std::string_view url_or_name);

}  // namespace tt::web::auth
