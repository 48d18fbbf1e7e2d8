#pragma once

// Attributes: what a client has sent, after a serializer has accepted it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orm/value.h"
#include "web/rest/field.h"

namespace tt::web::rest {

struct Attribute {
  std::string name;                        // of the field of the model, or of the serializer
  const orm::FieldInfo* column = nullptr;  // absent for fields that the model does not have
  orm::Value value;
  std::vector<std::int64_t> ids;  // of a field that holds many
};

class Attributes {
 public:
  // nullptr if there is none.
  const Attribute* find(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  // Null if there is none.
  const orm::Value& get(std::string_view name) const;
  // Empty, 0 and false if there is none or it is Null.
  std::string text(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double real(std::string_view name) const;
  bool boolean(std::string_view name) const;

  // Replaces or adds; the name is a field of the model that will be saved, or any other.
  void set(std::string_view name, orm::Value value);
  void add(Attribute attribute) { all_.push_back(std::move(attribute)); }
  void erase(std::string_view name);
  const std::vector<Attribute>& all() const { return all_; }

 private:
  std::vector<Attribute> all_;
};

}  // namespace tt::web::rest
