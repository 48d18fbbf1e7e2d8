#include "web/core/urls.h"

#include <doctest/doctest.h>

#include "web/core/core_test_support.h"
#include "web/core/url_format.h"

using namespace tt;
using namespace tt::web;

namespace {

HttpResponse home(const HttpRequest&) { return plain("home"); }
HttpResponse station(const HttpRequest&, std::int64_t pk) {
  return plain("station " + std::to_string(pk));
}
HttpResponse page(const HttpRequest&, const std::string& name, int number) {
  return plain(name + " " + std::to_string(number));
}
HttpResponse by_uuid(const HttpRequest&, Uuid id) { return plain(id.text()); }
HttpResponse by_day(const HttpRequest&, Date day) { return plain(format_date(day)); }
HttpResponse by_number(const HttpRequest&, double number) {
  return plain(number > 1.4 ? "more" : "less");
}

UrlPatterns patterns() {
  UrlPatterns inner = {
      url("^$", home, "index"),
      url("^(?P<pk>[0-9]+)/change/$", station, "change"),
      url("^(?P<pk>[0-9]+)/$", station, "change"),
  };
  return {
      url("^$", home, "home"),
      url("^stations/(?P<pk>[0-9]+)/$", station, "station"),
      url("^stations/(\\w+)/(\\d+)/$", page, "page"),
      url("^u/(?P<id>[^/]+)/$", by_uuid, "uuid"),
      url("^d/([^/]+)/$", by_day, "day"),
      url("^n/([^/]+)/$", by_number, "number"),
      url("^admin/", include(inner, "admin")),
      url("^(?P<site>\\w+)/sub/", include({url(
                                      "^(?P<pk>\\d+)/$",
                                      [](const HttpRequest&, std::string site, int pk) {
                                        return plain(site + std::to_string(pk));
                                      },
                                      "both")})),
      url(
          "^list(?:/page(?P<page>[0-9]+))?/$",
          [](const HttpRequest& request) {
            return plain("page " + std::string(request.argument("page")));
          },
          "list"),
      url(
          "^list\\.(?P<format>[a-z]+)/?$",
          [](const HttpRequest&, std::string format) { return plain(format); }, "list"),
      url("find", home, "anywhere"),
      url("^(?:a|b)/$", home, "either"),
      url(
          "^files/(?P<path>.+)$", [](const HttpRequest&, std::string path) { return plain(path); },
          "file"),
  };
}

}  // namespace

TEST_CASE("the first pattern that fits is taken, its groups become arguments") {
  Site site(patterns());
  auto body = [&](std::string_view path) {
    auto response = site.get(path);
    return response.status == 200 ? response.body : std::to_string(response.status);
  };
  CHECK(body("/") == "home");
  CHECK(body("/stations/7/") == "station 7");
  CHECK(body("/stations/-7/") == "404");
  CHECK(body("/stations/north/2/") == "north 2");
  CHECK(body("/admin/") == "home");
  CHECK(body("/admin/12/change/") == "station 12");
  CHECK(body("/de/sub/5/") == "de5");
  CHECK(body("/xx-find-yy") == "home");
  CHECK(body("/b/") == "home");
  CHECK(body("/nothing/") == "404");
  CHECK(body("/files/a%20b/c") == "a b/c");
}

TEST_CASE("a text that does not convert means 404") {
  Site site(patterns());
  CHECK(site.get("/stations/99999999999999999999/").status == 404);
  CHECK(site.get("/stations/9223372036854775807/").body == "station 9223372036854775807");
  CHECK(site.get("/stations/x/2147483648/").status == 404);
  CHECK(site.get("/u/F81D4FAE-7DEC-41D0-8765-00A0C91E6BF6/").body ==
        "f81d4fae-7dec-41d0-8765-00a0c91e6bf6");
  CHECK(site.get("/u/f81d4fae/").status == 404);
  CHECK(site.get("/d/2024-02-29/").body == "2024-02-29");
  CHECK(site.get("/d/2023-02-29/").status == 404);
  CHECK(site.get("/n/1.5/").body == "more");
  CHECK(site.get("/n/x/").status == 404);
}

TEST_CASE("a match says how it was found") {
  UrlResolver urls(patterns());
  auto found = urls.resolve("/admin/12/change/");
  REQUIRE(found);
  CHECK(found->match.view_name == "admin:change");
  CHECK(found->match.route == "^admin/^(?P<pk>[0-9]+)/change/$");
  CHECK(found->match.named == UrlResolver::Named{{"pk", "12"}});
  CHECK(found->arguments == std::vector<std::string>{"12"});
  found = urls.resolve("/stations/a/2/");
  REQUIRE(found);
  CHECK(found->match.arguments == std::vector<std::string>{"a", "2"});
  CHECK_FALSE(urls.resolve("/stations/"));
  CHECK(urls.routes()[1] == "^stations/(?P<pk>[0-9]+)/$");
}

TEST_CASE("names lead back to URLs") {
  UrlResolver urls(patterns());
  using Texts = std::vector<std::string>;
  CHECK(urls.reverse("home") == "/");
  CHECK(urls.reverse("station", Texts{"7"}) == "/stations/7/");
  CHECK(urls.reverse("station", UrlResolver::Named{{"pk", "7"}}) == "/stations/7/");
  CHECK(urls.reverse("page", Texts{"north", "2"}) == "/stations/north/2/");
  CHECK(urls.reverse("admin:index") == "/admin/");
  // The last of a name that fits.
  CHECK(urls.reverse("admin:change", Texts{"3"}) == "/admin/3/");
  CHECK(urls.reverse("both", UrlResolver::Named{{"pk", "1"}, {"site", "de"}}) == "/de/sub/1/");
  CHECK(urls.reverse("both", Texts{"de", "1"}) == "/de/sub/1/");
  CHECK(urls.reverse("list") == "/list/");
  CHECK(urls.reverse("list", UrlResolver::Named{{"page", "4"}}) == "/list/page4/");
  CHECK(urls.reverse("list", UrlResolver::Named{{"format", "json"}}) == "/list.json");
  CHECK(urls.reverse("file", Texts{"a b/ü?#%"}) == "/files/a%20b/%C3%BC%3F%23%25");
  CHECK(urls.reverse("anywhere") == "/find");
}

TEST_CASE("what does not fit is not made into a URL") {
  UrlResolver urls(patterns());
  using Texts = std::vector<std::string>;
  CHECK_FALSE(urls.find_url("station", Texts{"abc"}));
  CHECK_FALSE(urls.find_url("station", Texts{"1/../2"}));
  CHECK_FALSE(urls.find_url("station"));
  CHECK_FALSE(urls.find_url("station", Texts{"1", "2"}));
  CHECK_FALSE(urls.find_url("station", UrlResolver::Named{{"id", "7"}}));
  CHECK_FALSE(urls.find_url("station", UrlResolver::Named{{"pk", "7"}, {"x", "1"}}));
  CHECK_FALSE(urls.find_url("index"));
  CHECK_FALSE(urls.find_url("either"));
  CHECK_THROWS_WITH_AS(urls.reverse("station", Texts{"x"}),
                       doctest::Contains("'stations/(?P<pk>[0-9]+)/$'"), Error);
  CHECK_THROWS_WITH_AS(urls.reverse("nosuch"), doctest::Contains("Reverse for 'nosuch' not found"),
                       Error);
}

TEST_CASE("every URL that is made is found again") {
  UrlResolver urls(patterns());
  using Texts = std::vector<std::string>;
  for (const auto& [name, arguments] :
       std::vector<std::pair<std::string, Texts>>{{"home", {}},
                                                  {"station", {"12"}},
                                                  {"page", {"x", "1"}},
                                                  {"admin:change", {"9"}},
                                                  {"both", {"fr", "3"}},
                                                  {"uuid", {"é~!"}},
                                                  {"file", {"a/b//c"}}}) {
    CAPTURE(name);
    auto path = urls.reverse(name, arguments);
    auto found = urls.resolve(name == "uuid" ? "/u/é~!/" : path);
    REQUIRE(found);
    CHECK(found->match.view_name == name);
    CHECK(found->arguments == arguments);
  }
}

TEST_CASE("a path of two slashes never becomes another site") {
  UrlResolver urls({url("^(?P<rest>.*)$", home, "all")});
  CHECK(urls.reverse("all", std::vector<std::string>{"/evil.example/"}) == "/%2Fevil.example/");
}

TEST_CASE("patterns are read backwards") {
  auto text = [](std::string_view regex) {
    std::string all;
    for (const auto& format : url_formats(regex)) {
      if (!all.empty()) all += " or ";
      for (const auto& piece : format.pieces) {
        all += piece.group.empty() ? piece.literal : "{" + piece.group + "}";
      }
    }
    return all;
  };
  CHECK(text("^a/b/$") == "a/b/");
  CHECK(text(R"(^a\.b\-c\d\w$)") == "a.b-c0x");
  CHECK(text("a(?P<x>[(]y|z)b") == "a{x}b");
  CHECK(text("(a)(b(c))") == "{_0}{_1}");
  CHECK(text("a(?:b(?P<x>c))?d") == "ad or ab{x}d");
  CHECK(text("ab?c*d+e{2}[f-z]") == "adeef");
  CHECK(text("[]x]") == "]");
  CHECK(text("a|b").empty());
  CHECK(text("(?:a|b)").empty());
  CHECK(text("(?:(?P<x>a)){2}").empty());
  CHECK(text("((((").empty());
  std::string many;
  for (int i = 0; i < 10; ++i) many += "(x)?";
  CHECK(url_formats(many).empty());
}

TEST_CASE("a malformed pattern is refused when it is written") {
  CHECK_THROWS_WITH_AS(url("^a(b$", home), doctest::Contains("^a(b$"), Error);
  CHECK_THROWS_AS(url("^(?=a)$", home), Error);
}

TEST_CASE("a view that takes other arguments than its pattern gives is a defect") {
  Site site({url("^(\\d+)/$", home)});
  CHECK(site.get("/1/").status == 500);
}
