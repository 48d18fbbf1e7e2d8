#pragma once

// Options of fields: template arguments in any order.
//
//   models::CharField<10, models::unique, models::verbose_name<"Station name">> name;
//   models::CharField<1, models::choices<models::choice<"i", "indoors">,
//                                        models::choice<"o", "outdoors">>> exposure = "o";
//   models::IntegerField<models::min_value<0>, models::max_value<100>> humidity;
//   models::CharField<8, models::validator<check_serial>> serial;
//
//   null                     may have no value (holds std::optional)
//   blank                    forms and serializers accept an empty text, or no value
//   unique, db_index         an index
//   not_editable             not shown in forms
//   auto_now, auto_now_add   times and dates: set by the orm at every save, or at the first one
//   cascade, set_null, restrict    of relations: when the row that is referred to is deleted;
//                            restrict (it cannot be) unless said otherwise
//   verbose_name<"…">, help_text<"…">, related_name<"…">
//   choices<choice<value, "label">…>
//   min_value<n>, max_value<n>, min_length<n>, validator<function>

#include <cstdint>
#include <string_view>
#include <type_traits>

#include "orm/detail/fixed_string.h"
#include "orm/field_info.h"

namespace tt::orm::models {

enum class Option : unsigned char {
  null,
  blank,
  unique,
  db_index,
  not_editable,
  auto_now,
  auto_now_add,
  cascade,
  set_null,
  restrict,
};
inline constexpr Option null = Option::null;
inline constexpr Option blank = Option::blank;
inline constexpr Option unique = Option::unique;
inline constexpr Option db_index = Option::db_index;
inline constexpr Option not_editable = Option::not_editable;
inline constexpr Option auto_now = Option::auto_now;
inline constexpr Option auto_now_add = Option::auto_now_add;
inline constexpr Option cascade = Option::cascade;
inline constexpr Option set_null = Option::set_null;
inline constexpr Option restrict = Option::restrict;

template <detail::FixedString text>
struct VerboseName {};
template <detail::FixedString text>
inline constexpr VerboseName<text> verbose_name{};

template <detail::FixedString text>
struct HelpText {};
template <detail::FixedString text>
inline constexpr HelpText<text> help_text{};

template <detail::FixedString text>
struct RelatedName {};
template <detail::FixedString text>
inline constexpr RelatedName<text> related_name{};

// A text or an integer as a template argument.
template <class T>
struct ChoiceValue {
  T value;
  template <class U>
  constexpr ChoiceValue(const U& given) : value(given) {}
};
template <std::size_t size>
ChoiceValue(const char (&)[size]) -> ChoiceValue<detail::FixedString<size>>;
template <class T>
  requires std::is_integral_v<T>
ChoiceValue(T) -> ChoiceValue<std::int64_t>;

template <ChoiceValue value, detail::FixedString label>
struct ChoiceOf {};
template <ChoiceValue value, detail::FixedString label>
inline constexpr ChoiceOf<value, label> choice{};
template <auto... all>
struct Choices {};
template <auto... all>
inline constexpr Choices<all...> choices{};

template <std::int64_t n>
struct MinValue {};
template <std::int64_t n>
inline constexpr MinValue<n> min_value{};
template <std::int64_t n>
struct MaxValue {};
template <std::int64_t n>
inline constexpr MaxValue<n> max_value{};
template <std::size_t n>
struct MinLength {};
template <std::size_t n>
inline constexpr MinLength<n> min_length{};

template <Validator function>
struct ValidatorOf {};
template <Validator function>
inline constexpr ValidatorOf<function> validator{};

}  // namespace tt::orm::models

namespace tt::orm::detail {

template <auto a, auto b>
consteval bool is_same_option() {
  if constexpr (std::is_same_v<decltype(a), decltype(b)>) {
    return a == b;
  } else {
    return false;
  }
}

// What each option says about its field.  restrict, cascade and set_null are read elsewhere.
void apply(models::Option option, FieldInfo& info);
template <FixedString text>
void apply(models::VerboseName<text>, FieldInfo& info) {
  info.verbose_name = text.view();
}
template <FixedString text>
void apply(models::HelpText<text>, FieldInfo& info) {
  info.help_text = text.view();
}
template <FixedString text>
void apply(models::RelatedName<text>, FieldInfo& info) {
  info.related_name = text.view();
}
template <models::ChoiceValue value, FixedString label>
void add_choice(models::ChoiceOf<value, label>, FieldInfo& info) {
  if constexpr (requires { value.value.view(); }) {
    info.choices.push_back({std::string(value.value.view()), std::string(label.view())});
  } else {
    info.choices.push_back({std::int64_t{value.value}, std::string(label.view())});
  }
}
template <auto... all>
void apply(models::Choices<all...>, FieldInfo& info) {
  (add_choice(all, info), ...);
}
template <std::int64_t n>
void apply(models::MinValue<n>, FieldInfo& info) {
  info.min_value = n;
}
template <std::int64_t n>
void apply(models::MaxValue<n>, FieldInfo& info) {
  info.max_value = n;
}
template <std::size_t n>
void apply(models::MinLength<n>, FieldInfo& info) {
  info.min_length = n;
}
template <Validator function>
void apply(models::ValidatorOf<function>, FieldInfo& info) {
  info.validators.push_back(function);
}

}  // namespace tt::orm::detail
