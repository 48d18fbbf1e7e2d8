#include "twin/merge_patch.h"

#include <boost/json.hpp>

#include <algorithm>

namespace tt::twin {
namespace {

namespace json = boost::json;

bool are_equal(const json::value& a, const json::value& b);

bool are_equal(const json::array& a, const json::array& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return are_equal(x, y); });
}

bool are_equal(const json::object& a, const json::object& b) {
  if (a.size() != b.size()) return false;
  return std::ranges::all_of(a, [&](const auto& member) {
    const auto* other = b.if_contains(member.key());
    return other && are_equal(member.value(), *other);
  });
}

bool are_equal(const json::value& a, const json::value& b) {
  if (a.is_double() != b.is_double() && a.is_number() && b.is_number()) {
    return a.to_number<double>() == b.to_number<double>();
  }
  if (a.is_object() && b.is_object()) return are_equal(a.get_object(), b.get_object());
  if (a.is_array() && b.is_array()) return are_equal(a.get_array(), b.get_array());
  return a == b;
}

}  // namespace

json::value merge_patch(json::value target, const json::value& patch) {
  if (!patch.is_object()) return patch;
  // "if Target is not an Object: Target = {}  # Ignore the contents and set it to an empty Object"
  if (!target.is_object()) target = json::object();
  auto& members = target.get_object();
  for (const auto& [name, value] : patch.get_object()) {
    if (value.is_null()) {
      if (auto* place = members.find(name); place != members.end()) members.stable_erase(place);
      continue;
    }
    auto& member = members[name];
    member = merge_patch(std::move(member), value);
  }
  return target;
}

json::object delta(const json::object& desired, const json::object& reported) {
  json::object missing;
  for (const auto& [name, value] : desired) {
    const auto* has = reported.if_contains(name);
    if (!has) {
      missing.emplace(name, value);
    } else if (value.is_object() && has->is_object()) {
      auto inner = delta(value.get_object(), has->get_object());
      if (!inner.empty()) missing.emplace(name, std::move(inner));
    } else if (!are_equal(value, *has)) {
      missing.emplace(name, value);
    }
  }
  return missing;
}

}  // namespace tt::twin
