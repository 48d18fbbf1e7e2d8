#pragma once

// How a language writes numbers: 1,234.5 is 1.234,5 in German.

#include <string>
#include <string_view>

namespace tt::web {

struct NumberFormat {
  std::string_view point = ".";
  std::string_view group = ",";    // between groups of three digits
  std::string_view byte = "byte";  // of filesizeformat
  std::string_view bytes = "bytes";
};

// Of "de" or "de-at"; the English one for a language that is not known.
NumberFormat number_format_of(std::string_view language_code);

// "-1234.5" as `format` writes it, without groups.
std::string localized(std::string number, const NumberFormat& format);
// The same with groups.
std::string localized_in_groups(std::string number, const NumberFormat& format);

}  // namespace tt::web
