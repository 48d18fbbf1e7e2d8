#include "web/auth/models.h"

#include <re2/re2.h>

#include "base/bytes.h"
#include "base/random.h"

namespace tt::web::auth {

std::optional<std::string> check_username(const orm::Value& value) {
  static const RE2 allowed("[\\pL\\pN_.@+-]+");
  auto text = std::get_if<std::string>(&value);
  if (text && RE2::FullMatch(*text, allowed)) return std::nullopt;
  return "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ "
         "characters.";
}

std::string make_token_key() { return to_hex(random_bytes(20)); }

std::vector<const orm::ModelInfo*> all_models() {
  return orm::models_of<Permission, Group, User, SessionRow, LogEntry, Token>();
}

App auth_app() {
  return {.label = "auth",
          .verbose_name = "Authentication and Authorization",
          .models = all_models(),
          .folder = {}};
}

}  // namespace tt::web::auth
