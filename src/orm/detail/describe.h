#pragma once

// How a ModelInfo is made from a struct: thin templates that read the types, and plain code for
// all that follows from them.

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
Value to_value(const std::string& held, Kind kind);
void from_value(bool& held, Value&& value);
void from_value(std::int32_t& held, Value&& value);
void from_value(std::int64_t& held, Value&& value);
void from_value(double& held, Value&& value);
void from_value(Time& held, Value&& value);
void from_value(std::string& held, Value&& value);

template <class F>
Value read_field(const void* address) {
  const auto& held = *static_cast<const F*>(address)->operator->();
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
  auto& held = *static_cast<F*>(address)->operator->();
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
FieldInfo describe_field(std::string_view name, const F& field, const void* model) {
  FieldInfo info;
  info.name = name;
  info.column = name;
  info.kind = F::kind;
  info.max_length = F::max_length;
  info.is_null = F::template has<models::null>;
  info.is_unique = F::template has<models::unique>;
  info.has_index = F::template has<models::db_index> || F::kind == Kind::foreign_key;
  info.on_delete = F::on_delete;
  info.initial = read_field<F>(&field);
  info.offset = static_cast<std::size_t>(reinterpret_cast<const char*>(&field) -
                                         static_cast<const char*>(model));
  info.read = &read_field<F>;
  info.write = &write_field<F>;
  if constexpr (F::kind == Kind::foreign_key) {
    info.column += "_id";
    info.target = &model_info<typename F::Target>;
  }
  return info;
}

// Adds name, table and indexes to the fields.
void finish(ModelInfo& info, std::string_view type_name, const models::Meta& meta);

template <class M, std::size_t... index>
void describe(ModelInfo& info, std::index_sequence<index...>) {
  static_assert(member_names<M>[0] == "id" && MemberType<M, 0>::kind == Kind::id,
                "the first member of a model must be `models::AutoField id;`");
  static_assert(meta_names_exist<M>(), "meta: the model has no such field");
  const M model{};
  auto members = tie_members(model);
  info.fields.reserve(sizeof...(index));
  (info.fields.push_back(describe_field(member_names<M>[index], std::get<index>(members), &model)),
   ...);
  if constexpr (requires { M::meta; }) {
    finish(info, type_name<M>(), M::meta);
  } else {
    finish(info, type_name<M>(), models::Meta{});
  }
}

}  // namespace tt::orm::detail

namespace tt::orm {

template <class M>
const ModelInfo& model_info() {
  static const ModelInfo info = [] {
    ModelInfo made;
    detail::describe<M>(made, std::make_index_sequence<detail::member_count<M>()>());
    return made;
  }();
  return info;
}

}  // namespace tt::orm
