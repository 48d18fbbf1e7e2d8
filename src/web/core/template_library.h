#pragma once

// What templates of a site know besides the language: {% url %} of the site's URLs, {% static %}
// of its files, and where they are loaded from.

#include <memory>
#include <vector>

#include "web/core/application.h"
#include "web/template/engine.h"

namespace tt::web {

// Files in the folders first, then what the program holds.
std::unique_ptr<Loader> site_loader(std::vector<std::filesystem::path> folders,
                                    const std::vector<EmbeddedFile>& embedded);

// `clock`, `urls` and `files` outlive the engine.
TemplateSettings site_template_settings(const Settings& settings, const Clock& clock,
                                        const UrlResolver& urls);
void add_site_tags(Engine& engine, const StaticFiles& files);

}  // namespace tt::web
