#pragma once

// Parameters: names with values in the order they came, as in a query string or a form; a name may
// come more than once.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace tt::web {

class Parameters {
 public:
  Parameters() = default;
  explicit Parameters(std::vector<std::pair<std::string, std::string>> entries)
      : entries_(std::move(entries)) {}

  // The last value of that name, as in Django; nullptr if there is none.
  const std::string* find(std::string_view name) const;
  std::string get(std::string_view name, std::string_view otherwise = {}) const;
  std::vector<std::string> get_all(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  bool empty() const { return entries_.empty(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

  void add(std::string name, std::string value);
  // Replaces all values of that name.
  void set(std::string_view name, std::string value);
  void erase(std::string_view name);
  // "page=2&q=a+b"
  std::string urlencode() const;

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
};

// application/x-www-form-urlencoded, '+' is a space, broken %-escapes stay as they are; bytes that
// are not UTF-8 become U+FFFD.  Throws too_large for more than `fields_max` fields.
Parameters parse_urlencoded(std::string_view text, std::size_t fields_max);

}  // namespace tt::web
