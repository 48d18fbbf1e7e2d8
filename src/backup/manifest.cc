#include "backup/manifest.h"

#include <algorithm>
#include <charconv>
#include <ranges>

#include "base/bytes.h"

namespace tt::backup {
namespace {

constexpr std::string_view head = "thingtank backup ";
constexpr std::size_t sum_digits = 64;
constexpr std::size_t path_bytes_max = 512;

// Takes a line off the front of `text`; nullopt if there is none that ends.
std::optional<std::string_view> take_line(std::string_view& text) {
  auto end = text.find('\n');
  if (end == text.npos) return std::nullopt;
  auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

// The line behind `name`; nullopt if it does not begin with that.
std::optional<std::string> take_member(std::string_view& text, std::string_view name) {
  auto line = take_line(text);
  if (!line || !line->starts_with(name)) return std::nullopt;
  return std::string(line->substr(name.size()));
}

bool take_format(std::string_view& text, int& format) {
  auto number = take_member(text, head);
  if (!number) return false;
  auto [end, failure] = std::from_chars(number->data(), number->data() + number->size(), format);
  return failure == std::errc() && end == number->data() + number->size() && format > 0;
}

bool is_sum(std::string_view text) {
  auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == sum_digits && std::ranges::all_of(text, is_digit);
}

// False if the line is none of a file.
bool take_file(std::string_view line, Manifest& manifest) {
  if (line.size() < sum_digits + 3 || line.substr(sum_digits, 2) != "  ") return false;
  auto sum = line.substr(0, sum_digits);
  auto path = line.substr(sum_digits + 2);
  if (!is_sum(sum) || !is_data_path(path)) return false;
  manifest.files.push_back({std::string(path), std::string(sum)});
  return true;
}

}  // namespace

std::string encode(const Manifest& manifest) {
  auto text = fmt::format("{}{}\nversion {}\ncreated {}\n\n", head, manifest.format,
                          manifest.version, manifest.created);
  for (const auto& file : manifest.files) text += fmt::format("{}  {}\n", file.sha256, file.path);
  return text;
}

Result<Manifest> decode_manifest(std::string_view text) {
  Manifest manifest;
  if (!take_format(text, manifest.format)) return problem("it does not begin as a manifest does");
  if (manifest.format > format_version) return manifest;
  auto version = take_member(text, "version ");
  auto created = take_member(text, "created ");
  auto empty = take_line(text);
  if (!version || !created || !empty || !empty->empty()) {
    return problem("its version or time is missing");
  }
  manifest.version = std::move(*version);
  manifest.created = std::move(*created);
  while (!text.empty()) {
    auto line = take_line(text);
    if (!line || !take_file(*line, manifest)) return problem("a line of it names no file");
  }
  return manifest;
}

bool is_data_path(std::string_view path) {
  if (path == "thingtank.db" || path == "credentials") return true;
  bool is_inside = path.starts_with("kv/") || path.starts_with("blobs/");
  if (!is_inside || path.size() > path_bytes_max) return false;
  auto is_name = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
  };
  auto name = path.substr(path.find('/') + 1);
  return !name.empty() && name != "." && name != ".." && std::ranges::all_of(name, is_name);
}

}  // namespace tt::backup
