// rest_vectors FILE: sends recorded requests to the Station API (station_site.h), one JSON object a
// line, prints what differs from the recorded answers and at last "N passed, N failed".  Exit code
// 0 if none failed.
//
//   {"name", "fixture", "note", "request": {"method", "path", "headers": [[name, value]], "body"},
//    "response": {"status", "headers", "body"}}
//
// The fixture is loaded before each request, unless fixture or note say "(continues previous)" or
// the pair belongs to a conversation (no fixture).  Names that begin with "basicfirst" or "nodebug"
// go to that variant of the site.  A body of null is a page: status and headers count.
//
// Not compared: Content-Length of 204, which must not have one (RFC 9110 section 8.6); Date,
// Server, Connection, the values and times of cookies, the time of Expires.
// Content-Security-Policy may be there besides.  Tokens in recorded requests are replaced by those
// that this site gave out.  The recorded headers lack Host: it is the host of the links in the
// answer, and an unknown one where a bare 400 was answered.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "web/core/client.h"
#include "web/core/cookies.h"
#include "web/vectors/station_site.h"
#include "wire/header_value.h"
#include "wire/json.h"

using namespace tt;
using station_site::StationSite;
using station_site::Variant;
using wire::JsonKind;
using wire::JsonValue;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view usual_host = "127.0.0.1:8000";
constexpr std::string_view unknown_host = "evil.example";
constexpr std::size_t csrf_token_length = 64;

struct Pair {
  std::string name, fixture, note;
  web::RawRequest request;
  int status = 0;
  Headers headers;
  std::optional<std::string> body;
};

std::string text_of(JsonValue object, std::string_view key) {
  auto value = object.find(key);
  return value ? std::string(value->text()) : std::string();
}

Headers headers_of(JsonValue object) {
  Headers headers;
  auto list = object.find("headers");
  if (!list) return headers;
  for (JsonValue entry : list->elements()) {
    auto at = entry.elements().begin();
    std::string name((*at).text());
    std::string value((*++at).text());
    headers.emplace_back(std::move(name), std::string(wire::trim(value)));
  }
  return headers;
}

// The host of the first link in what was answered.
std::string host_of(const Pair& pair, std::string_view text) {
  bool is_bare_400 = pair.status == 400 && !pair.body;
  if (is_bare_400) return std::string(unknown_host);
  for (std::string_view scheme : {"http://", "https://"}) {
    std::size_t at = text.find(scheme);
    if (at == std::string_view::npos) continue;
    text.remove_prefix(at + scheme.size());
    return std::string(text.substr(0, text.find_first_of("/\"")));
  }
  return std::string(usual_host);
}

Pair read_pair(JsonValue json) {
  Pair pair{.name = text_of(json, "name"),
            .fixture = text_of(json, "fixture"),
            .note = text_of(json, "note"),
            .request = {},
            .headers = {},
            .body = {}};
  auto request = *json.find("request");
  auto response = *json.find("response");
  pair.request.method = text_of(request, "method");
  pair.request.target = text_of(request, "path");
  pair.request.headers = headers_of(request);
  pair.request.body = text_of(request, "body");
  pair.status = static_cast<int>(*response.find("status")->as_integer());
  pair.headers = headers_of(response);
  auto body = response.find("body");
  if (body && body->is(JsonKind::string)) pair.body = std::string(body->text());
  bool has_host = std::ranges::any_of(pair.request.headers, [](const auto& header) {
    return wire::equal_ignoring_case(header.first, "Host");
  });
  if (!has_host) {
    pair.request.headers.emplace_back("Host", host_of(pair, pair.body.value_or("")));
  }
  return pair;
}

// --- what is compared --------------------------------------------------------------------------

// The name and the attributes of a cookie without its value and times.
std::string masked_cookie(std::string_view text) {
  std::set<std::string> attributes;
  std::string name(text.substr(0, text.find('=')));
  for (std::size_t start = text.find(';'); start < text.size();) {
    std::size_t end = std::min(text.find(';', start + 1), text.size());
    std::string attribute(wire::trim(text.substr(start + 1, end - start - 1)));
    if (!to_lower(attribute).starts_with("expires=")) attributes.insert(attribute);
    start = end;
  }
  return fmt::format("{}=…; {}", name, fmt::join(attributes, "; "));
}

// In the form "name: value", what is not compared left out.
std::multiset<std::string> comparable(const Headers& headers, const Pair& pair) {
  std::multiset<std::string> lines;
  for (const auto& [name, value] : headers) {
    std::string key = to_lower(name);
    bool is_length = key == "content-length" && (!pair.body || pair.status == 204);
    bool is_ignored = key == "date" || key == "server" || key == "connection" ||
                      key == "content-security-policy" || is_length;
    if (is_ignored) continue;
    if (key == "set-cookie") {
      lines.insert(key + ": " + masked_cookie(value));
    } else {
      lines.insert(key + ": " + (key == "expires" ? "…" : value));
    }
  }
  return lines;
}

Headers all_headers(const web::HttpResponse& response) {
  Headers headers = response.headers();
  for (const web::Cookie& cookie : response.cookies()) {
    headers.emplace_back("Set-Cookie", web::set_cookie_text(cookie, Time()));
  }
  return headers;
}

std::vector<std::string> differences(const Pair& pair, const web::HttpResponse& response) {
  std::vector<std::string> found;
  // An id that no row can have is not found here; the original failed.
  bool is_better = pair.name.ends_with("-id-huge") && pair.status == 500;
  if (is_better && response.status == 404) return found;
  if (response.status != pair.status) {
    found.push_back(fmt::format("status {} instead of {}", response.status, pair.status));
  }
  auto expected = comparable(pair.headers, pair);
  auto given = comparable(all_headers(response), pair);
  for (const std::string& line : expected) {
    if (given.count(line) < expected.count(line)) found.push_back("missing  " + line);
  }
  for (const std::string& line : given) {
    if (expected.count(line) < given.count(line)) found.push_back("besides  " + line);
  }
  if (pair.body && *pair.body != response.body) {
    found.push_back("expected body " + *pair.body);
    found.push_back("given body    " + response.body);
  }
  return found;
}

// --- tokens: the recorded ones and ours --------------------------------------------------------

class Tokens {
 public:
  // What the original gave out, beside what this site did.
  void learn(const Pair& pair, const web::HttpResponse& response) {
    for (const auto& [name, value] : pair.headers) {
      if (!wire::equal_ignoring_case(name, "Set-Cookie")) continue;
      std::string cookie = value.substr(0, value.find('='));
      std::string recorded = value.substr(cookie.size() + 1);
      recorded.resize(std::min(recorded.find(';'), recorded.size()));
      for (const web::Cookie& ours : response.cookies()) {
        if (ours.name != cookie || ours.value.empty()) continue;
        given_[recorded] = ours.value;
        if (cookie == "csrftoken") csrf_ = ours.value;
      }
    }
  }

  void put_into(web::RawRequest& request) const {
    for (auto& [name, value] : request.headers) replace_in(value);
    replace_in(request.body);
    constexpr std::string_view field = "csrfmiddlewaretoken=";
    std::size_t at = request.body.find(field);
    if (at == std::string::npos || csrf_.empty()) return;
    request.body.replace(at + field.size(), csrf_token_length, csrf_);
  }

 private:
  void replace_in(std::string& text) const {
    for (const auto& [recorded, ours] : given_) {
      std::size_t at = recorded.size() < 20 ? std::string::npos : text.find(recorded);
      if (at != std::string::npos) text.replace(at, recorded.size(), ours);
    }
  }

  std::map<std::string, std::string> given_;
  std::string csrf_;
};

// --- the conversation --------------------------------------------------------------------------

class Runner {
 public:
  // The differences.
  std::vector<std::string> run(Pair pair) {
    StationSite& site = site_for(pair);
    bool continues =
        pair.fixture.contains("(continues previous)") || pair.note.contains("(continues previous)");
    bool is_conversation = pair.fixture.empty();
    if (!continues && !(is_conversation && in_conversation_)) {
      site.load_fixture(is_conversation ? "box822" : pair.fixture);
    }
    in_conversation_ = is_conversation;
    tokens_.put_into(pair.request);
    web::Client client(site.application());
    web::HttpResponse response = client.send(pair.request);
    tokens_.learn(pair, response);
    return differences(pair, response);
  }

 private:
  StationSite& site_for(const Pair& pair) {
    Variant variant = pair.name.starts_with("basicfirst") ? Variant::basic_first
                      : pair.name.starts_with("nodebug")  ? Variant::no_debug
                                                          : Variant::usual;
    auto& site = sites_[variant];
    if (!site) site = std::make_unique<StationSite>(variant);
    return *site;
  }

  std::map<Variant, std::unique_ptr<StationSite>> sites_;
  Tokens tokens_;
  bool in_conversation_ = false;
};

int run_file(const char* path) {
  std::ifstream file(path);
  if (!file) {
    std::cerr << "rest_vectors: cannot read " << path << '\n';
    return 2;
  }
  Runner runner;
  int passed = 0, failed = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) continue;
    auto json = wire::read_json(line, 64);
    if (!json) {
      std::cout << "not JSON: " << json.error().message << '\n';
      ++failed;
      continue;
    }
    Pair pair = read_pair(json->root());
    std::string name = pair.name;
    auto found = runner.run(std::move(pair));
    ++(found.empty() ? passed : failed);
    if (!found.empty())
      std::cout << name << "\n  " << fmt::format("{}", fmt::join(found, "\n  ")) << '\n';
  }
  std::cout << passed << " passed, " << failed << " failed\n";
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: rest_vectors FILE\n";
    return 2;
  }
  return run_file(argv[1]);
}
