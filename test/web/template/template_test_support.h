#pragma once

// One template in, one page out.

#include <doctest/doctest.h>

#include "web/template/engine.h"

namespace tt::web {

using Sources = std::map<std::string, std::string, std::less<>>;

inline std::string page(std::string source, const Context& context = {}, Sources others = {}) {
  TemplateSettings settings;
  settings.clock = std::make_shared<VirtualClock>(*parse_time("2014-03-04T10:30:10Z"));
  settings.url = [](const UrlQuestion& question) -> std::optional<std::string> {
    if (question.name != "station") return std::nullopt;
    return question.positional.empty() ? "/stations/?a&b"
                                       : "/station/" + question.positional[0].text();
  };
  Engine engine(std::make_unique<MapLoader>(std::move(others)), std::move(settings));
  return engine.compile(std::move(source), "page.html")->render(context);
}

// The message of the TemplateError; "no error" if there is none.
inline std::string failure(std::string source, const Context& context = {}, Sources others = {}) {
  try {
    page(std::move(source), context, std::move(others));
  } catch (const TemplateError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace tt::web
