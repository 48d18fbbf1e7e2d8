#include "web/manage/manage.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "web/manage/commands.h"

namespace tt::web {
namespace {

std::filesystem::path settings_file(const std::string& given) {
  std::filesystem::path file = given.empty() ? "settings.json" : given;
  if (std::filesystem::exists(file)) return file;
  throw Error(Code::not_found, file.string() +
                                   " is not there; change to the site's folder, or say "
                                   "--settings FILE");
}

}  // namespace

int manage(int argc, char** argv, SiteParts parts) {
  CLI::App cli("A web site made with Thingtank");
  cli.require_subcommand(1);
  cli.fallthrough();
  std::string settings;
  cli.add_option("--settings", settings, "the site's settings (default: settings.json)");

  std::unique_ptr<LoadedSite> loaded;
  GetSite site = [&]() -> LoadedSite& {
    if (!loaded) {
      auto file = settings_file(settings);
      loaded = std::make_unique<LoadedSite>(std::move(parts), load_settings(file));
    }
    return *loaded;
  };
  Outcome outcome;
  add_server_commands(cli, site, settings, outcome);
  add_database_commands(cli, site, outcome);
  add_fixture_commands(cli, site);
  add_account_commands(cli, site);
  add_project_commands(cli, site, outcome);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return cli.exit(e) == 0 ? 0 : 2;
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}: {}\n", argv[0], e.what());
    return 1;
  }
  return outcome.exit_code;
}

}  // namespace tt::web
