#pragma once

// App: a part of a site with models of its own: the unit of migrations, permissions and the admin.

#include <filesystem>
#include <string>
#include <vector>

namespace tt::orm {
struct ModelInfo;
}

namespace tt::web {

struct App {
  std::string label;         // "myapp": of permissions, migrations, admin URLs
  std::string verbose_name;  // "Myapp" if empty
  std::vector<const orm::ModelInfo*> models;
  std::filesystem::path
      folder;  // of its sources, for migrations; empty: the app has none of its own
};

// The app that holds the model; nullptr if none does.
const App* app_of(const std::vector<App>& apps, const orm::ModelInfo& model);

}  // namespace tt::web
