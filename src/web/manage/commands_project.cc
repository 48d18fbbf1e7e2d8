// startapp, check, showurls.
#include <fmt/format.h>

#include <iostream>

#include "base/error.h"
#include "web/auth/checks.h"
#include "web/manage/commands.h"
#include "web/scaffold/scaffold.h"

namespace tt::web {
namespace {

void add_startapp(CLI::App& cli, const GetSite& site) {
  auto* verb = cli.add_subcommand("startapp", "Write the files of a new app");
  auto name = std::make_shared<std::string>();
  verb->add_option("name", *name, "its name, also that of its folder")->required();
  verb->callback([&site, name] {
    for (const auto& file : scaffold::make_app(site().settings().base_dir, *name)) {
      std::cout << "  " << file.string() << '\n';
    }
    std::cout << fmt::format(
        "Add {0}::app() to the apps in main.cc, with #include \"{0}/app.h\".\n", *name);
  });
}

void check(LoadedSite& site, auth::Deploy deploy, Outcome& outcome) {
  auth::SiteParts parts{site.apps(), &site.application().urls()};
  auto messages = auth::run_checks(site.settings(), parts, deploy);
  std::cout << auth::describe(messages);
  if (auth::has_errors(messages)) outcome.exit_code = 1;
}

void add_check(CLI::App& cli, const GetSite& site, Outcome& outcome) {
  auto* verb = cli.add_subcommand("check", "Look for mistakes in settings, models and URLs");
  auto deploy = std::make_shared<bool>(false);
  verb->add_flag("--deploy", *deploy, "also what matters when the site is open to the world");
  verb->callback([&site, &outcome, deploy] {
    check(site(), *deploy ? auth::Deploy::yes : auth::Deploy::no, outcome);
  });
}

void add_showurls(CLI::App& cli, const GetSite& site) {
  auto* verb = cli.add_subcommand("showurls", "List the URL patterns");
  verb->callback([&site] {
    for (const std::string& route : site().application().urls().routes())
      std::cout << route << '\n';
  });
}

}  // namespace

void add_project_commands(CLI::App& cli, const GetSite& site, Outcome& outcome) {
  add_startapp(cli, site);
  add_check(cli, site, outcome);
  add_showurls(cli, site);
}

}  // namespace tt::web
