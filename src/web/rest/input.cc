#include "web/rest/input.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "web/core/parameters.h"
#include "web/core/request.h"
#include "web/rest/json_text.h"
#include "web/template/value.h"

namespace tt::web::rest {
namespace {

double parse_real(std::string_view literal) {
  double value = 0;
  auto [end, error] = std::from_chars(literal.data(), literal.data() + literal.size(), value);
  if (error != std::errc::result_out_of_range) return value;
  // Out of range is too large or too small; the exponent's sign tells which.
  std::size_t exponent = literal.find_first_of("eE");
  bool tiny = (exponent != std::string_view::npos && literal[exponent + 1] == '-') ||
              literal.starts_with("0.") || literal.starts_with("-0.");
  double size = tiny ? 0 : std::numeric_limits<double>::infinity();
  return literal.starts_with('-') ? -size : size;
}

}  // namespace

Input Input::boolean(bool value) {
  Input input(InputKind::boolean);
  input.text_ = value ? "True" : "False";
  return input;
}

Input Input::integer(std::string_view digits) {
  Input input(InputKind::integer);
  input.text_ = digits == "-0" ? "0" : digits;
  return input;
}

Input Input::real(std::string_view literal) {
  Input input(InputKind::real);
  double value = parse_real(literal);
  if (std::isinf(value)) {
    input.text_ = value < 0 ? "-inf" : "inf";
  } else {
    input.text_ = real_text(value);
  }
  return input;
}

Input Input::text(std::string text) {
  Input input(InputKind::text);
  input.text_ = std::move(text);
  return input;
}

Input Input::object(InputForm form) {
  Input input(InputKind::object);
  input.form_ = form;
  return input;
}

Input Input::form(const Parameters& parameters, const std::vector<UploadedFile>& files) {
  Input input = object(InputForm::form);
  for (const auto& [name, value] : parameters) input.add_member(name, text(value));
  for (const UploadedFile& file : files) {
    Input uploaded(InputKind::file);
    uploaded.text_ = file.name;
    input.add_member(file.field, std::move(uploaded));
  }
  return input;
}

std::string_view Input::type_name() const {
  switch (kind_) {
    case InputKind::null: return "NoneType";
    case InputKind::boolean: return "bool";
    case InputKind::integer: return "int";
    case InputKind::real: return "float";
    case InputKind::text: return "str";
    case InputKind::list: return "list";
    case InputKind::object: return is_form() ? "QueryDict" : "dict";
    case InputKind::file: return "InMemoryUploadedFile";
  }
  return "NoneType";
}

const Input* Input::find(std::string_view key) const {
  for (std::size_t i = keys_.size(); i-- > 0;) {
    if (keys_[i] == key) return &children_[i];
  }
  return nullptr;
}

std::vector<const Input*> Input::find_all(std::string_view key) const {
  std::vector<const Input*> found;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i] == key) found.push_back(&children_[i]);
  }
  return found;
}

void Input::add_member(std::string key, Input value) {
  keys_.push_back(std::move(key));
  children_.push_back(std::move(value));
}

std::string Input::repr() const { return kind_ == InputKind::text ? Value(text_).repr() : str(); }

std::string Input::str() const {
  if (kind_ == InputKind::null) return "None";
  if (kind_ != InputKind::list && kind_ != InputKind::object) return text_;
  bool is_list = kind_ == InputKind::list;
  std::string out(is_list ? "[" : "{");
  for (std::size_t i = 0; i < children_.size(); ++i) {
    if (i > 0) out += ", ";
    if (!is_list) out += Value(keys_[i]).repr() + ": ";
    out += children_[i].repr();
  }
  return out + (is_list ? "]" : "}");
}

void Input::write(std::string& out) const {
  switch (kind_) {
    case InputKind::null: out += "null"; return;
    case InputKind::boolean: out += as_bool() ? "true" : "false"; return;
    case InputKind::integer:
    case InputKind::real: out += text_; return;
    case InputKind::text:
    case InputKind::file: append_json_text(out, text_); return;
    case InputKind::list:
    case InputKind::object: break;
  }
  bool is_list = kind_ == InputKind::list;
  out += is_list ? '[' : '{';
  for (std::size_t i = 0; i < children_.size(); ++i) {
    if (i > 0) out += ',';
    if (!is_list) {
      append_json_text(out, keys_[i]);
      out += ':';
    }
    children_[i].write(out);
  }
  out += is_list ? ']' : '}';
}

}  // namespace tt::web::rest
