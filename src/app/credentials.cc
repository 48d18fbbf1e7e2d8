#include "app/credentials.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "base/error.h"
#include "base/random.h"

namespace tt::app {
namespace {

struct Setting {
  const char* section;
  const char* key;
  const char* environment;  // nullptr: not from there
  std::string Credentials::* member;
};

constexpr Setting settings[] = {
    {"default", "aws_access_key_id", "THINGTANK_ACCESS_KEY_ID", &Credentials::access_key_id},
    {"default", "aws_secret_access_key", "THINGTANK_SECRET_ACCESS_KEY",
     &Credentials::secret_access_key},
    {"thingtank", "login", nullptr, &Credentials::login},
    {"thingtank", "password", "THINGTANK_ADMIN_PASSWORD", &Credentials::password},
    {"thingtank", "api_key", "THINGTANK_API_KEY", &Credentials::api_key},
};

std::string to_text(const Credentials& credentials) {
  std::string text;
  std::string_view section;
  for (const auto& setting : settings) {
    if (section != setting.section) {
      section = setting.section;
      text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", section);
    }
    text += fmt::format("{} = {}\n", setting.key, credentials.*setting.member);
  }
  return text;
}

std::string_view trim(std::string_view text) {
  auto first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

std::optional<Credentials> read_credentials(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    if (errno == ENOENT) return std::nullopt;
    throw Error(Code::unavailable, fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  }
  Credentials credentials;
  std::string line, section;
  while (std::getline(file, line)) {
    auto text = trim(line);
    if (text.empty() || text[0] == '#') continue;
    if (text.front() == '[' && text.back() == ']') {
      section = text.substr(1, text.size() - 2);
      continue;
    }
    auto equals = text.find('=');
    if (equals == text.npos) {
      throw Error(Code::corrupt, fmt::format("{}: '{}' is not KEY = VALUE", path, text));
    }
    for (const auto& setting : settings) {
      if (section == setting.section && trim(text.substr(0, equals)) == setting.key) {
        credentials.*setting.member = trim(text.substr(equals + 1));
      }
    }
  }
  return credentials;
}

void write_credentials(const std::string& path, const Credentials& credentials) {
  auto text = to_text(credentials);
  auto temporary = path + ".new";
  int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool good = fd >= 0 &&
              ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
              ::fsync(fd) == 0;
  int error = errno;
  if (fd >= 0) ::close(fd);
  if (!good || ::rename(temporary.c_str(), path.c_str()) != 0) {
    throw Error(Code::unavailable,
                fmt::format("cannot write {}: {}", path, std::strerror(good ? errno : error)));
  }
}

Credentials make_credentials() {
  Credentials credentials;
  credentials.password = random_token(16);
  credentials.api_key = random_token(48);
  credentials.access_key_id = "AKIA";
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  for (unsigned char byte : random_bytes(16)) credentials.access_key_id += alphabet[byte % 32];
  credentials.secret_access_key = random_token(40);
  apply_environment(credentials);
  return credentials;
}

bool apply_environment(Credentials& credentials) {
  bool changed = false;
  for (const auto& setting : settings) {
    const char* value = setting.environment ? std::getenv(setting.environment) : nullptr;
    if (!value || !*value || credentials.*setting.member == value) continue;
    if (std::string_view(value).find_first_of("\r\n") != std::string_view::npos) {
      throw Error(Code::invalid, fmt::format("{} must be one line", setting.environment));
    }
    credentials.*setting.member = value;
    changed = true;
  }
  return changed;
}

}  // namespace tt::app
