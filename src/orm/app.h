#pragma once

// App: some models under one label, as migrations and fixtures see them.

#include <filesystem>
#include <string>
#include <vector>

#include "orm/model.h"

namespace tt::orm {

struct App {
  std::string label;  // "weather"; letters, digits and '_'
  std::vector<const ModelInfo*> models;
  std::filesystem::path folder;  // of its sources; its migrations are in FOLDER/migrations
};

}  // namespace tt::orm
