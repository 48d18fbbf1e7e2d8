#pragma once

#include <thingtank/web.h>

namespace myapp {

tt::web::SiteApp app();
tt::web::HttpResponse home(const tt::web::HttpRequest& request);

}  // namespace myapp
