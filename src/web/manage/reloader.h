#pragma once

// The developer's server: builds the project when a source changes and starts the new program in
// place of the old one.  Templates and static files need neither: they are read anew when they
// change.

#include <filesystem>
#include <string>
#include <vector>

namespace tt::web {

struct ReloaderOptions {
  std::filesystem::path program;       // the running executable, inside its build folder
  std::vector<std::string> arguments;  // of the program that serves
  std::filesystem::path sources;       // the project's folder
  std::filesystem::path build;         // where cmake --build is run
};

// Runs until SIGINT or SIGTERM; the exit code.  A build that fails is shown, and the old program
// goes on serving.
int run_reloader(const ReloaderOptions& options);

// Size and time of every file that the program is made from (C++, CMake, settings.json); changes
// when one of them does.  Folders called build or starting with a dot are left out.
std::string fingerprint(const std::filesystem::path& sources);

}  // namespace tt::web
