#include "wire/mime.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace tt::wire {
namespace {

// Weights in thousandths: "qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )"
//                                                                [RFC 9110 section 12.4.2]
int weight_of(const HeaderElement& element) {
  constexpr int full = 1000;
  const auto* parameter = element.find("q");
  if (!parameter || !parameter->value) return full;
  std::string_view text = *parameter->value;
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return full;
  int weight = (text[0] - '0') * full;
  int place = full / 10;
  for (std::size_t i = 2; i < text.size() && place > 0; ++i, place /= 10) {
    if (text[i] < '0' || text[i] > '9') break;
    weight += (text[i] - '0') * place;
  }
  return std::min(weight, full);
}

// How closely a media range names `type`: 0 not at all, 1 "*/*", 2 "text/*", 3 "text/html".
int closeness(std::string_view range, std::string_view type) {
  if (equal_ignoring_case(range, type)) return 3;
  if (range == "*/*" || range == "*") return 1;
  if (!range.ends_with("/*")) return 0;
  range.remove_suffix(1);
  return equal_ignoring_case(range, type.substr(0, range.size())) ? 2 : 0;
}

// "If more than one media range applies to a given type, the most specific reference has
// precedence."                                                   [RFC 9110 section 12.5.1]
int weight_for(const std::vector<HeaderElement>& ranges, std::string_view type) {
  int closest = 0;
  int weight = 0;
  for (const auto& range : ranges) {
    int close = closeness(range.name, type);
    if (close <= closest) continue;
    closest = close;
    weight = weight_of(range);
  }
  return weight;
}

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::string_view unknown_type = "application/octet-stream";
constexpr Pair file_types[] = {
    {"atom", "application/atom+xml"},
    {"avif", "image/avif"},
    {"bin", unknown_type},
    {"bmp", "image/bmp"},
    {"cbor", "application/cbor"},
    {"css", "text/css; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"gif", "image/gif"},
    {"gz", "application/gzip"},
    {"htm", "text/html; charset=utf-8"},
    {"html", "text/html; charset=utf-8"},
    {"ico", "image/vnd.microsoft.icon"},
    {"ics", "text/calendar; charset=utf-8"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"map", "application/json"},
    {"md", "text/markdown; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"msgpack", "application/msgpack"},
    {"ogg", "audio/ogg"},
    {"otf", "font/otf"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"svg", "image/svg+xml"},
    {"tar", "application/x-tar"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"ttf", "font/ttf"},
    {"txt", "text/plain; charset=utf-8"},
    {"wasm", "application/wasm"},
    {"wav", "audio/wav"},
    {"webm", "video/webm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xhtml", "application/xhtml+xml"},
    {"xml", "application/xml"},
    {"yaml", "application/yaml"},
    {"yml", "application/yaml"},
    {"zip", "application/zip"},
};
static_assert(std::ranges::is_sorted(file_types));

}  // namespace

std::string MediaType::charset() const {
  auto found = std::ranges::find(parameters, "charset", &HeaderParameter::name);
  if (found == parameters.end() || !found->value) return {};
  return to_lower(*found->value);
}

Result<MediaType> parse_media_type(std::string_view text) {
  auto elements = parse_header_list(text);
  if (!elements) return std::unexpected(std::move(elements.error()));
  if (elements->size() != 1) return problem("expected one media type");
  auto& element = elements->front();
  auto slash = element.name.find('/');
  auto type = std::string_view(element.name).substr(0, slash);
  auto subtype = std::string_view(element.name).substr(std::min(slash + 1, element.name.size()));
  if (slash == std::string::npos || !is_token(type) || !is_token(subtype)) {
    return problem("a media type looks like \"text/plain\"");
  }
  return MediaType{.type = to_lower(type),
                   .subtype = to_lower(subtype),
                   .parameters = std::move(element.parameters)};
}

std::optional<std::string_view> choose_media_type(std::string_view accept,
                                                  std::span<const std::string_view> offered) {
  if (offered.empty()) return std::nullopt;
  auto ranges = parse_header_list(accept);
  if (!ranges || ranges->empty()) return offered.front();
  std::optional<std::string_view> best;
  int best_weight = 0;
  for (auto type : offered) {
    int weight = weight_for(*ranges, type);
    if (weight <= best_weight) continue;
    best_weight = weight;
    best = type;
  }
  return best;
}

bool accepts_coding(std::string_view accept_encoding, std::string_view coding) {
  auto codings = parse_header_list(accept_encoding);
  return codings && weight_for(*codings, coding) > 0;
}

std::string_view media_type_of_file(std::string_view name) {
  name.remove_prefix(name.rfind('/') + 1);
  auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return unknown_type;
  auto extension = to_lower(name.substr(dot + 1));
  auto found = std::ranges::lower_bound(file_types, std::string_view(extension), {}, &Pair::first);
  bool is_known = found != std::end(file_types) && found->first == extension;
  return is_known ? found->second : unknown_type;
}

}  // namespace tt::wire
