#pragma once

// The document of an API: OpenAPI 3.0.3 as JSON, made of the same declarations that the API itself
// is made of.
//
//   url("^schema/$", rest::schema_view({&router}, {.title = "Weather"}), "openapi-schema")

#include <string>
#include <vector>

#include "web/rest/router.h"

namespace tt::web::rest {

struct SchemaOptions {
  std::string title = "API";
  std::string version = "1.0";
  std::string description;
  std::string path_prefix = "/";  // where the routers are included
};

std::string openapi_json(const std::vector<Route>& routes, const SchemaOptions& options,
                         const RestSettings& settings);

// The routes are those that the routers have now.
View schema_view(const std::vector<const Router*>& routers, SchemaOptions options = {});

}  // namespace tt::web::rest
