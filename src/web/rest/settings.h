#pragma once

// RestSettings: what REST_FRAMEWORK in settings.json says, read once.
//
//   "REST_FRAMEWORK": {
//     "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
//     "DEFAULT_AUTHENTICATION_CLASSES": ["SessionAuthentication", "BasicAuthentication"],
//     "DEFAULT_PAGINATION_CLASS": "PageNumberPagination", "PAGE_SIZE": 10,
//     "DEFAULT_THROTTLE_CLASSES": ["UserRateThrottle"],
//     "DEFAULT_THROTTLE_RATES": {"user": "1000/day"}
//   }
//
// Classes go by Django REST framework's names, with or without their module.  PAGE_SIZE alone means
// pages by number; PAGINATE_BY is its old name.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "web/core/settings.h"
#include "web/rest/authentication.h"
#include "web/rest/pagination.h"
#include "web/rest/permission.h"
#include "web/rest/throttle.h"

namespace tt::web::rest {

enum class Renderer : unsigned char { json, browsable };
enum class Parser : unsigned char { json, form, multipart };
enum class Filter : unsigned char { fields, search, ordering };

struct RestSettings {
  std::vector<Renderer> renderers = {Renderer::json, Renderer::browsable};
  std::vector<Parser> parsers = {Parser::json, Parser::form, Parser::multipart};
  std::vector<Authentication> authentications = {Authentication::session, Authentication::basic};
  std::vector<Permission> permissions = {allow_any};
  std::vector<Throttle> throttles;
  std::map<std::string, Rate, std::less<>> throttle_rates;
  // Which filters views have; those that name no fields filter by nothing.
  std::vector<Filter> filters = {Filter::fields, Filter::search, Filter::ordering};
  std::optional<Pagination> pagination;
  std::optional<std::size_t> proxies;            // NUM_PROXIES: how many in front of the server
  std::string search_parameter = "search";       // SEARCH_PARAM
  std::string ordering_parameter = "ordering";   // ORDERING_PARAM
  std::string format_parameter = "format";       // URL_FORMAT_OVERRIDE; empty: none
  std::size_t json_depth_max = 64;               // JSON_DEPTH_MAX
  std::size_t throttle_entries_max = 1'000'000;  // THROTTLE_ENTRIES_MAX: requests remembered
  std::string title;                             // SCHEMA_TITLE: of the API in its document
  std::string version = "1.0";                   // SCHEMA_VERSION
};

// Throws invalid, naming the setting and, for an unknown name, the nearest that exists.
RestSettings read_settings(const boost::json::object& rest_framework);

}  // namespace tt::web::rest
