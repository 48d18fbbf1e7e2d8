// render(), the template tags of a site and static files.

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "base/random.h"
#include "web/core/core_test_support.h"

using namespace tt;
using namespace tt::web;

namespace {

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("tt-" + random_token(12));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(std::string_view name, std::string_view text) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name) << text;
  }
};

struct PageSite : Site {
  explicit PageSite(std::string_view source, Settings settings = test_settings())
      : Site({url(
                  "^$",
                  [](const HttpRequest& request) {
                    return render(request, "page.html", {{"own", "mine"}});
                  },
                  "home"),
              url("^in/$",
                  [](const HttpRequest& request) {
                    sign_in(request, request.application().users()->find(7));
                    return plain("");
                  }),
              url(
                  "^stations/(?P<pk>\\d+)/$",
                  [](const HttpRequest& request, int) { return render(request, "page.html"); },
                  "station")},
             std::move(settings)) {
    parts.templates = {{"page.html", source}};
  }
};

std::string page(std::string_view source, std::string_view target = "/") {
  auto response = PageSite(source).get(target);
  CHECK(response.status == 200);
  return response.body;
}

}  // namespace

TEST_CASE("templates see the request") {
  CHECK(page("{{ request.path }} {{ request.method }} {{ request.GET.q }} {{ own }}", "/?q=a<") ==
        "/ GET a&lt; mine");
  CHECK(page("{{ request.resolver_match.view_name }} {{ request.resolver_match.kwargs.pk }}",
             "/stations/5/") == "station 5");
  CHECK(page("{{ request.get_full_path }} {{ request.build_absolute_uri }} {{ request.scheme }}",
             "/?a=1") == "/?a=1 http://testserver/?a=1 http");
}

TEST_CASE("templates see the user and what he may do") {
  constexpr std::string_view source =
      "{% if user.is_authenticated %}{{ user }} {{ request.user.username }}{% else %}nobody{% "
      "endif "
      "%} {% if perms.myapp %}app{% endif %} {{ perms.myapp.add_station }} "
      "{{ perms.myapp.delete_station }} {% if perms.other %}other{% endif %}";
  PageSite site(source);
  CHECK(site.get("/").body == "nobody  False False ");
  site.get("/in/");
  CHECK(site.get("/").body == "ann ann app True False ");
}

TEST_CASE("an anonymous page that does not ask for the user does not vary") {
  CHECK_FALSE(PageSite("hello {{ own }}").get("/").has_header("Vary"));
  CHECK(PageSite("{{ user }}").get("/").header("Vary") == "Cookie");
}

TEST_CASE("{% url %} of the site") {
  CHECK(page("{% url 'station' 7 %} {% url 'station' pk=8 %} {% url 'home' %}") ==
        "/stations/7/ /stations/8/ /");
  CHECK(
      page("{% url 'station' 'x' as link %}[{{ link }}]{% url 'station' 1 as link %}{{ link }}") ==
      "[]/stations/1/");
  CHECK(PageSite("{% url 'station' 'x' %}").get("/").status == 500);
}

TEST_CASE("context processors add, but do not replace") {
  PageSite site("{{ own }} {{ more }} {{ request.path }}");
  site.parts.context_processors = {[](const HttpRequest&, Context& context) {
    context.set("own", "theirs");
    context.set("more", "more");
    context.set("request", "x");
  }};
  CHECK(site.get("/").body == "mine more /");
}

TEST_CASE("templates in folders stand before those of the program") {
  Folder folder;
  auto settings = test_settings();
  settings.template_dirs = {folder.path};
  folder.write("page.html", "from the folder{% include 'part.html' %}");
  PageSite site("from the program", settings);
  site.parts.templates.push_back({"part.html", ", part of the program"});
  CHECK(site.get("/").body == "from the folder, part of the program");
}

TEST_CASE("with DEBUG a changed template is read again") {
  Folder folder;
  auto settings = test_settings();
  settings.template_dirs = {folder.path};
  settings.debug = true;
  folder.write("page.html", "one");
  PageSite site("", settings);
  CHECK(site.get("/").body == "one");
  folder.write("page.html", "two");
  std::filesystem::last_write_time(
      folder.path / "page.html",
      std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  CHECK(site.get("/").body == "two");
}

TEST_CASE("files of the program are served with their hash") {
  PageSite site("{% static 'admin/site.css' %} {% static 'a b.png' %}");
  site.parts.static_files = {{"admin/site.css", "body{}"}};
  auto body = site.get("/").body;
  auto link = body.substr(0, body.find(' '));
  CHECK(link.starts_with("/static/admin/site.css?v="));
  CHECK(body.ends_with(" /static/a%20b.png"));
  auto file = site.get(link);
  CHECK(file.status == 200);
  CHECK(file.static_body == "body{}");
  CHECK(file.header("Content-Type") == "text/css; charset=utf-8");
  CHECK(file.header("Cache-Control") == "public, max-age=31536000, immutable");
  CHECK(file.header("Content-Length") == "6");
  CHECK(site.get("/static/admin/site.css?v=old").header("Cache-Control") == "no-cache");
  auto same = site.get(link, {{"If-None-Match", std::string(file.header("ETag"))}});
  CHECK(same.status == 304);
  CHECK(same.static_body.empty());
  CHECK(site.send("HEAD", link).static_body.empty());
  CHECK(site.send("POST", "/static/admin/site.css").status == 404);
}

TEST_CASE("files of folders are served, and nothing outside of them") {
  Folder folder;
  folder.write("static/js/app.js", "let a = 1;");
  folder.write("static/.hidden", "x");
  folder.write("secret.txt", "secret");
  std::filesystem::create_symlink(folder.path / "secret.txt", folder.path / "static/link.txt");
  std::filesystem::create_symlink(folder.path / "static/js/app.js", folder.path / "static/in.js");
  auto settings = test_settings();
  settings.staticfiles_dirs = {folder.path / "none", folder.path / "static"};
  PageSite site("x", settings);
  auto file = site.get("/static/js/app.js");
  CHECK(file.body == "let a = 1;");
  CHECK(file.header("Content-Type") == "text/javascript; charset=utf-8");
  CHECK(site.get("/static/in.js").status == 200);
  CHECK(site.get("/static/js/app.js",
                 {{"If-Modified-Since", std::string(file.header("Last-Modified"))}})
            .status == 304);
  for (std::string_view path :
       {"../secret.txt", "%2e%2e/secret.txt", "js/../../secret.txt", "js/%2e%2e/%2e%2e/secret.txt",
        "..%2fsecret.txt", "..\\secret.txt", "js%00.js", "link.txt", ".hidden", "js", "js/", "",
        "/etc/passwd", "//etc/passwd", "%2fetc/passwd", "js//app.js", "./js/app.js"}) {
    CAPTURE(path);
    CHECK(site.get("/static/" + std::string(path)).status == 404);
  }
}
