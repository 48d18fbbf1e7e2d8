#include "myapp/api.h"
#include "myapp/app.h"

using namespace tt::web;

UrlPatterns urlpatterns(admin::Site& site) {
  auto router = rest::DefaultRouter().add<myapp::StationViewSet>("station");
  return {
      url("^", include(router.urls())),
      url("^api-auth/", include(rest::auth_urls(), "rest_framework")),
      url("^admin/", include(site.urls(), "admin")),
      url("^home/$", myapp::home, "home"),
  };
}

int main(int argc, char** argv) {
  return manage(argc, argv, {.urls = urlpatterns, .apps = {myapp::app()}});
}
