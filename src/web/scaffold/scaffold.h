#pragma once

// Scaffold: the files of a new site or app, written from the texts in project/ and app/.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "web/core/application.h"

namespace tt::web::scaffold {

// Makes the folder `parent`/`name` with a site that builds and runs: CMake, settings.json with a
// secret of its own, manage, and one app.  The files, relative to `parent`.  Throws invalid for a
// name that is no C++ identifier, conflict if the folder exists.
std::vector<std::filesystem::path> make_site(const std::filesystem::path& parent,
                                             std::string_view name, std::string_view app_name);

// Makes the app `name` in the site's folder.  Throws as make_site does.
std::vector<std::filesystem::path> make_app(const std::filesystem::path& site,
                                            std::string_view name);

// The texts, with their paths below src/web/scaffold: "app/models.h.in".
std::vector<EmbeddedFile> scaffold_files();

}  // namespace tt::web::scaffold
