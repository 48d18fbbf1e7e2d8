#include "web/scaffold/scaffold.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <fstream>
#include <sstream>

#include "base/error.h"

using namespace tt;
namespace fs = std::filesystem;
namespace scaffold = tt::web::scaffold;

namespace {

// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "tt-scaffold-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  operator const fs::path&() const { return path_; }
  std::string text(const fs::path& file) const {
    std::ifstream in(path_ / file);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("a new site has its files, and none of the placeholders") {
  Folder folder;
  auto files = scaffold::make_site(folder, "weather", "stations");
  CHECK(files.size() == 11);
  for (const auto& file : files) {
    auto text = folder.text(file);
    CHECK_MESSAGE(!text.empty(), file.string());
    CHECK_MESSAGE(text.find("_NAME") == std::string::npos, file.string());
    CHECK_MESSAGE(text.find("RANDOM_SECRET_KEY") == std::string::npos, file.string());
  }
  CHECK(folder.text("weather/CMakeLists.txt").contains("project(weather LANGUAGES CXX)"));
  CHECK(folder.text("weather/stations/app.h").contains("namespace stations {"));
  CHECK(folder.text("weather/main.cc").contains("stations::home"));
}

TEST_CASE("the secret is another one in every site, and not for everybody to read") {
  Folder folder;
  scaffold::make_site(folder, "one", "myapp");
  scaffold::make_site(folder, "two", "myapp");
  CHECK(folder.text("one/settings.json") != folder.text("two/settings.json"));
  const fs::path& root = folder;
  CHECK(fs::status(root / "one/settings.json").permissions() == fs::perms(0600));
  CHECK(fs::status(root / "one/manage").permissions() == fs::perms(0755));
}

TEST_CASE("a further app") {
  Folder folder;
  scaffold::make_site(folder, "weather", "myapp");
  const fs::path& root = folder;
  auto files = scaffold::make_app(root / "weather", "tides");
  CHECK(files.size() == 6);
  CHECK(fs::exists(root / "weather/templates/tides/index.html"));
}

TEST_CASE("nothing is written over, and names must be identifiers") {
  Folder folder;
  scaffold::make_site(folder, "weather", "myapp");
  const fs::path& root = folder;
  CHECK_THROWS_WITH_AS(scaffold::make_site(folder, "weather", "myapp"),
                       doctest::Contains("exists already"), Error);
  CHECK_THROWS_AS(scaffold::make_app(root / "weather", "myapp"), Error);
  for (std::string_view name : {"", "../x", "a-b", "1st", "_x", "class", "tt", "a b", "é"}) {
    CHECK_THROWS_AS(scaffold::make_site(folder, name, "myapp"), Error);
    CHECK_THROWS_AS(scaffold::make_site(folder, "fine", name), Error);
  }
  CHECK_FALSE(fs::exists(root / "fine"));
}
