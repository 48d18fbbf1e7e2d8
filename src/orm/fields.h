#pragma once

// The fields of models.  Each is a thin holder: it converts from and to the C++ type it holds, `*`
// and `->` reach it, `==` compares it.
//
//   field                       holds           column
//   AutoField                   std::int64_t    the id: 0 until the row is saved; never used twice
//   CharField<N, …>             std::string     text of at most N characters
//   TextField<…>                std::string     text
//   IntegerField<…>             std::int32_t    integer
//   BigIntegerField<…>          std::int64_t    integer
//   FloatField<…>               double          real, not NaN
//   BooleanField<…>             bool            boolean
//   DateTimeField<…>            tt::Time        microseconds since 1970, UTC
//   JSONField<…>                std::string     JSON text, not parsed here
//   BinaryField<…>              std::string     bytes
//   ForeignKey<Model, …>        std::int64_t    NAME_id: the id of a row of Model
//
// "…" are options in any order: null (holds std::optional, written as nullopt), unique, db_index,
// and for a ForeignKey, which always has an index, one of cascade, set_null, restrict (the default:
// a row that is referred to cannot be deleted).  A default is written as for any C++ member:
// `models::BooleanField<> is_private = true;`.

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/time.h"
#include "orm/value.h"

namespace tt::orm {
struct ModelInfo;
}

namespace tt::orm::models {

enum class Option : unsigned char { null, unique, db_index, cascade, set_null, restrict };
inline constexpr Option null = Option::null;
inline constexpr Option unique = Option::unique;
inline constexpr Option db_index = Option::db_index;
inline constexpr Option cascade = Option::cascade;
inline constexpr Option set_null = Option::set_null;
inline constexpr Option restrict = Option::restrict;

// What happens to a row when the one that its foreign key names is deleted.
enum class OnDelete : unsigned char { restrict, cascade, set_null };

struct FieldBase {
  bool operator==(const FieldBase&) const = default;
};

template <class F>
concept FieldType = std::derived_from<F, FieldBase>;

template <class T, Kind field_kind, Option... options>
class Field : public FieldBase {
 public:
  template <Option option>
  static constexpr bool has = ((options == option) || ...);
  static constexpr Kind kind = field_kind;
  static constexpr std::size_t max_length = 0;
  static constexpr OnDelete on_delete = has<Option::cascade>    ? OnDelete::cascade
                                        : has<Option::set_null> ? OnDelete::set_null
                                                                : OnDelete::restrict;
  using Plain = T;
  using Held = std::conditional_t<has<Option::null>, std::optional<T>, T>;
  static_assert(!has<Option::set_null> || has<Option::null>, "set_null needs null");

  Field() = default;
  template <class U>
    requires(std::convertible_to<U, Held> && !FieldType<std::remove_cvref_t<U>>)
  Field(U&& value) : held_(std::forward<U>(value)) {}

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
    requires(!FieldType<U> && requires(const Held& held, const U& u) { bool(held == u); })
  bool operator==(const U& other) const {
    return held_ == other;
  }

 private:
  Held held_{};
};

class AutoField : public Field<std::int64_t, Kind::id> {
 public:
  using Field::Field;
};

template <std::size_t length_max, Option... options>
class CharField : public Field<std::string, Kind::text, options...> {
 public:
  static_assert(length_max > 0);
  static constexpr std::size_t max_length = length_max;
  using Field<std::string, Kind::text, options...>::Field;
};

template <Option... options>
class TextField : public Field<std::string, Kind::text, options...> {
 public:
  using Field<std::string, Kind::text, options...>::Field;
};

template <Option... options>
class JSONField : public Field<std::string, Kind::text, options...> {
 public:
  using Field<std::string, Kind::text, options...>::Field;
};

template <Option... options>
class IntegerField : public Field<std::int32_t, Kind::integer, options...> {
 public:
  using Field<std::int32_t, Kind::integer, options...>::Field;
};

template <Option... options>
class BigIntegerField : public Field<std::int64_t, Kind::integer, options...> {
 public:
  using Field<std::int64_t, Kind::integer, options...>::Field;
};

template <Option... options>
class FloatField : public Field<double, Kind::real, options...> {
 public:
  using Field<double, Kind::real, options...>::Field;
};

template <Option... options>
class BooleanField : public Field<bool, Kind::boolean, options...> {
 public:
  using Field<bool, Kind::boolean, options...>::Field;
};

template <Option... options>
class DateTimeField : public Field<Time, Kind::time, options...> {
 public:
  using Field<Time, Kind::time, options...>::Field;
};

template <Option... options>
class BinaryField : public Field<std::string, Kind::bytes, options...> {
 public:
  using Field<std::string, Kind::bytes, options...>::Field;
};

template <class Model, Option... options>
class ForeignKey : public Field<std::int64_t, Kind::foreign_key, options...> {
 public:
  using Target = Model;
  using Base = Field<std::int64_t, Kind::foreign_key, options...>;
  using Base::Base;
  // The row itself: its id is taken, so save it first.
  ForeignKey(const Model& row) : Base(*row.id) {}
};

}  // namespace tt::orm::models
