#include "gateway/xively/format.h"

#include "wire/header_value.h"

namespace tt::gateway::xively {
namespace {

constexpr std::pair<std::string_view, Format> suffixes[] = {
    {".json", Format::json}, {".csv", Format::csv}, {".xml", Format::xml}, {".png", Format::png}};

constexpr std::pair<std::string_view, Format> media_types[] = {
    {"application/json", Format::json}, {"text/json", Format::json},      {"text/csv", Format::csv},
    {"application/csv", Format::csv},   {"application/xml", Format::xml}, {"text/xml", Format::xml},
    {"image/png", Format::png}};

}  // namespace

std::string_view content_type_of(Format format) {
  switch (format) {
    case Format::json: return "application/json; charset=utf-8";
    case Format::csv: return "text/csv; charset=utf-8";
    case Format::xml: return "application/xml; charset=utf-8";
    case Format::png: return "image/png";
  }
  return "application/octet-stream";
}

Format error_format(Format wanted) { return wanted == Format::png ? Format::json : wanted; }

std::optional<Format> take_suffix(std::string_view& text) {
  for (auto [suffix, format] : suffixes) {
    if (text.size() > suffix.size() && text.ends_with(suffix)) {
      text.remove_suffix(suffix.size());
      return format;
    }
  }
  return std::nullopt;
}

std::optional<Format> format_of_media_type(std::string_view media_type) {
  auto bare = wire::trim(media_type.substr(0, media_type.find(';')));
  for (auto [name, format] : media_types) {
    if (wire::equal_ignoring_case(bare, name)) return format;
  }
  return std::nullopt;
}

std::optional<Format> format_of_accept(std::string_view accept) {
  while (!accept.empty()) {
    auto comma = accept.find(',');
    if (auto format = format_of_media_type(accept.substr(0, comma))) return format;
    accept = comma == accept.npos ? std::string_view{} : accept.substr(comma + 1);
  }
  return std::nullopt;
}

}  // namespace tt::gateway::xively
