#include "web/rest/field_relation.h"

#include <fmt/format.h>

#include "base/text.h"
#include "web/rest/python_text.h"
#include "wire/url.h"

namespace tt::web::rest {
namespace {

using Id = std::expected<std::int64_t, std::string>;

bool exists(const Field& field, std::int64_t id, const FieldReading& reading) {
  if (reading.session == nullptr || field.target == nullptr) return false;
  return orm::Records(*reading.session, *field.target).find(id).has_value();
}

Id read_key(const Field& field, const Input& input, const FieldReading& reading) {
  std::optional<std::string> digits;
  if (input.is(InputKind::text) || input.is(InputKind::integer)) {
    digits = integer_digits(input.text());
  }
  if (input.is(InputKind::real)) {
    std::string_view whole = input.text();
    digits = integer_digits(whole.substr(0, whole.find('.')));
  }
  if (!digits) {
    return std::unexpected(
        fmt::format("Incorrect type. Expected pk value, received {}.", input.type_name()));
  }
  auto id = parse_number<std::int64_t>(*digits);
  if (id && exists(field, *id, reading)) return *id;
  return std::unexpected(fmt::format("Invalid pk \"{}\" - object does not exist.", input.text()));
}

// "/station/1/" of "http://host/station/1/?x=1".
std::string path_of(std::string_view url) {
  if (url.starts_with("http:") || url.starts_with("https:")) {
    url.remove_prefix(url.find(':') + 1);
    if (url.starts_with("//")) {
      url.remove_prefix(2);
      std::size_t slash = url.find_first_of("/?#");
      url = slash == std::string_view::npos ? "" : url.substr(slash);
    }
    url = url.substr(0, url.find_first_of("?#"));
  }
  auto decoded = wire::percent_decode(url);
  return decoded ? *decoded : std::string(url);
}

Id read_url(const Field& field, const Input& input, const FieldReading& reading) {
  if (!input.is(InputKind::text)) {
    return std::unexpected(
        fmt::format("Incorrect type. Expected URL string, received {}.", input.type_name()));
  }
  if (reading.urls == nullptr) return std::unexpected("Invalid hyperlink - No URL match.");
  std::string path = path_of(input.text());
  auto found = path.starts_with('/') ? reading.urls->resolve(path) : std::nullopt;
  if (!found) return std::unexpected("Invalid hyperlink - No URL match.");
  if (found->match.view_name != field.view_name) {
    return std::unexpected("Invalid hyperlink - Incorrect URL match.");
  }
  std::optional<std::int64_t> id;
  for (const auto& [name, text] : found->match.named) {
    if (name == "format") continue;
    auto digits = integer_digits(text);
    id = digits ? parse_number<std::int64_t>(*digits) : std::nullopt;
    break;
  }
  if (id && exists(field, *id, reading)) return *id;
  return std::unexpected("Invalid hyperlink - Object does not exist.");
}

}  // namespace

Id read_relation(const Field& field, const Input& input, const FieldReading& reading) {
  return field.type == FieldClass::hyperlink ? read_url(field, input, reading)
                                             : read_key(field, input, reading);
}

}  // namespace tt::web::rest
