#include "web/core/static_files.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "web/core/application.h"
#include "web/core/http_date.h"
#include "web/template/text.h"
#include "wire/mime.h"

namespace tt::web {
namespace {

constexpr std::uintmax_t file_bytes_max = 256 * 1024 * 1024;

// "css/site.css"; refuses what could lead elsewhere: "..", "", ".", "\" and hidden files.
bool is_plain_path(std::string_view path) {
  if (path.empty() || path.find_first_of(std::string_view("\\\0", 2)) != path.npos) return false;
  while (true) {
    auto slash = path.find('/');
    auto segment = path.substr(0, slash);
    if (segment.empty() || segment.starts_with('.')) return false;
    if (slash == path.npos) return true;
    path.remove_prefix(slash + 1);
  }
}

// The regular file below the folder, also when links lead to it; nullopt if they lead outside.
std::optional<std::filesystem::path> file_in(const std::filesystem::path& folder,
                                             std::string_view path) {
  std::error_code error;
  auto root = std::filesystem::canonical(folder, error);
  if (error) return std::nullopt;
  auto file = std::filesystem::canonical(root / path, error);
  if (error || !std::filesystem::is_regular_file(file, error)) return std::nullopt;
  auto [end, rest] = std::ranges::mismatch(root, file);
  return end == root.end() ? std::optional(file) : std::nullopt;
}

HttpResponse file_response(const std::filesystem::path& file) {
  auto size = std::filesystem::file_size(file);
  if (size > file_bytes_max) throw Error(Code::unavailable, "the file is too large to be sent");
  auto written = std::chrono::file_clock::to_sys(std::filesystem::last_write_time(file));
  auto time = std::chrono::floor<Microseconds>(written);
  std::string content(static_cast<std::size_t>(size), '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(content.data(), static_cast<std::streamsize>(size));
  if (!stream) throw Error(Code::unavailable, fmt::format("cannot read {}", file.string()));
  HttpResponse response(std::move(content), 200,
                        std::string(wire::media_type_of_file(file.string())));
  response.set("ETag", fmt::format("\"{:x}-{:x}\"", to_us(time), size));
  response.set("Last-Modified", http_date(time));
  response.set("Cache-Control", "no-cache");
  response.accept_ranges = true;
  return response;
}

}  // namespace

StaticFiles::StaticFiles(std::string url, std::vector<std::filesystem::path> folders,
                         const std::vector<EmbeddedFile>& embedded)
    : url_(std::move(url)), folders_(std::move(folders)) {
  for (const auto& file : embedded) {
    auto hash = to_hex(sha256(file.content)).substr(0, 16);
    embedded_.emplace(file.path, Embedded{file.content, std::move(hash)});
  }
}

std::optional<HttpResponse> StaticFiles::serve(const HttpRequest& request) const {
  std::string_view path = request.path();
  bool reads = request.method() == "GET" || request.method() == "HEAD";
  if (!reads || !path.starts_with(url_)) return std::nullopt;
  path.remove_prefix(url_.size());
  if (!is_plain_path(path)) return std::nullopt;
  for (const auto& folder : folders_) {
    if (auto file = file_in(folder, path)) return file_response(*file);
  }
  auto found = embedded_.find(path);
  if (found == embedded_.end()) return std::nullopt;
  const auto& [content, hash] = found->second;
  HttpResponse response(std::string(), 200, std::string(wire::media_type_of_file(path)));
  response.static_body = content;
  response.accept_ranges = true;
  response.set("ETag", "\"" + hash + "\"");
  bool is_named_by_hash = request.query_string() == "v=" + hash;
  response.set("Cache-Control",
               is_named_by_hash ? "public, max-age=31536000, immutable" : "no-cache");
  return response;
}

std::string StaticFiles::url_of(std::string_view path) const {
  auto url = url_ + percent_quote(path, "/#%[]=:;$&()+,!?*@'~");
  auto found = embedded_.find(path);
  if (found == embedded_.end()) return url;
  // A file in a folder stands in front of the program's own.
  bool is_replaced = std::ranges::any_of(
      folders_, [&](const auto& folder) { return file_in(folder, path).has_value(); });
  return is_replaced ? url : url + "?v=" + found->second.hash;
}

}  // namespace tt::web
