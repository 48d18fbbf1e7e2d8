#include "orm/migrations/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "orm/migrations/names.h"

namespace tt::orm::migrations {

std::string digest_of(const Migration& migration) { return to_hex(sha256(to_text(migration))); }

std::filesystem::path path_of(const App& app, std::string_view name) {
  require_name(name, "the name of a migration");
  return app.folder / "migrations" / fmt::format("{}.json", name);
}

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view reason) {
  throw Error(Code::unavailable, fmt::format("{}: {}", path.string(), reason));
}

std::string read_file(const std::filesystem::path& path) {
  std::error_code error;
  auto size = std::filesystem::file_size(path, error);
  if (error) fail(path, error.message());
  if (size > file_size_bytes_max) fail(path, "the file is too large for a migration");
  std::ifstream file(path, std::ios::binary);
  std::string text(size, '\0');
  if (!file.read(text.data(), static_cast<std::streamsize>(size))) fail(path, "cannot be read");
  return text;
}

Migration read_migration(const App& app, const std::filesystem::path& path) {
  try {
    MigrationKey key{app.label, path.stem().string()};
    require_name(key.name, "the name of a migration");
    return from_text(read_file(path), key);
  } catch (const Error& error) {
    if (error.code() != Code::invalid) throw;
    throw Error(Code::invalid, fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace

std::vector<Migration> read_migrations(const App& app) {
  std::vector<Migration> migrations;
  if (app.folder.empty()) return migrations;
  std::error_code error;
  auto folder = app.folder / "migrations";
  if (!std::filesystem::is_directory(folder, error)) return migrations;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  }
  if (error) fail(folder, error.message());
  std::ranges::sort(paths);
  for (const auto& path : paths) migrations.push_back(read_migration(app, path));
  return migrations;
}

void write_migration(const App& app, const Migration& migration) {
  auto path = path_of(app, migration.key.name);
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) fail(path.parent_path(), error.message());
  if (std::filesystem::exists(path)) {
    throw Error(Code::conflict, fmt::format("{}: the file is there already", path.string()));
  }
  auto draft = path;
  draft += ".new";
  {
    std::ofstream file(draft, std::ios::binary);
    file << to_text(migration);
    if (!file.flush()) fail(draft, "cannot be written");
  }
  std::filesystem::rename(draft, path, error);
  if (error) fail(path, error.message());
}

}  // namespace tt::orm::migrations
