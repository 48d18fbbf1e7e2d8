#include "web/auth/password_validation.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/error.h"
#include "web/template/text.h"

namespace tt::web::auth {
namespace {

constexpr std::size_t length_min = 8;
constexpr double similarity_max = 0.7;

struct Case {
  std::string_view password;
  const PersonalData& person;
};

std::map<char32_t, std::size_t> letters_of(std::string_view text) {
  std::map<char32_t, std::size_t> letters;
  for (std::size_t at = 0; at < text.size();) ++letters[next_character(text, at)];
  return letters;
}

// Twice the letters that both have, by the letters of both: 1 for anagrams, 0 for strangers.
double similarity(std::string_view a, std::string_view b) {
  auto length = count_characters(a) + count_characters(b);
  auto in_b = letters_of(b);
  std::size_t shared = 0;
  for (auto [letter, count] : letters_of(a)) {
    auto found = in_b.find(letter);
    if (found != in_b.end()) shared += std::min(count, found->second);
  }
  return length == 0 ? 1 : 2.0 * static_cast<double>(shared) / static_cast<double>(length);
}

// A short name tells nothing about a password that is many times longer.
bool is_too_short_to_matter(std::string_view password, std::string_view part) {
  auto length = static_cast<double>(count_characters(password));
  auto part_length = static_cast<double>(count_characters(part));
  return length >= 10 * part_length && part_length < similarity_max / 2 * length;
}

bool resembles(std::string_view password, std::string_view value) {
  static const RE2 word("([\\pL\\pN_]+)");
  auto lowered = lower(value);
  auto lowered_password = lower(password);
  std::vector<std::string> parts = {lowered};
  re2::StringPiece rest(lowered);
  std::string part;
  while (RE2::FindAndConsume(&rest, word, &part)) parts.push_back(part);
  return std::ranges::any_of(parts, [&](const std::string& each) {
    return !is_too_short_to_matter(password, each) &&
           similarity(lowered_password, each) >= similarity_max;
  });
}

std::optional<std::string> similarity_problem(const Case& given) {
  const auto& person = given.person;
  const std::array<std::pair<std::string_view, std::string_view>, 4> values = {
      {{"username", person.username},
       {"first name", person.first_name},
       {"last name", person.last_name},
       {"email address", person.email}}};
  for (auto [name, value] : values) {
    if (value.empty() || !resembles(given.password, value)) continue;
    return fmt::format("The password is too similar to the {}.", name);
  }
  return std::nullopt;
}

std::optional<std::string> length_problem(const Case& given) {
  if (count_characters(given.password) >= length_min) return std::nullopt;
  return fmt::format("This password is too short. It must contain at least {} characters.",
                     length_min);
}

std::optional<std::string> common_problem(const Case& given) {
  if (!is_common_password(trim(given.password))) return std::nullopt;
  return "This password is too common.";
}

std::optional<std::string> numeric_problem(const Case& given) {
  static const RE2 digits("\\p{Nd}+");
  if (!RE2::FullMatch(re2::StringPiece(given.password.data(), given.password.size()), digits)) {
    return std::nullopt;
  }
  return "This password is entirely numeric.";
}

struct PasswordRule {
  std::string_view name;
  std::optional<std::string> (*problem)(const Case& given);
  std::string_view advice;
};

constexpr PasswordRule rules[] = {
    {"UserAttributeSimilarityValidator", similarity_problem,
     "Your password can’t be too similar to your other personal information."},
    {"MinimumLengthValidator", length_problem, "Your password must contain at least 8 characters."},
    {"CommonPasswordValidator", common_problem, "Your password can’t be a commonly used password."},
    {"NumericPasswordValidator", numeric_problem, "Your password can’t be entirely numeric."},
};

const PasswordRule& rule_named(std::string_view name) {
  auto dot = name.rfind('.');
  if (dot != name.npos) name.remove_prefix(dot + 1);
  auto found = std::ranges::find(rules, name, &PasswordRule::name);
  if (found != std::end(rules)) return *found;
  throw Error(Code::invalid, fmt::format("AUTH_PASSWORD_VALIDATORS: there is no '{}'", name));
}

}  // namespace

std::vector<std::string> password_problems(std::string_view password, const PersonalData& person,
                                           std::span<const std::string> validators) {
  std::vector<std::string> problems;
  for (const auto& name : validators) {
    auto problem = rule_named(name).problem({password, person});
    if (problem) problems.push_back(*std::move(problem));
  }
  return problems;
}

std::vector<std::string> password_advice(std::span<const std::string> validators) {
  std::vector<std::string> advice;
  for (const auto& name : validators) advice.emplace_back(rule_named(name).advice);
  return advice;
}

}  // namespace tt::web::auth
