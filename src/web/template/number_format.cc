#include "web/template/number_format.h"

#include <algorithm>
#include <array>

namespace tt::web {
namespace {

struct Language {
  std::string_view code;
  NumberFormat format;
};

constexpr std::string_view no_break_space = "\u00A0";

constexpr std::array<Language, 14> languages = {{
    {"cs", {",", no_break_space}},
    {"da", {",", "."}},
    {"de", {",", ".", "Byte", "Bytes"}},
    {"es", {",", "."}},
    {"fi", {",", no_break_space}},
    {"fr", {",", no_break_space}},
    {"it", {",", "."}},
    {"nb", {",", no_break_space}},
    {"nl", {",", "."}},
    {"pl", {",", no_break_space}},
    {"pt", {",", "."}},
    {"ru", {",", no_break_space}},
    {"sv", {",", no_break_space}},
    {"tr", {",", "."}},
}};

}  // namespace

NumberFormat number_format_of(std::string_view language_code) {
  auto language = language_code.substr(0, language_code.find_first_of("-_"));
  auto found = std::ranges::find(languages, language, &Language::code);
  return found == languages.end() ? NumberFormat() : found->format;
}

std::string localized(std::string number, const NumberFormat& format) {
  auto point = number.find('.');
  if (point != number.npos) number.replace(point, 1, format.point);
  return number;
}

std::string localized_in_groups(std::string number, const NumberFormat& format) {
  auto begin = number.starts_with('-') ? 1u : 0u;
  auto end = std::min(number.find('.'), number.size());
  number = localized(std::move(number), format);
  for (auto i = end; i > begin + 3; i -= 3) number.insert(i - 3, format.group);
  return number;
}

}  // namespace tt::web
