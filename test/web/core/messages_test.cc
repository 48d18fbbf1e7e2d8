#include "web/core/messages.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "web/core/core_test_support.h"

using namespace tt;
using namespace tt::web;

namespace {

UrlPatterns patterns() {
  return {
      url("^add/(\\d+)/(\\d+)/$",
          [](const HttpRequest& request, int count, int size) {
            for (int i = 0; i < count; ++i) {
              // Texts that do not get shorter when packed.
              std::string text = "m" + std::to_string(i) + ":";
              for (int j = 0; j < size; ++j) text += make_csrf_secret()[0];
              request.add_message(i % 2 ? 40 : 25, text);
            }
            return redirect("/show/");
          }),
      url("^show/$", [](const HttpRequest& request) { return render(request, "show.html"); }),
      url("^ask/$",
          [](const HttpRequest& request) {
            return plain(request.has_messages() ? "some" : "none");
          }),
      url("^other/$", [](const HttpRequest&) { return plain("x"); }),
  };
}

struct MessageSite : Site {
  MessageSite() : Site(patterns()) {
    parts.templates = {{"show.html",
                        "{% if messages %}{% for m in messages %}{{ m.tags }}={{ m }}|{% endfor %}"
                        "{% endif %}"}};
  }
};

std::size_t count_of(std::string_view text, char c) {
  return static_cast<std::size_t>(std::ranges::count(text, c));
}

}  // namespace

TEST_CASE("messages are shown once, on the next page that shows them") {
  MessageSite site;
  auto added = site.get("/add/2/0/");
  auto cookie = find_cookie(added, "messages");
  REQUIRE(cookie);
  CHECK(cookie->http_only);
  CHECK_FALSE(cookie->max_age);
  CHECK(site.get("/other/").cookies().empty());
  CHECK(site.get("/ask/").body == "some");
  auto shown = site.get("/show/");
  CHECK(shown.body == "success=m0:|error=m1:|");
  CHECK(find_cookie(shown, "messages")->max_age == std::chrono::seconds(0));
  CHECK(site.get("/show/").body.empty());
  CHECK(site.get("/ask/").body == "none");
}

TEST_CASE("messages gather until they are shown") {
  MessageSite site;
  site.get("/add/1/0/");
  site.get("/add/2/0/");
  CHECK(site.get("/show/").body == "success=m0:|success=m0:|error=m1:|");
}

TEST_CASE("what the cookie cannot hold is kept in the session") {
  MessageSite site;
  auto added = site.get("/add/5/600/");
  CHECK(find_cookie(added, "messages")->value.size() <= 2048);
  REQUIRE(find_cookie(added, "sessionid"));
  CHECK(site.sessions.sessions.begin()->second.contains("_messages"));
  auto shown = site.get("/show/");
  CHECK(count_of(shown.body, '|') == 5);
  CHECK(shown.body.find("m0:") < shown.body.find("m4:"));
  CHECK(site.get("/show/").body.empty());
  // One alone that is too large.
  site.get("/add/1/3000/");
  CHECK(count_of(site.get("/show/").body, '|') == 1);
}

TEST_CASE("a cookie that was tampered with holds no messages") {
  MessageSite site;
  site.get("/add/1/0/");
  auto good = site.ask().cookie("messages");
  for (std::string bad : {good + "x", "x" + good, good.substr(0, good.size() / 2), std::string("x"),
                          std::string(":::"), std::string(5000, 'a')}) {
    site.ask().set_cookie("messages", bad);
    CHECK(site.get("/show/").body.empty());
  }
  site.ask().set_cookie("messages", good);
  CHECK(site.get("/show/").body == "success=m0:|");
}

TEST_CASE("messages are escaped") {
  Site site({url("^$", [](const HttpRequest& request) {
    request.add_message(30, "<script>");
    return render(request, "show.html");
  })});
  site.parts.templates = {
      {"show.html", "{% for m in messages %}{{ m.level_tag }} {{ m }}{% endfor %}"}};
  auto shown = site.get("/");
  CHECK(shown.body == "warning &lt;script&gt;");
  CHECK_FALSE(find_cookie(shown, "messages"));
}
