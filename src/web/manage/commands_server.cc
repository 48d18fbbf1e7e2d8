// serve, runserver.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "base/error.h"
#include "orm/migrations/run.h"
#include "web/auth/checks.h"
#include "web/manage/commands.h"
#include "web/manage/http_service.h"
#include "web/manage/reloader.h"

namespace tt::web {
namespace {

// "8000", "0:8000" and "127.0.0.1:8000" mean what they mean for Django.
std::string address_of(const std::string& text) {
  if (text.find(':') == std::string::npos) return "127.0.0.1:" + text;
  if (text.starts_with("0:")) return "0.0.0.0" + text.substr(1);
  return text;
}

void serve(LoadedSite& site, const std::string& listen) {
  ServiceOptions options{.listen = address_of(listen), .view_threads = view_threads};
  serve_http(site.application(), options, [](const std::string& address) {
    fmt::print("ready http={} pid={}\n", address, ::getpid());
    std::fflush(stdout);
  });
}

void add_serve(CLI::App& cli, const GetSite& site) {
  auto* verb = cli.add_subcommand("serve", "Serve the site until SIGINT or SIGTERM");
  auto listen = std::make_shared<std::string>("127.0.0.1:8000");
  verb->add_option("address", *listen, "[HOST:]PORT; port 0 takes a free one")
      ->capture_default_str();
  verb->callback([&site, listen] { serve(site(), *listen); });
}

// What a developer wants to know before the first request.
void print_state(LoadedSite& site) {
  fmt::print("Performing system checks...\n");
  auth::SiteParts parts{site.apps(), &site.application().urls()};
  auto messages = auth::run_checks(site.settings(), parts, auth::Deploy::no);
  fmt::print("{}", auth::describe(messages));
  std::ostringstream unread;
  orm::migrations::MigrateRequest plan{.running = orm::migrations::Running::plan};
  auto missing = orm::migrations::migrate(site.database(), site.orm_apps(), plan, unread);
  if (!missing.empty()) {
    fmt::print("You have {} unapplied migration(s); run `migrate` to apply them.\n",
               missing.size());
  }
  std::fflush(stdout);
}

void serve_to_developer(LoadedSite& site, const std::string& listen) {
  print_state(site);
  ServiceOptions options{.listen = address_of(listen), .view_threads = view_threads};
  serve_http(site.application(), options, [](const std::string& address) {
    fmt::print("Starting development server at http://{}/\nQuit the server with CONTROL-C.\n",
               address);
    std::fflush(stdout);
  });
}

struct RunserverOptions {
  std::string address = "127.0.0.1:8000";
  bool no_reload = false;
};

int reload(const RunserverOptions& options, const std::string& settings) {
  namespace fs = std::filesystem;
  ReloaderOptions reloader;
  reloader.program = fs::read_symlink("/proc/self/exe");
  reloader.arguments = {"runserver", options.address, "--noreload"};
  if (!settings.empty())
    reloader.arguments.insert(reloader.arguments.end(), {"--settings", settings});
  reloader.build = reloader.program.parent_path();
  while (!fs::exists(reloader.build / "CMakeCache.txt")) {
    if (!reloader.build.has_relative_path()) {
      throw Error(Code::invalid,
                  "runserver: the program is not in a build folder, so it cannot be "
                  "built anew; use --noreload");
    }
    reloader.build = reloader.build.parent_path();
  }
  reloader.sources = fs::absolute(settings.empty() ? "settings.json" : settings).parent_path();
  return run_reloader(reloader);
}

void add_runserver(CLI::App& cli, const GetSite& site, const std::string& settings,
                   Outcome& outcome) {
  auto* verb = cli.add_subcommand(
      "runserver", "Serve the site to its developer: builds and restarts when a source changes");
  auto options = std::make_shared<RunserverOptions>();
  verb->add_option("address", options->address, "[HOST:]PORT")->capture_default_str();
  verb->add_flag("--noreload", options->no_reload, "do not watch the sources");
  verb->callback([&site, &settings, &outcome, options] {
    if (options->no_reload) return serve_to_developer(site(), options->address);
    outcome.exit_code = reload(*options, settings);
  });
}

}  // namespace

void add_server_commands(CLI::App& cli, const GetSite& site, const std::string& settings,
                         Outcome& outcome) {
  add_runserver(cli, site, settings, outcome);
  add_serve(cli, site);
}

}  // namespace tt::web
