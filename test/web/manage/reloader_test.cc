#include "web/manage/reloader.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <fstream>

using namespace tt::web;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& file, std::string_view text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

}  // namespace

TEST_CASE("the fingerprint changes with sources, and with nothing else") {
  std::string name = (fs::temp_directory_path() / "tt-reloader-XXXXXX").string();
  fs::path site = ::mkdtemp(name.data());
  write(site / "main.cc", "int main() {}");
  write(site / "settings.json", "{}");
  auto before = fingerprint(site);
  CHECK(fingerprint(site) == before);

  write(site / "build/made.cc", "made");
  write(site / ".git/some.h", "text");
  write(site / "templates/index.html", "<p>");
  write(site / "db.sqlite3", "rows");
  CHECK(fingerprint(site) == before);

  write(site / "myapp/models.h", "struct Station;");
  auto after = fingerprint(site);
  CHECK(after != before);
  write(site / "settings.json", "{\"DEBUG\": true}");
  CHECK(fingerprint(site) != after);
  fs::remove_all(site);
}
