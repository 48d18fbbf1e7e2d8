#include "web/core/apps.h"

#include <algorithm>

namespace tt::web {

const App* app_of(const std::vector<App>& apps, const orm::ModelInfo& model) {
  for (const App& app : apps) {
    if (std::ranges::find(app.models, &model) != app.models.end()) return &app;
  }
  return nullptr;
}

}  // namespace tt::web
