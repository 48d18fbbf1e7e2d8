#include "web/widgets/widgets.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

TEST_CASE("the elements' files are in the program, and refer to nothing outside") {
  std::map<std::string, std::string_view, std::less<>> files;
  for (const auto& file : tt::web::widgets::static_files()) {
    files[std::string(file.path)] = file.content;
  }
  REQUIRE(files.size() == 5);
  CHECK(files["thingtank/map.js"].contains("tt-map"));
  CHECK(files["thingtank/chart.js"].contains("tt-chart"));
  CHECK(files["thingtank/world.json"].starts_with("{\"type\":\"Topology\""));
  for (std::string_view style : {"thingtank/map.css", "thingtank/chart.css"}) {
    CHECK_FALSE(files.find(style)->second.contains("url(http"));
  }
}
