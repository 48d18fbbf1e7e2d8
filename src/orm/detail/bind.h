#pragma once

// From a C++ value to a Value that fits a field; what does not fit is found when compiling.

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "orm/model.h"

namespace tt::orm::detail {

// The plain C++ value within a field or the value itself.
template <class V>
const auto& unwrap(const V& value) {
  if constexpr (models::IsField<V>) {
    return *value;
  } else {
    return value;
  }
}

template <class V>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

// Whether a C++ value of type V can be compared with, or stored in, the field F.
template <class F, class V>
consteval bool fits() {
  using T = F::Plain;
  if constexpr (std::is_same_v<T, std::string>) {
    return std::is_convertible_v<const V&, std::string_view>;
  } else if constexpr (std::is_same_v<T, bool> || std::is_same_v<V, bool>) {
    return std::is_same_v<T, V>;
  } else if constexpr (std::is_same_v<T, double>) {
    return std::is_arithmetic_v<V>;
  } else if constexpr (std::is_same_v<T, Decimal>) {
    return std::is_integral_v<V> || std::is_same_v<V, Decimal>;
  } else if constexpr (std::is_integral_v<T>) {
    return std::is_integral_v<V>;
  } else {
    return std::is_convertible_v<const V&, T>;
  }
}

template <class F, class V>
Value bind_plain(const V& value) {
  static_assert(fits<F, V>(), "the value's type does not fit the field's type");
  using T = F::Plain;
  if constexpr (F::kind == Kind::bytes) {
    return Bytes{std::string(std::string_view(value))};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return std::string(std::string_view(value));
  } else if constexpr (std::is_same_v<T, Decimal> && std::is_integral_v<V>) {
    return Decimal{static_cast<std::int64_t>(value), 0};
  } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    return static_cast<std::int64_t>(value);
  } else {
    return T(value);
  }
}

template <class F, class V>
Value bind(const V& given) {
  const auto& value = unwrap(given);
  using Given = std::remove_cvref_t<decltype(value)>;
  if constexpr (std::is_same_v<Given, std::nullopt_t>) {
    return Null{};
  } else if constexpr (is_optional<Given>) {
    return value ? bind<F>(*value) : Value(Null{});
  } else if constexpr (F::kind == Kind::foreign_key && requires { value.id; }) {
    static_assert(std::is_base_of_v<typename F::Target, Given>,
                  "the value's type does not fit the field's type");
    return Value(*value.id);
  } else {
    return bind_plain<F>(value);
  }
}

// For raw SQL: what the value's own type says.
template <class V>
Value any_value(const V& given) {
  const auto& value = unwrap(given);
  using Given = std::remove_cvref_t<decltype(value)>;
  if constexpr (std::is_same_v<Given, Value>) {
    return value;
  } else if constexpr (std::is_convertible_v<const Given&, std::string_view>) {
    return std::string(std::string_view(value));
  } else if constexpr (std::is_integral_v<Given> && !std::is_same_v<Given, bool>) {
    return static_cast<std::int64_t>(value);
  } else {
    return Value(value);
  }
}

}  // namespace tt::orm::detail
