#include "web/rest/auth_urls.h"

#include "web/auth/views.h"

namespace tt::web::rest {

UrlPatterns auth_urls() {
  return {url("^login/$", auth::login_view(), "login"),
          url("^logout/$", auth::logout_view(), "logout")};
}

}  // namespace tt::web::rest
