#pragma once

// Input: what a client sent, read from JSON or from a form, before a serializer has looked at it.
//
// It is the tree that Python's json module would have made, as error messages speak of its types
// ("Expected a dictionary, but got list.").  Texts may hold half surrogate pairs, written as three
// bytes each (ED A0 80 …), so that fields can name them when they refuse them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tt::web {
class Parameters;
struct UploadedFile;
}  // namespace tt::web

namespace tt::web::rest {

enum class InputKind : unsigned char { null, boolean, integer, real, text, list, object, file };

// Where an object came from: fields of a form that are missing or empty mean other things.
enum class InputForm : unsigned char { json, form };

class Input {
 public:
  Input() = default;  // null
  static Input boolean(bool value);
  // `digits` as in JSON, of any length.
  static Input integer(std::string_view digits);
  // `literal` as in JSON; beyond the range of a double it is infinite, as in Python.
  static Input real(std::string_view literal);
  static Input text(std::string text);
  static Input list() { return Input(InputKind::list); }
  static Input object(InputForm form = InputForm::json);
  // A name that comes several times keeps all of its values.
  static Input form(const Parameters& parameters, const std::vector<UploadedFile>& files);

  InputKind kind() const { return kind_; }
  bool is(InputKind kind) const { return kind_ == kind; }
  bool is_form() const { return form_ == InputForm::form; }
  bool as_bool() const { return text_ == "True"; }

  // As Python's str() writes it: "True", "28.5", "inf", "abc", "['a', 1]".
  std::string str() const;
  // "str", "int", "float", "bool", "NoneType", "list", "dict".
  std::string_view type_name() const;
  // Of a text: its content; of a number or truth value what str() says; empty for others.
  const std::string& text() const { return text_; }

  const std::vector<Input>& elements() const { return children_; }
  const std::vector<std::string>& keys() const { return keys_; }
  // A member of an object, the last value of a form; nullptr if there is none.
  const Input* find(std::string_view key) const;
  // All values of a form's field, in order.
  std::vector<const Input*> find_all(std::string_view key) const;

  void add_element(Input element) { children_.push_back(std::move(element)); }
  // A name of JSON must not be there yet; one of a form may come again.
  void add_member(std::string key, Input value);

  // Compact JSON.
  void write(std::string& out) const;

 private:
  explicit Input(InputKind kind) : kind_(kind) {}
  std::string repr() const;

  InputKind kind_ = InputKind::null;
  InputForm form_ = InputForm::json;
  std::string text_;
  std::vector<Input> children_;
  std::vector<std::string> keys_;
};

}  // namespace tt::web::rest
