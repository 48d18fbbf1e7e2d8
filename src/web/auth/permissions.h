#pragma once

// The four permissions of every model: add, change, delete and view.

#include <span>
#include <string>
#include <string_view>

#include "orm/database.h"
#include "web/core/apps.h"

namespace tt::web::auth {

inline constexpr std::string_view permission_actions[] = {"add", "change", "delete", "view"};

// "rainstation" for RainStation, as in permissions and in the URLs of the admin.
std::string model_key(const orm::ModelInfo& model);
// "weather.add_station"
std::string permission_name(std::string_view action, std::string_view app_label,
                            const orm::ModelInfo& model);

// Makes those that are missing, for every model of `apps`; how many.  Called after migrations.
std::size_t create_permissions(orm::Session& session, std::span<const App> apps);

}  // namespace tt::web::auth
