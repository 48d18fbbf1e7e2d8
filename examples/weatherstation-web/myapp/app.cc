#include "myapp/app.h"

#include "myapp/models.h"

using namespace tt::web;

namespace myapp {

void register_admin(admin::Site& site) {
  site.add<TemperatureData>();
  site.add<Station>({.list_display = {"name", "timestamp", "temperature"},
                     .list_filter = {"name"},
                     .search_fields = {"name"}});
}

SiteApp app() {
  return {.label = "myapp", .models = models_of<TemperatureData, Station>(),
          .admin = register_admin};
}

}  // namespace myapp
