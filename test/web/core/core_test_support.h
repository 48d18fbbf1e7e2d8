#pragma once

// What the tests of web/core share: sessions and users in memory, applications of a few URLs.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "base/clock.h"
#include "base/log.h"
#include "web/core/application.h"
#include "web/core/client.h"
#include "web/core/security.h"
#include "web/core/sign_in.h"

namespace tt::web {

inline constexpr std::string_view test_secret =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN-test";

class MemorySessions final : public SessionStore {
 public:
  std::optional<boost::json::object> load(std::string_view key) override {
    auto found = sessions.find(key);
    if (found == sessions.end()) return std::nullopt;
    return found->second;
  }
  void save(std::string_view key, const boost::json::object& data, Time) override {
    sessions.insert_or_assign(std::string(key), data);
    ++saves;
  }
  void erase(std::string_view key) override { sessions.erase(std::string(key)); }
  std::int64_t clear_expired() override { return 0; }

  std::map<std::string, boost::json::object, std::less<>> sessions;
  int saves = 0;
};

class MemoryUsers final : public UserStore {
 public:
  UserPtr authenticate(std::string_view, std::string_view, std::string_view) override {
    return nullptr;
  }
  UserPtr find(std::int64_t id) override {
    return id == user.id ? std::make_shared<User>(user) : nullptr;
  }
  void signed_in(const User&) override { ++sign_ins; }

  static User ann() {
    User user;
    user.id = 7;
    user.username = "ann";
    user.is_active = true;
    user.permissions = {"myapp.add_station"};
    user.session_hash = "hash-of-the-password";
    return user;
  }
  User user = ann();
  int sign_ins = 0;
};

inline Settings test_settings() {
  Settings settings;
  settings.secret_key = test_secret;
  settings.allowed_hosts = {"testserver", "127.0.0.1"};
  return settings;
}

// 2026-11-22 13:43:48
inline constexpr Time test_time{std::chrono::sys_days{std::chrono::year(2026) / 11 / 22} +
                                std::chrono::hours(13) + std::chrono::minutes(43) +
                                std::chrono::seconds(48)};

struct Site {
  MemorySessions sessions;
  MemoryUsers users;
  VirtualClock clock{test_time};
  ApplicationParts parts;
  std::unique_ptr<Application> application;
  std::unique_ptr<Client> client;

  explicit Site(UrlPatterns urls, Settings settings = test_settings()) {
    log::configure(log::Level::off, log::Format::logfmt);  // failures are wanted here
    parts.settings = std::move(settings);
    parts.urls = std::move(urls);
    parts.sessions = &sessions;
    parts.users = &users;
    parts.clock = &clock;
  }
  // Made at the first request, so that tests can change `parts` before.
  Client& ask() {
    if (!application) {
      application = std::make_unique<Application>(parts);
      client = std::make_unique<Client>(*application);
    }
    return *client;
  }
  HttpResponse get(std::string_view target, Client::Headers headers = {}) {
    return ask().get(target, std::move(headers));
  }
  HttpResponse send(std::string method, std::string target, Client::Headers headers = {},
                    std::string body = {}) {
    RawRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers = std::move(headers);
    request.body = std::move(body);
    return ask().send(std::move(request));
  }
};

inline HttpResponse plain(std::string text) {
  return HttpResponse(std::move(text), 200, "text/plain; charset=utf-8");
}

inline const Cookie* find_cookie(const HttpResponse& response, std::string_view name) {
  for (const auto& cookie : response.cookies()) {
    if (cookie.name == name) return &cookie;
  }
  return nullptr;
}

}  // namespace tt::web
