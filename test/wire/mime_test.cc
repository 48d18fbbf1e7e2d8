#include "wire/mime.h"

#include <doctest/doctest.h>

#include <array>

using namespace tt::wire;

namespace {

std::string choose(std::string_view accept) {
  constexpr std::array<std::string_view, 3> offered = {"application/json", "application/xml",
                                                       "text/csv"};
  return std::string(choose_media_type(accept, offered).value_or("none"));
}

}  // namespace

TEST_CASE("content types") {
  auto type = parse_media_type("Text/HTML; Charset=\"UTF-8\"; boundary=x");
  REQUIRE(type);
  CHECK(type->essence() == "text/html");
  CHECK(type->charset() == "utf-8");
  CHECK(type->parameters[1].value == "x");
  CHECK(parse_media_type("application/vnd.api+json")->subtype == "vnd.api+json");
  CHECK(parse_media_type("a/b")->charset() == "");
  for (auto bad : {"", "text", "text/", "/html", "a/b/c", "a/b, c/d", "a b/c", "a/b; ="}) {
    CHECK_MESSAGE(!parse_media_type(bad), bad);
  }
}

TEST_CASE("the best offered type is chosen") {
  const std::pair<const char*, const char*> cases[] = {
      {"", "application/json"},
      {"*/*", "application/json"},
      {"text/csv", "text/csv"},
      {"TEXT/CSV", "text/csv"},
      {"text/*", "text/csv"},
      {"application/*", "application/json"},
      {"application/xml, */*;q=0.8", "application/xml"},
      {"application/json;q=0.2, text/csv;q=0.3", "text/csv"},
      {"application/json;q=0.2, application/xml;q=0.25, text/csv;q=0.245", "application/xml"},
      {"application/json;q=0, */*", "application/xml"},
      {"*/*, application/json;q=0", "application/xml"},
      {"image/png", "none"},
      {"text/csv;q=0", "none"},
      {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/xml"},
      {"not @ a header", "application/json"},
      {"application/json;q=1.000, text/csv;q=7", "application/json"},
  };
  for (auto [accept, expected] : cases) CHECK_MESSAGE(choose(accept) == expected, accept);
  CHECK_FALSE(choose_media_type("*/*", {}));
}

TEST_CASE("content codings") {
  CHECK(accepts_coding("gzip, deflate, br", "gzip"));
  CHECK(accepts_coding("GZIP;q=0.1", "gzip"));
  CHECK(accepts_coding("*", "gzip"));
  CHECK_FALSE(accepts_coding("", "gzip"));
  CHECK_FALSE(accepts_coding("br", "gzip"));
  CHECK_FALSE(accepts_coding("gzip;q=0, *", "gzip"));
  CHECK_FALSE(accepts_coding("gzip;q=0.000", "gzip"));
}

TEST_CASE("the type of a file comes from its name") {
  CHECK(media_type_of_file("index.html") == "text/html; charset=utf-8");
  CHECK(media_type_of_file("/static/app.min.JS") == "text/javascript; charset=utf-8");
  CHECK(media_type_of_file("a.tar.gz") == "application/gzip");
  CHECK(media_type_of_file("font.woff2") == "font/woff2");
  for (auto unknown : {"README", "a.unknown", "", "dir.html/file", "trailing."}) {
    CHECK_MESSAGE(media_type_of_file(unknown) == "application/octet-stream", unknown);
  }
}
