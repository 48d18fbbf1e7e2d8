#pragma once

// Site: what the API keeps for one application: its settings, links, and who asked how often.

#include "web/core/application.h"
#include "web/rest/links.h"
#include "web/rest/settings.h"
#include "web/rest/throttle.h"

namespace tt::web::rest {

class Site {
 public:
  explicit Site(const Application* application);

  // The application's; made at the first request.
  static Site& of(const Application& application);

  const Application& application() const { return application_; }
  const RestSettings& settings() const { return settings_; }
  Links& links() { return links_; }
  RequestHistory& history() { return history_; }

 private:
  const Application& application_;
  RestSettings settings_;
  Links links_;
  RequestHistory history_;
};

// Throws invalid if REST_FRAMEWORK cannot be understood; for programs that want to know before the
// first request.
void check_settings(const Settings& settings);

}  // namespace tt::web::rest
