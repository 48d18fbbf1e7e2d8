#pragma once

// How a ModelInfo is made from a struct: thin templates that read the types, and plain code for
// all that follows from them.

#include <algorithm>
#include <functional>
#include <memory>

#include "orm/model.h"

namespace tt::orm::detail {

// Index of the field of that name ("-name" too); the number of fields if there is none.
template <class M>
consteval std::size_t field_index(std::string_view name) {
  if (name.starts_with('-')) name.remove_prefix(1);
  std::size_t index = 0;
  for (std::string_view candidate : member_names<M>) {
    if (candidate == name) return index;
    ++index;
  }
  return index;
}

template <class M>
consteval bool meta_names_exist() {
  if constexpr (requires { M::meta; }) {
    auto exists = [](std::string_view name) {
      return name.empty() || field_index<M>(name) < member_count<M>();
    };
    for (std::string_view name : M::meta.ordering) {
      if (!exists(name)) return false;
    }
    for (const auto& group : M::meta.unique_together) {
      for (std::string_view name : group) {
        if (!exists(name)) return false;
      }
    }
    for (const auto& group : M::meta.indexes) {
      for (std::string_view name : group) {
        if (!exists(name)) return false;
      }
    }
  }
  return true;
}

// Between the C++ types that fields hold and Value.
Value to_value(bool held);
Value to_value(std::int32_t held);
Value to_value(std::int64_t held);
Value to_value(double held);
Value to_value(Time held);
Value to_value(Date held);
Value to_value(Decimal held);
Value to_value(const Uuid& held);
Value to_value(const std::string& held, Kind kind);
void from_value(bool& held, Value&& value);
void from_value(std::int32_t& held, Value&& value);
void from_value(std::int64_t& held, Value&& value);
void from_value(double& held, Value&& value);
void from_value(Time& held, Value&& value);
void from_value(Date& held, Value&& value);
void from_value(Decimal& held, Value&& value);
void from_value(Uuid& held, Value&& value);
void from_value(std::string& held, Value&& value);

template <class F>
Value read_field(const void* address) {
  const auto& held = **static_cast<const F*>(address);
  auto plain = [](const typename F::Plain& value) {
    if constexpr (std::is_same_v<typename F::Plain, std::string>) {
      return to_value(value, F::kind);
    } else {
      return to_value(value);
    }
  };
  if constexpr (F::template has<models::null>) {
    return held ? plain(*held) : Value(Null{});
  } else {
    return plain(held);
  }
}

template <class F>
void write_field(void* address, Value&& value) {
  auto& held = **static_cast<F*>(address);
  if constexpr (F::template has<models::null>) {
    if (std::holds_alternative<Null>(value)) {
      held.reset();
    } else {
      from_value(held.emplace(), std::move(value));
    }
  } else {
    from_value(held, std::move(value));
  }
}

template <class F>
void describe_column(FieldInfo& info, const F& field) {
  info.max_length = F::max_length;
  info.is_null = F::template has<models::null>;
  info.is_unique = F::template has<models::unique> || F::type == FieldType::one_to_one_field;
  info.has_index = F::template has<models::db_index> || F::kind == Kind::foreign_key;
  info.on_delete = F::on_delete;
  if constexpr (F::kind == Kind::decimal) {
    info.max_digits = F::max_digits;
    info.decimal_places = F::decimal_places;
  }
  info.initial = read_field<F>(&field);
  info.read = &read_field<F>;
  info.write = &write_field<F>;
}

// Where a model is in memory: the fields of `model` begin at `address`.
struct Described {
  ModelInfo& model;
  const void* address = nullptr;
  const std::vector<const void*>& given;
};

template <class F>
void describe_field(const Described& described, std::string_view name, const F& field) {
  FieldInfo info;
  info.model = &described.model;
  info.name = name;
  info.type = F::type;
  info.kind = F::kind;
  info.offset = static_cast<std::size_t>(reinterpret_cast<const char*>(&field) -
                                         static_cast<const char*>(described.address));
  info.has_default = std::ranges::count(described.given, static_cast<const void*>(&field)) > 0;
  F::apply_options(info);
  if constexpr (F::kind == Kind::virtual_many) {
    info.target = &model_info<typename F::Target>;
    info.attach = [](void* at, const FieldInfo& of, std::int64_t id) {
      static_cast<F*>(at)->attach(of, id);
    };
  } else {
    info.column = name;
    describe_column(info, field);
  }
  if constexpr (F::kind == Kind::foreign_key) {
    using Target = F::Target;
    info.column += "_id";
    info.target = &model_info<Target>;
    info.keep_related = [](void* at, const std::function<void(void*)>& fill) {
      auto row = std::make_shared<Target>();
      fill(row.get());
      static_cast<F*>(at)->keep_row(std::move(row));
    };
  }
  described.model.fields.push_back(std::move(info));
}

// Between a struct and cells in the order of its fields.
void read_cells(const ModelInfo& info, const void* model, std::vector<Value>& cells);
void write_cells(const ModelInfo& info, void* model, std::span<const Value> cells);

template <class M>
std::vector<Value> default_cells() {
  const M model{};
  std::vector<Value> cells;
  read_cells(model_info<M>(), &model, cells);
  return cells;
}

template <class M>
M from_cells(std::span<const Value> cells) {
  M model{};
  write_cells(model_info<M>(), &model, cells);
  return model;
}

std::string text_without_str(const ModelInfo& info, std::span<const Value> cells);

template <class M>
std::string text_of(std::span<const Value> cells) {
  if constexpr (requires(const M& model) { std::string(model.str()); }) {
    return std::string(from_cells<M>(cells).str());
  } else {
    return text_without_str(model_info<M>(), cells);
  }
}

template <class M>
void clean_cells(std::span<const Value> cells) {
  from_cells<M>(cells).clean();
}

// What follows from the fields: name, table, indexes.
void finish(ModelInfo& info, std::string_view type_name, const models::Meta& meta);

// The table between the two models of a many-to-many field.
struct Through {
  const ModelInfo& (*from)() = nullptr;
  const ModelInfo& (*to)() = nullptr;
  std::string_view target_type;
};
void describe_through(ModelInfo& through, FieldInfo& field, const Through& between);

template <class M, std::size_t index>
void add_through(ModelInfo& info) {
  using F = MemberType<M, index>;
  if constexpr (F::kind == Kind::virtual_many) {
    static ModelInfo through;
    through.text_of = [](std::span<const Value> cells) { return text_without_str(through, cells); };
    describe_through(
        through, info.fields[index],
        {&model_info<M>, &model_info<typename F::Target>, type_name<typename F::Target>()});
  }
}

template <class M, std::size_t... index>
void describe(ModelInfo& info, std::index_sequence<index...>) {
  static_assert(member_names<M>[0] == "id" && MemberType<M, 0>::kind == Kind::id,
                "the first member of a model must be `models::AutoField id;`");
  static_assert(meta_names_exist<M>(), "meta: the model has no such field");
  std::vector<const void*> given;
  given_fields = &given;
  const M model{};
  given_fields = nullptr;
  auto members = tie_members(model);
  info.fields.reserve(sizeof...(index));
  Described described{info, &model, given};
  (describe_field(described, member_names<M>[index], std::get<index>(members)), ...);
  info.defaults = &default_cells<M>;
  info.text_of = &text_of<M>;
  if constexpr (requires(const M& row) { row.clean(); }) info.clean = &clean_cells<M>;
  if constexpr (requires { M::meta; }) {
    finish(info, type_name<M>(), M::meta);
  } else {
    finish(info, type_name<M>(), models::Meta{});
  }
  (add_through<M, index>(info), ...);
  make_known(info);
}

}  // namespace tt::orm::detail

namespace tt::orm {

template <class M>
const ModelInfo& model_info() {
  struct Made {
    ModelInfo info;
    Made() { detail::describe<M>(info, std::make_index_sequence<detail::member_count<M>()>()); }
  };
  static const Made made;
  return made.info;
}

}  // namespace tt::orm
