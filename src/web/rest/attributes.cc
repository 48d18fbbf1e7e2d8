#include "web/rest/attributes.h"

#include <algorithm>

namespace tt::web::rest {

const Attribute* Attributes::find(std::string_view name) const {
  auto found = std::ranges::find(all_, name, &Attribute::name);
  return found == all_.end() ? nullptr : &*found;
}

const orm::Value& Attributes::get(std::string_view name) const {
  static const orm::Value none;
  const Attribute* found = find(name);
  return found == nullptr ? none : found->value;
}

std::string Attributes::text(std::string_view name) const {
  const auto* text = std::get_if<std::string>(&get(name));
  return text == nullptr ? std::string() : *text;
}

std::int64_t Attributes::integer(std::string_view name) const {
  const auto* number = std::get_if<std::int64_t>(&get(name));
  return number == nullptr ? 0 : *number;
}

double Attributes::real(std::string_view name) const {
  const orm::Value& value = get(name);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* decimal = std::get_if<orm::Decimal>(&value)) return decimal->real();
  return static_cast<double>(integer(name));
}

bool Attributes::boolean(std::string_view name) const {
  const auto* truth = std::get_if<bool>(&get(name));
  return truth != nullptr && *truth;
}

void Attributes::set(std::string_view name, orm::Value value) {
  auto found = std::ranges::find(all_, name, &Attribute::name);
  if (found != all_.end()) {
    found->value = std::move(value);
  } else {
    all_.push_back({std::string(name), nullptr, std::move(value), {}});
  }
}

void Attributes::erase(std::string_view name) {
  std::erase_if(all_, [&](const Attribute& attribute) { return attribute.name == name; });
}

}  // namespace tt::web::rest
