#pragma once

// The fields of models.  Each is a thin holder: it converts from and to the C++ type it holds, `*`
// and `->` reach it, `==` compares it.
//
//   field                       holds           column
//   AutoField                   std::int64_t    the id: 0 until the row is saved; never used twice
//   CharField<N, …>             std::string     text of at most N characters
//   TextField<…>                std::string     text
//   EmailField<…>               std::string     text of at most 254 characters: an address
//   URLField<…>                 std::string     text of at most 200 characters: a URL
//   SlugField<…>                std::string     text of at most 50 characters: letters, digits, - _
//   IntegerField<…>             std::int32_t    integer
//   PositiveIntegerField<…>     std::int32_t    integer, not negative
//   BigIntegerField<…>          std::int64_t    integer
//   FloatField<…>               double          real, not NaN
//   DecimalField<D, P, …>       Decimal         exact: D digits (18 at most), P after the point
//   BooleanField<…>             bool            boolean
//   DateTimeField<…>            tt::Time        microseconds since 1970, UTC
//   DateField<…>                tt::Date        a day
//   UUIDField<…>                tt::Uuid        128 bits
//   JSONField<…>                std::string     JSON text
//   BinaryField<…>              std::string     bytes
//   ForeignKey<Model, …>        std::int64_t    NAME_id: the id of a row of Model
//   OneToOneField<Model, …>     std::int64_t    the same, unique
//   ManyToManyField<Model, …>   –               no column: a table between the two models
//
// The last three are in relations.h.  "…" are options (options.h).  A default is written as for any
// C++ member: `models::BooleanField<> is_private = true;`.

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "orm/field_info.h"
#include "orm/options.h"

namespace tt::orm {
namespace detail {
// While a model is described: the fields that got a value by an initialiser of the struct.
inline constinit thread_local std::vector<const void*>* given_fields = nullptr;
}  // namespace detail
}  // namespace tt::orm

namespace tt::orm::models {

struct FieldBase {
  bool operator==(const FieldBase&) const = default;
};

template <class F>
concept IsField = std::derived_from<F, FieldBase>;

template <class T, Kind field_kind, auto... options>
class Field : public FieldBase {
 public:
  template <Option option>
  static constexpr bool has = (detail::is_same_option<option, options>() || ...);
  static constexpr Kind kind = field_kind;
  static constexpr std::size_t max_length = 0;
  static constexpr OnDelete on_delete = has<Option::cascade>    ? OnDelete::cascade
                                        : has<Option::set_null> ? OnDelete::set_null
                                                                : OnDelete::restrict;
  using Plain = T;
  using Held = std::conditional_t<has<Option::null>, std::optional<T>, T>;
  static_assert(!has<Option::set_null> || has<Option::null>, "set_null needs null");
  static_assert((!has<Option::auto_now> && !has<Option::auto_now_add>) || kind == Kind::time ||
                    kind == Kind::date,
                "auto_now is for times and dates");

  static void apply_options(FieldInfo& info) { (detail::apply(options, info), ...); }

  Field() = default;
  template <class U>
    requires(std::convertible_to<U, Held> && !IsField<std::remove_cvref_t<U>>)
  Field(U&& value) : held_(std::forward<U>(value)) {
    if (detail::given_fields) detail::given_fields->push_back(this);
  }

  operator const Held&() const { return held_; }
  operator std::string_view() const
    requires std::same_as<Held, std::string>
  {
    return held_;
  }
  const Held& operator*() const { return held_; }
  Held& operator*() { return held_; }
  const Held* operator->() const { return &held_; }
  Held* operator->() { return &held_; }

  bool operator==(const Field&) const = default;
  template <class U>
    requires(!IsField<U> && requires(const Held& held, const U& u) { bool(held == u); })
  bool operator==(const U& other) const {
    return held_ == other;
  }

 private:
  Held held_{};
};

class AutoField : public Field<std::int64_t, Kind::id> {
 public:
  static constexpr FieldType type = FieldType::auto_field;
  using Field::Field;
};

template <std::size_t length_max, auto... options>
class CharField : public Field<std::string, Kind::text, options...> {
 public:
  static_assert(length_max > 0);
  static constexpr FieldType type = FieldType::char_field;
  static constexpr std::size_t max_length = length_max;
  using Field<std::string, Kind::text, options...>::Field;
};

template <auto... options>
class TextField : public Field<std::string, Kind::text, options...> {
 public:
  static constexpr FieldType type = FieldType::text_field;
  using Field<std::string, Kind::text, options...>::Field;
};

template <auto... options>
class EmailField : public Field<std::string, Kind::text, options...> {
 public:
  static constexpr FieldType type = FieldType::email_field;
  static constexpr std::size_t max_length = 254;
  using Field<std::string, Kind::text, options...>::Field;
};

template <auto... options>
class URLField : public Field<std::string, Kind::text, options...> {
 public:
  static constexpr FieldType type = FieldType::url_field;
  static constexpr std::size_t max_length = 200;
  using Field<std::string, Kind::text, options...>::Field;
};

template <auto... options>
class SlugField : public Field<std::string, Kind::text, options...> {
 public:
  static constexpr FieldType type = FieldType::slug_field;
  static constexpr std::size_t max_length = 50;
  using Field<std::string, Kind::text, options...>::Field;
};

template <auto... options>
class JSONField : public Field<std::string, Kind::json, options...> {
 public:
  static constexpr FieldType type = FieldType::json_field;
  using Field<std::string, Kind::json, options...>::Field;
};

template <auto... options>
class IntegerField : public Field<std::int32_t, Kind::integer, options...> {
 public:
  static constexpr FieldType type = FieldType::integer_field;
  using Field<std::int32_t, Kind::integer, options...>::Field;
};

template <auto... options>
class PositiveIntegerField : public Field<std::int32_t, Kind::integer, options...> {
 public:
  static constexpr FieldType type = FieldType::positive_integer_field;
  using Field<std::int32_t, Kind::integer, options...>::Field;
};

template <auto... options>
class BigIntegerField : public Field<std::int64_t, Kind::integer, options...> {
 public:
  static constexpr FieldType type = FieldType::big_integer_field;
  using Field<std::int64_t, Kind::integer, options...>::Field;
};

template <auto... options>
class FloatField : public Field<double, Kind::real, options...> {
 public:
  static constexpr FieldType type = FieldType::float_field;
  using Field<double, Kind::real, options...>::Field;
};

template <int digits_max, int places, auto... options>
class DecimalField : public Field<Decimal, Kind::decimal, options...> {
 public:
  static_assert(digits_max > 0 && digits_max <= decimal_digits_max, "at most 18 digits");
  static_assert(places >= 0 && places <= digits_max);
  static constexpr FieldType type = FieldType::decimal_field;
  static constexpr int max_digits = digits_max;
  static constexpr int decimal_places = places;
  using Field<Decimal, Kind::decimal, options...>::Field;
};

template <auto... options>
class BooleanField : public Field<bool, Kind::boolean, options...> {
 public:
  static constexpr FieldType type = FieldType::boolean_field;
  using Field<bool, Kind::boolean, options...>::Field;
};

template <auto... options>
class DateTimeField : public Field<Time, Kind::time, options...> {
 public:
  static constexpr FieldType type = FieldType::date_time_field;
  using Field<Time, Kind::time, options...>::Field;
};

template <auto... options>
class DateField : public Field<Date, Kind::date, options...> {
 public:
  static constexpr FieldType type = FieldType::date_field;
  using Field<Date, Kind::date, options...>::Field;
};

template <auto... options>
class UUIDField : public Field<Uuid, Kind::uuid, options...> {
 public:
  static constexpr FieldType type = FieldType::uuid_field;
  using Field<Uuid, Kind::uuid, options...>::Field;
};

template <auto... options>
class BinaryField : public Field<std::string, Kind::bytes, options...> {
 public:
  static constexpr FieldType type = FieldType::binary_field;
  using Field<std::string, Kind::bytes, options...>::Field;
};

}  // namespace tt::orm::models
