#include "web/scaffold/scaffold.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>

#include "base/error.h"
#include "base/random.h"

namespace tt::web::scaffold {
namespace {

namespace fs = std::filesystem;
using Replacements = std::map<std::string, std::string>;

constexpr std::size_t secret_characters = 64;

// Names that would mean something else in the site's sources.
constexpr std::array<std::string_view, 20> reserved = {
    "tt",   "std",   "web", "orm",    "models", "admin", "build",     "static", "class", "int",
    "auto", "float", "new", "delete", "public", "this",  "templates", "test",   "main",  "manage"};

void require_identifier(std::string_view name, std::string_view what) {
  auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  bool good = !name.empty() && std::ranges::all_of(name, is_word) && name.size() <= 64 &&
              !(name[0] >= '0' && name[0] <= '9') && name[0] != '_';
  if (!good) {
    throw Error(Code::invalid,
                fmt::format("'{}' cannot be the name of {}: use letters, digits and underscores, "
                            "beginning with a letter",
                            name, what));
  }
  if (std::ranges::find(reserved, name) != reserved.end()) {
    throw Error(Code::invalid,
                fmt::format("'{}' means something else already; choose another name", name));
  }
}

std::string replaced(std::string_view text, const Replacements& replacements) {
  std::string out(text);
  for (const auto& [from, to] : replacements) {
    for (auto at = out.find(from); at != std::string::npos; at = out.find(from, at + to.size())) {
      out.replace(at, from.size(), to);
    }
  }
  return out;
}

void write_file(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) {
    throw Error(Code::unavailable, fmt::format("{}: cannot be written", file.string()));
  }
}

// "main.cc" of "project/main.cc.in".
fs::path name_of(const EmbeddedFile& file) { return fs::path(file.path).stem(); }

// Where a file of app/ goes in the site: templates and static files have folders of their own.
fs::path place_of(const fs::path& name, std::string_view app_name) {
  if (name.extension() == ".html") return fs::path("templates") / app_name / name;
  if (name.extension() == ".css") return fs::path("static") / app_name / name;
  return fs::path(app_name) / name;
}

void require_absent(const fs::path& folder) {
  if (!fs::exists(folder)) return;
  throw Error(Code::conflict, fmt::format("{} exists already", folder.string()));
}

std::vector<fs::path> write_app(const fs::path& site, std::string_view name) {
  std::vector<fs::path> written;
  for (const EmbeddedFile& file : scaffold_files()) {
    if (!file.path.starts_with("app/")) continue;
    fs::path place = place_of(name_of(file), name);
    write_file(site / place, replaced(file.content, {{"APP_NAME", std::string(name)}}));
    written.push_back(place);
  }
  return written;
}

}  // namespace

std::vector<fs::path> make_site(const fs::path& parent, std::string_view name,
                                std::string_view app_name) {
  require_identifier(name, "a site");
  require_identifier(app_name, "an app");
  fs::path site = parent / name;
  require_absent(site);
  Replacements replacements{{"PROJECT_NAME", std::string(name)},
                            {"APP_NAME", std::string(app_name)},
                            {"RANDOM_SECRET_KEY", random_token(secret_characters)}};
  std::vector<fs::path> written;
  for (const EmbeddedFile& file : scaffold_files()) {
    if (!file.path.starts_with("project/")) continue;
    fs::path base = name_of(file);
    if (base == "gitignore") base = ".gitignore";
    write_file(site / base, replaced(file.content, replacements));
    written.push_back(fs::path(name) / base);
  }
  fs::permissions(site / "manage", fs::perms(0755));
  // It holds the secret key.
  fs::permissions(site / "settings.json", fs::perms(0600));
  for (const fs::path& place : write_app(site, app_name)) written.push_back(name / place);
  std::ranges::sort(written);
  return written;
}

std::vector<fs::path> make_app(const fs::path& site, std::string_view name) {
  require_identifier(name, "an app");
  require_absent(site / name);
  return write_app(site, name);
}

}  // namespace tt::web::scaffold
