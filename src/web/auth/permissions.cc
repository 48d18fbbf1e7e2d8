#include "web/auth/permissions.h"

#include <set>
#include <vector>

#include <fmt/format.h>

#include "web/auth/models.h"
#include "web/template/text.h"

namespace tt::web::auth {

using namespace tt::orm::literals;

std::string model_key(const orm::ModelInfo& model) { return lower(model.name); }

std::string permission_name(std::string_view action, std::string_view app_label,
                            const orm::ModelInfo& model) {
  return fmt::format("{}.{}_{}", app_label, action, model_key(model));
}

namespace {

std::vector<Permission> missing_permissions(orm::Session& session, const App& app) {
  std::set<std::string> there;
  auto rows = orm::objects<Permission>(session).filter("app_label"_k = app.label).rows();
  for (const auto& row : rows) there.insert(*row.codename);
  std::vector<Permission> missing;
  for (const auto* model : app.models) {
    for (auto action : permission_actions) {
      auto codename = fmt::format("{}_{}", action, model_key(*model));
      if (there.contains(codename)) continue;
      Permission& row = missing.emplace_back();
      row.name = fmt::format("Can {} {}", action, model->verbose_name);
      row.app_label = app.label;
      row.model = model_key(*model);
      row.codename = codename;
    }
  }
  return missing;
}

}  // namespace

std::size_t create_permissions(orm::Session& session, std::span<const App> apps) {
  std::size_t count = 0;
  session.transact_with([&](orm::Session& inside) {
    for (const auto& app : apps) {
      auto missing = missing_permissions(inside, app);
      orm::objects<Permission>(inside).bulk_create(missing);
      count += missing.size();
    }
  });
  return count;
}

}  // namespace tt::web::auth
