#include "web/rest/authentication.h"

#include "base/bytes.h"
#include "orm/current.h"
#include "orm/queryset.h"
#include "web/auth/models.h"
#include "web/core/application.h"
#include "web/core/csrf.h"
#include "web/rest/api_error.h"
#include "wire/header_value.h"

namespace tt::web::rest {
namespace {

// The words of the Authorization header.
std::vector<std::string_view> words_of(std::string_view header) {
  std::vector<std::string_view> words;
  while (true) {
    std::size_t begin = header.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    std::size_t end = std::min(header.find_first_of(" \t", begin), header.size());
    words.push_back(header.substr(begin, end - begin));
    header.remove_prefix(end);
  }
}

bool is_scheme(const std::vector<std::string_view>& words, std::string_view scheme) {
  return !words.empty() && wire::equal_ignoring_case(words[0], scheme);
}

// What is no letter of the alphabet is passed over, as Python does; nullopt for a wrong length.
std::optional<std::string> base64_leniently(std::string_view text) {
  std::string letters;
  for (char sign : text) {
    if (sign == '=' && letters.size() % 4 >= 2) break;
    bool is_letter = (sign >= 'a' && sign <= 'z') || (sign >= 'A' && sign <= 'Z') ||
                     (sign >= '0' && sign <= '9') || sign == '+' || sign == '/';
    if (is_letter) letters += sign;
  }
  std::size_t missing = (4 - letters.size() % 4) % 4;
  std::size_t given = 0;
  for (char sign : text) given += sign == '=';
  if (missing == 3 || given < missing) return std::nullopt;
  return from_base64(letters);
}

std::string from_latin1(std::string_view bytes) {
  std::string text;
  for (char sign : bytes) {
    auto byte = static_cast<unsigned char>(sign);
    if (byte < 0x80) {
      text += sign;
    } else {
      text += static_cast<char>(0xC0 | (byte >> 6));
      text += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return text;
}

// nullptr if nobody is signed in; throws denied without the CSRF token.
UserPtr by_session(const HttpRequest& request) {
  UserPtr user = request.user();
  if (!user->is_authenticated() || !user->is_active) return nullptr;
  if (auto problem = csrf_problem(request)) throw ApiError(403, "CSRF Failed: " + *problem);
  return user;
}

UserPtr by_password(const HttpRequest& request) {
  auto words = words_of(request.header("Authorization"));
  if (!is_scheme(words, "basic")) return nullptr;
  if (words.size() == 1) {
    throw AuthenticationError("Invalid basic header. No credentials provided.");
  }
  if (words.size() > 2) {
    throw AuthenticationError(
        "Invalid basic header. Credentials string should not contain spaces.");
  }
  auto decoded = base64_leniently(words[1]);
  if (!decoded) {
    throw AuthenticationError("Invalid basic header. Credentials not correctly base64 encoded.");
  }
  std::string credentials = is_utf8(*decoded) ? *decoded : from_latin1(*decoded);
  std::size_t colon = std::min(credentials.find(':'), credentials.size());
  std::string_view password(credentials);
  password.remove_prefix(std::min(colon + 1, password.size()));
  UserStore* users = request.application().users();
  UserPtr user;
  if (users != nullptr) {
    user = users->authenticate(std::string_view(credentials).substr(0, colon), password,
                               request.remote_address());
  }
  if (!user) throw AuthenticationError("Invalid username/password.");
  return user;
}

UserPtr by_token(const HttpRequest& request) {
  auto words = words_of(request.header("Authorization"));
  if (!is_scheme(words, "token")) return nullptr;
  if (words.size() == 1) {
    throw AuthenticationError("Invalid token header. No credentials provided.");
  }
  if (words.size() > 2) {
    throw AuthenticationError("Invalid token header. Token string should not contain spaces.");
  }
  UserStore* users = request.application().users();
  orm::Session* session = orm::find_current_session();
  if (users == nullptr || session == nullptr || !is_utf8(words[1]) ||
      words[1].find('\0') != std::string_view::npos) {
    throw AuthenticationError("Invalid token.");
  }
  orm::Records tokens(*session, orm::model_info<auth::Token>());
  auto token = tokens.filter("key", std::string(words[1])).first();
  if (!token) throw AuthenticationError("Invalid token.");
  UserPtr user = users->find(orm::as_integer(token->get("user")));
  if (!user || !user->is_active) throw AuthenticationError("User inactive or deleted.");
  return user;
}

UserPtr by(Authentication way, const HttpRequest& request) {
  switch (way) {
    case Authentication::session: return by_session(request);
    case Authentication::basic: return by_password(request);
    case Authentication::token: return by_token(request);
  }
  return nullptr;
}

}  // namespace

std::string_view challenge_of(Authentication authentication) {
  switch (authentication) {
    case Authentication::session: return {};
    case Authentication::basic: return "Basic realm=\"api\"";
    case Authentication::token: return "Token";
  }
  return {};
}

Authenticated authenticate(const HttpRequest& request, std::span<const Authentication> ways) {
  for (Authentication way : ways) {
    UserPtr user = by(way, request);
    if (!user) continue;
    if (way != Authentication::session) request.set_user(user);
    return {std::move(user), way};
  }
  return {};
}

}  // namespace tt::web::rest
