#pragma once

// Forms declared as structs, as models are:
//
//   struct ContactForm : forms::Declared<ContactForm> {
//     forms::CharField name{.max_length = 100};
//     forms::EmailField email;
//     forms::CharField message{.widget = forms::Widget::textarea};
//     forms::BooleanField copy{.required = false, .help_text = "Send me a copy."};
//
//     static void clean(forms::Form& form) {                     // if there is something to say
//       if (form.text("message") == form.text("name")) form.add_error("message", "Say more.");
//     }
//   };
//
//   forms::FormOf<ContactForm> form(request);                    // bound if it is a POST
//   if (form.is_valid()) send(form.get<&ContactForm::name>(), form.get<&ContactForm::email>());
//
// What get() returns: a std::string for texts, choices and JSON; a bool for BooleanField; else a
// std::optional of std::int64_t, double, orm::Decimal, Date, Time, Uuid or bool, absent if nothing
// was entered; a std::vector<std::string> for MultipleChoiceField; the UploadedFile, or nullptr.

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "orm/model.h"
#include "web/forms/form.h"

namespace tt::web::forms {

// A field of a struct: everything that it does not say has the usual value.
template <FieldClass field_class>
struct FieldOf : orm::models::FieldBase {
  static constexpr FieldClass type = field_class;

  std::string label;
  bool required = true;
  orm::Value initial;
  std::string help_text;
  Widget widget = Widget::automatic;
  Attributes attributes;
  bool disabled = false;
  std::optional<std::size_t> max_length, min_length;
  std::optional<std::int64_t> min_value, max_value;
  std::optional<int> max_digits, decimal_places;
  bool strip = true;
  std::vector<Choice> choices;
  std::vector<Validator> validators;
  std::map<std::string, std::string> error_messages;

  Field field(std::string_view name) const;
};

using CharField = FieldOf<FieldClass::text>;
using EmailField = FieldOf<FieldClass::email>;
using URLField = FieldOf<FieldClass::url>;
using SlugField = FieldOf<FieldClass::slug>;
using IntegerField = FieldOf<FieldClass::integer>;
using FloatField = FieldOf<FieldClass::real>;
using DecimalField = FieldOf<FieldClass::decimal>;
using BooleanField = FieldOf<FieldClass::boolean>;
using NullBooleanField = FieldOf<FieldClass::null_boolean>;
using ChoiceField = FieldOf<FieldClass::choice>;
using MultipleChoiceField = FieldOf<FieldClass::multiple_choice>;
using DateField = FieldOf<FieldClass::date>;
using DateTimeField = FieldOf<FieldClass::date_time>;
using UUIDField = FieldOf<FieldClass::uuid>;
using JSONField = FieldOf<FieldClass::json>;
using FileField = FieldOf<FieldClass::file>;

template <class D>
struct Declared {};

namespace detail {

template <FieldClass type>
auto plain_value(const Cleaned& cleaned) {
  auto optional = [&]<class T>(std::type_identity<T>) -> std::optional<T> {
    const T* held = std::get_if<T>(&cleaned.value);
    return held == nullptr ? std::nullopt : std::optional<T>(*held);
  };
  if constexpr (type == FieldClass::boolean) {
    return std::get<bool>(cleaned.value);
  } else if constexpr (type == FieldClass::null_boolean) {
    return optional(std::type_identity<bool>());
  } else if constexpr (type == FieldClass::integer) {
    return optional(std::type_identity<std::int64_t>());
  } else if constexpr (type == FieldClass::real) {
    return optional(std::type_identity<double>());
  } else if constexpr (type == FieldClass::decimal) {
    return optional(std::type_identity<orm::Decimal>());
  } else if constexpr (type == FieldClass::date) {
    return optional(std::type_identity<Date>());
  } else if constexpr (type == FieldClass::date_time) {
    return optional(std::type_identity<Time>());
  } else if constexpr (type == FieldClass::uuid) {
    return optional(std::type_identity<Uuid>());
  } else if constexpr (type == FieldClass::file) {
    return cleaned.file;
  } else if constexpr (type == FieldClass::multiple_choice) {
    std::vector<std::string> texts;
    for (const orm::Value& value : cleaned.values) texts.push_back(orm::display_text(value));
    return texts;
  } else {
    return orm::display_text(cleaned.value);
  }
}

template <class D, std::size_t... index>
std::vector<Field> declared_fields(std::index_sequence<index...>) {
  const D declared{};
  const auto members = orm::detail::tie_members(declared);
  return {std::get<index>(members).field(orm::detail::member_names<D>[index])...};
}

}  // namespace detail

template <class D>
class FormOf : public Form {
 public:
  explicit FormOf(std::string prefix = {})
      : Form(detail::declared_fields<D>(std::make_index_sequence<orm::detail::member_count<D>()>()),
             std::move(prefix)) {}
  explicit FormOf(const HttpRequest& request) : FormOf() { bind(request); }

  // The cleaned value of &ContactForm::name; after is_valid().
  template <auto member>
  auto get() const {
    constexpr std::size_t index = orm::detail::member_index<D, member>();
    using Declaration = orm::detail::MemberType<D, index>;
    return detail::plain_value<Declaration::type>(cleaned(orm::detail::member_names<D>[index]));
  }

 protected:
  void check() override {
    if constexpr (requires(Form& form) { D::clean(form); }) D::clean(*this);
  }
};

template <FieldClass field_class>
Field FieldOf<field_class>::field(std::string_view name) const {
  Field made;
  made.type = type;
  made.name = name;
  made.label = label;
  made.help_text = help_text;
  made.is_required = required;
  made.is_disabled = disabled;
  made.initial.value = initial;
  made.widget = widget;
  made.attributes = attributes;
  made.max_length = max_length;
  made.min_length = min_length;
  made.min_value = min_value;
  made.max_value = max_value;
  made.max_digits = max_digits;
  made.decimal_places = decimal_places;
  made.strip = strip;
  made.choices = choices;
  made.validators = validators;
  made.error_messages = error_messages;
  return made;
}

}  // namespace tt::web::forms
