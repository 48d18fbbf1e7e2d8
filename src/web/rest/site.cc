#include "web/rest/site.h"

namespace tt::web::rest {

Site::Site(const Application* application)
    : application_(*application),
      settings_(read_settings(application->settings().rest_framework)),
      links_(application->urls()),
      history_(settings_.throttle_entries_max) {}

Site& Site::of(const Application& application) {
  return application.extensions().of<Site>(&application);
}

void check_settings(const Settings& settings) { read_settings(settings.rest_framework); }

}  // namespace tt::web::rest
