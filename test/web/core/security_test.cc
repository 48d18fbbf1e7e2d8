#include "web/core/security.h"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

using namespace tt::web;

namespace {
using Hosts = std::vector<std::string>;
}

TEST_CASE("the Host header is taken apart, or refused") {
  struct Case {
    std::string_view header, host, port;
  };
  constexpr Case cases[] = {
      {"weather.example", "weather.example", ""},
      {"WEATHER.Example:8080", "weather.example", "8080"},
      {"weather.example.", "weather.example", ""},
      {"10.0.0.7:80", "10.0.0.7", "80"},
      {"[::1]", "[::1]", ""},
      {"[FE80::1]:443", "[fe80::1]", "443"},
      {"weather.example:", "", ""},
      {"weather.example:80a", "", ""},
      {"user@weather.example", "", ""},
      {"a_b", "", ""},
      {"a/b", "", ""},
      {"[::1", "", ""},
      {"[]", "", ""},
      {"[1]", "", ""},
      {":80", "", ""},
      {"a b", "", ""},
      {"a\tb", "", ""},
      {"caf\xC3\xA9", "", ""},
  };
  for (const auto& [header, host, port] : cases) {
    CAPTURE(header);
    auto parts = split_host(header);
    CHECK(parts.host == host);
    CHECK(parts.port == port);
  }
  CHECK(split_host(std::string(300, 'a')).host.empty());
}

TEST_CASE("hosts are allowed by name, by domain or all") {
  CHECK(host_is_allowed("a.example", Hosts{"a.example"}));
  CHECK(host_is_allowed("a.example", Hosts{"A.Example"}));
  CHECK_FALSE(host_is_allowed("b.example", Hosts{"a.example"}));
  CHECK(host_is_allowed("example.org", Hosts{".example.org"}));
  CHECK(host_is_allowed("a.b.example.org", Hosts{".example.org"}));
  CHECK_FALSE(host_is_allowed("notexample.org", Hosts{".example.org"}));
  CHECK(host_is_allowed("anything", Hosts{"*"}));
  CHECK_FALSE(host_is_allowed("", Hosts{"*"}));
  CHECK_FALSE(host_is_allowed("a", Hosts{}));
}

TEST_CASE("redirects stay on the site") {
  Hosts hosts{"here"};
  for (std::string_view good : {"/a/", "a/b", "?page=2", "#top", "http://here/a", "https://here/a",
                                "//here/a", "/a?next=http://evil/", "a/b:c", " /a "}) {
    CAPTURE(good);
    CHECK(is_safe_redirect(good, hosts, RequireHttps::no));
  }
  for (std::string_view bad : {"",
                               " ",
                               "//evil",
                               "///evil",
                               "/\\evil",
                               "\\\\evil",
                               "http:evil",
                               "http:///evil",
                               "http://evil",
                               "https://here@evil/",
                               "https://evil#@here",
                               "javascript:alert(1)",
                               "data:text/html,x",
                               "ftp://here/a",
                               "http:\\\\evil",
                               "/a\r\nSet-Cookie: x=1",
                               "/\t/evil",
                               "\x01//evil",
                               "http://here:80/",
                               "//here:80",
                               "x:y"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_safe_redirect(bad, hosts, RequireHttps::no));
  }
  CHECK_FALSE(is_safe_redirect("http://here/a", hosts, RequireHttps::yes));
  CHECK(is_safe_redirect("https://here/a", hosts, RequireHttps::yes));
  CHECK(is_safe_redirect("/a", hosts, RequireHttps::yes));
}

TEST_CASE("a CSRF secret is masked differently each time") {
  auto secret = make_csrf_secret();
  CHECK(secret.size() == 32);
  CHECK(secret != make_csrf_secret());
  std::set<std::string> tokens;
  for (int i = 0; i < 20; ++i) {
    auto token = mask_csrf_secret(secret);
    CHECK(token.size() == 64);
    CHECK(csrf_token_matches(token, secret));
    CHECK(unmask_csrf_token(token) == secret);
    tokens.insert(token);
  }
  CHECK(tokens.size() == 20);
  // Mask "aa…", "bb…": letters are added in the alphabet a-zA-Z0-9, modulo 62.
  CHECK(unmask_csrf_token(std::string(32, 'b') + std::string(32, 'a')) == std::string(32, '9'));
  CHECK(unmask_csrf_token(std::string(32, 'c') + std::string(32, 'C')) == std::string(32, 'A'));
}

TEST_CASE("what is no CSRF token matches nothing") {
  auto secret = make_csrf_secret();
  auto token = mask_csrf_secret(secret);
  CHECK(csrf_token_matches(secret, secret));  // a bare secret, as scripts may have it
  CHECK_FALSE(csrf_token_matches("", secret));
  CHECK_FALSE(csrf_token_matches(token.substr(1), secret));
  CHECK_FALSE(csrf_token_matches(token + "a", secret));
  CHECK_FALSE(csrf_token_matches(token.substr(0, 63) + "-", secret));
  CHECK_FALSE(csrf_token_matches(token, make_csrf_secret()));
  CHECK_FALSE(csrf_token_matches("", ""));
  CHECK_FALSE(unmask_csrf_token(std::string(64, '\xC3')));
}
