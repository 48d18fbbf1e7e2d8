#pragma once

// Value: what a template can see.  Null, a truth value, a number, a text (safe or not), a list, a
// map, a date or time, something computed when it is asked for, or an object of the application.
//
//   Map station{{"name", "Main St"}, {"readings", List{20, 21.5}}};
//   Value page(std::move(station));
//
// A Value is copied cheaply but for texts: lists and maps are shared and never change once they are
// inside a Value.  Texts are UTF-8.  The rules of truth, text and comparison are Python's, as the
// template language defines itself by them.

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"

namespace tt::web {

class Value;
class Map;
class Object;
using List = std::vector<Value>;

// How templates see a type of the application; specialised for models by web/core.  Its function
// `static Value value(const T&)` then makes a Value of a T wherever one is wanted.
template <class T>
struct ValueOf;
template <class T>
concept HasValueOf = requires(const T& object) { ValueOf<T>::value(object); };

using Computed = std::function<Value()>;

// A text and whether it may stand in HTML as it is.
struct Text {
  std::string text;
  bool safe = false;
};

// A number with the digits it was written with: "1.10" stays "1.10".
struct Decimal {
  std::string text;
};

using tt::Date;

// A time of day without a date; `offset` from UTC if it is known.
struct TimeOfDay {
  Microseconds since_midnight{};
  std::optional<std::chrono::minutes> offset;
  bool operator==(const TimeOfDay&) const = default;
};

enum class ValueKind : std::uint8_t {
  null,
  boolean,
  integer,
  real,
  decimal,
  text,
  list,
  map,
  time,
  date,
  time_of_day,
  computed,
  object,
};

class Value {
 public:
  Value() = default;  // null
  Value(std::nullptr_t) {}
  Value(bool value) : data_(value) {}
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Value(T value) : data_(static_cast<std::int64_t>(value)) {}
  Value(double value) : data_(value) {}
  Value(Decimal value) : data_(std::move(value)) {}
  Value(Text text) : data_(std::move(text)) {}
  Value(std::string text) : data_(Text{std::move(text)}) {}
  Value(std::string_view text) : data_(Text{std::string(text)}) {}
  Value(const char* text) : data_(Text{text}) {}
  Value(List list) : data_(std::make_shared<const List>(std::move(list))) {}
  Value(std::shared_ptr<const List> list) : data_(std::move(list)) {}
  Value(Map map);
  Value(Time time) : data_(time) {}
  Value(Date date) : data_(date) {}
  Value(TimeOfDay time) : data_(time) {}
  // Called each time a template asks for it.
  Value(Computed computed) : data_(std::make_shared<const Computed>(std::move(computed))) {}
  // Not null.
  Value(std::shared_ptr<const Object> object) : data_(std::move(object)) {}
  template <HasValueOf T>
  Value(const T& object) : Value(ValueOf<T>::value(object)) {}

  // A text that is HTML already.
  static Value safe(std::string html) { return Value(Text{std::move(html), true}); }

  ValueKind kind() const { return static_cast<ValueKind>(data_.index()); }
  bool is(ValueKind kind) const { return this->kind() == kind; }
  bool is_null() const { return is(ValueKind::null); }
  bool is_safe() const;

  // The content, for a Value of that kind; nullptr for the others.
  const bool* as_boolean() const { return std::get_if<bool>(&data_); }
  const std::int64_t* as_integer() const { return std::get_if<std::int64_t>(&data_); }
  const double* as_real() const { return std::get_if<double>(&data_); }
  const Decimal* as_decimal() const { return std::get_if<Decimal>(&data_); }
  const Text* as_text() const { return std::get_if<Text>(&data_); }
  const List* as_list() const;
  const Map* as_map() const;
  const Time* as_time() const { return std::get_if<Time>(&data_); }
  const Date* as_date() const { return std::get_if<Date>(&data_); }
  const TimeOfDay* as_time_of_day() const { return std::get_if<TimeOfDay>(&data_); }
  const Computed* as_computed() const;
  const Object* as_object() const;

  // False for null, false, 0, "" and empty lists and maps.
  bool truth() const;
  // As Python's str() writes it: "True", "None", "1.5", "['a', 1]".
  std::string text() const;
  // As Python's repr(): texts are quoted.
  std::string repr() const;
  // Of booleans, numbers and decimals; nullopt for the others, also for texts that look like one.
  std::optional<double> number() const;
  // Characters of a text, elements of a list, entries of a map; nullopt for what has no length.
  std::optional<std::size_t> size() const;
  // The elements to loop over: a list's, a map's keys, a text's characters; nullptr for what
  // cannot be looped over.
  std::shared_ptr<const List> elements() const;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, Decimal, Text,
               std::shared_ptr<const List>, std::shared_ptr<const Map>, Time, Date, TimeOfDay,
               std::shared_ptr<const Computed>, std::shared_ptr<const Object>>
      data_;
};

// Equal as in Python: 1 == 1.0 == True, a text equals a text whether safe or not.
bool operator==(const Value& left, const Value& right);
// Order of two numbers, texts, lists or times; nullopt for what cannot be compared.
std::optional<std::partial_ordering> compare(const Value& left, const Value& right);
// True if a list holds the element, a map the key, a text the part; nullopt if `container` is none.
std::optional<bool> contains(const Value& container, const Value& element);

// The text of a double as Python writes it: "1.0", "1e-05".
std::string real_text(double value);

// Keys and values in the order of insertion.  Finding takes constant time.
class Map {
 public:
  using Entry = std::pair<std::string, Value>;

  Map() = default;
  Map(std::initializer_list<Entry> entries);

  // Replaces the value of a key that is there.
  void set(std::string key, Value value);
  // nullptr if the key is absent.
  const Value* find(std::string_view key) const;
  bool contains(std::string_view key) const { return find(key) != nullptr; }
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> index_;  // of large maps
};

// The variables that a page is rendered with.
using Context = Map;

// Something of the application that templates may look into: a row of a table, a form.
class Object {
 public:
  virtual ~Object() = default;
  // What `object.name` is; nullopt if there is no such attribute.  Names that begin with an
  // underscore never arrive here.
  virtual std::optional<Value> find(std::string_view name) const = 0;
  // What `{{ object }}` prints; escaped by the template unless is_safe().
  virtual std::string text() const { return "object"; }
  virtual bool is_safe() const { return false; }
  virtual bool truth() const { return true; }
  // The elements if templates may loop over the object; nullptr if not.
  virtual std::shared_ptr<const List> elements() const { return nullptr; }
};

// What `value.name` means: the entry of a map, an attribute, then, if the name is a number, the
// element of a list.  nullptr if there is nothing.  The answer lives in `value` or, if it had to be
// made, in `scratch`.
const Value* look_up(const Value& value, std::string_view name, Value& scratch);

}  // namespace tt::web
