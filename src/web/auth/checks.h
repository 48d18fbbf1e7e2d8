#pragma once

// `manage check [--deploy]`: what is wrong, or dangerous, about a site before it is started.  The
// ids are those of Django's checks with the same meaning.

#include <span>
#include <string>
#include <vector>

#include "web/core/apps.h"
#include "web/core/settings.h"
#include "web/core/urls.h"
#include "web/template/engine.h"

namespace tt::web::auth {

enum class CheckLevel : std::uint8_t { warning, error };

struct CheckMessage {
  CheckLevel level = CheckLevel::warning;
  std::string id;    // "security.W018"
  std::string text;  // one sentence
  std::string hint;  // what to do; may be empty
};

// For a site that is only developed, or one that is open to the world.
enum class Deploy : bool { no, yes };

std::vector<CheckMessage> run_checks(const Settings& settings, Deploy deploy);
// Of what the site is made of; what is null is not looked at.
struct SiteParts {
  std::span<const App> apps;
  const UrlResolver* urls = nullptr;
};
std::vector<CheckMessage> run_checks(const Settings& settings, const SiteParts& parts,
                                     Deploy deploy);

// As the command prints them: "WARNING ?: (security.W018) …\n\tHINT: …" a message, and how many.
std::string describe(std::span<const CheckMessage> messages);
bool has_errors(std::span<const CheckMessage> messages);

}  // namespace tt::web::auth
