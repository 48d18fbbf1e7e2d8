#pragma once

// What an Engine is told about its surroundings, and the limits of rendering.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/time.h"
#include "web/template/number_format.h"
#include "web/template/value.h"

namespace tt::web {

enum class Autoescape : bool { off, on };
// Whether a template is compiled again when its source has changed (for development).
enum class Reload : bool { no, yes };

struct TemplateLimits {
  std::size_t source_bytes_max = 4 * 1024 * 1024;
  std::size_t nesting_max = 100;  // of tags within tags while compiling
  std::size_t depth_max = 50;     // of include, extends and block.super while rendering
  std::size_t output_bytes_max = 64 * 1024 * 1024;
};

// What {% url "name" 1 key=2 %} asks for.
struct UrlQuestion {
  std::string name;
  List positional;
  Map named;
};

struct TemplateSettings {
  Autoescape autoescape = Autoescape::on;
  std::string string_if_invalid;  // for variables that are not there; "%s" is replaced by the name
  std::string static_url = "/static/";
  std::string media_url = "/media/";  // of {% get_media_prefix %}
  NumberFormat numbers;               // of the language: number_format_of("de")
  Reload reload = Reload::no;
  // The path for {% url %}; nullopt if nothing matches.  Without it {% url %} always fails.
  std::function<std::optional<std::string>(const UrlQuestion&)> url;
  // Says what time it is for {% now %} and timesince.  Not null.
  std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>();
  TemplateLimits limits;
};

// A template that cannot be compiled or rendered.  The message names template, line and tag:
// `station.html, line 3, in "for x items": ...`.
class TemplateError : public Error {
 public:
  TemplateError(Code code, const std::string& message) : Error(code, message) {}
};

}  // namespace tt::web
