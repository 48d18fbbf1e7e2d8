// The command line: thingtank serve | demo | check | backup | restore | new.

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/backup_command.h"
#include "app/demo/demo.h"
#include "app/main/application.h"
#include "base/error.h"
#include "web/scaffold/scaffold.h"

namespace {

using namespace tt;

// What several verbs share.
struct CommonOptions {
  std::string config_file;
  std::string data;
  std::vector<std::string> listen;
  std::string log_level;
};

app::Config make_config(const CommonOptions& options) {
  app::Config config;
  if (!options.config_file.empty()) app::load_config(config, options.config_file);
  if (!options.data.empty()) config.data = options.data;
  if (!options.log_level.empty()) config.log_level = log::level_from(options.log_level);
  for (const auto& text : options.listen) app::set_listener(config, text);
  return config;
}

void add_common(CLI::App& verb, CommonOptions& options) {
  verb.add_option("--config", options.config_file, "TOML file with settings")
      ->check(CLI::ExistingFile);
  verb.add_option("--data", options.data, "folder that holds everything (default: thingtank-data)");
  verb.add_option("--log-level", options.log_level,
                  "debug, info, warn, error or off (default: info)");
}

void add_serve(CLI::App& cli, CommonOptions& options) {
  auto* verb = cli.add_subcommand("serve", "Run the server until SIGINT or SIGTERM");
  add_common(*verb, options);
  verb->add_option(
      "--listen", options.listen,
      "NAME=HOST:PORT, e.g. http=0.0.0.0:80; port 0 takes a free one; may be repeated");
  verb->callback([&options] { app::serve(make_config(options), TT_VERSION); });
}

void add_check(CLI::App& cli, CommonOptions& options) {
  auto* verb = cli.add_subcommand("check", "Check configuration and data folder, then exit");
  add_common(*verb, options);
  verb->callback([&options] {
    auto config = make_config(options);
    app::check(config);
    std::printf("ok: configuration and data folder %s are good\n", config.data.c_str());
  });
}

void add_demo(CLI::App& cli, app::DemoOptions& options) {
  auto* verb = cli.add_subcommand("demo", "Be a weather station that sends readings to a server");
  verb->add_option("--url", options.url, "the server")->capture_default_str();
  verb->add_option("--key", options.key, "API key (default: the environment's THINGTANK_API_KEY)")
      ->envname("THINGTANK_API_KEY")
      ->required();
  verb->add_option("--interval", options.interval_s, "seconds between two readings")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  verb->callback([&options] { std::exit(app::run_demo(options)); });
}

void add_backup(CLI::App& cli, CommonOptions& common, app::BackupOptions& options) {
  auto* verb = cli.add_subcommand("backup", "Write all that a server keeps to one file");
  add_common(*verb, common);
  verb->add_option("file", options.file, "the file to make, or - for standard output")->required();
  verb->add_option("--url", options.url,
                   "a running server elsewhere (default: the one that uses the data folder)");
  verb->add_option("--key", options.key,
                   "master API key of an administrator (default: the environment's "
                   "THINGTANK_API_KEY, or the one in the data folder)")
      ->envname("THINGTANK_API_KEY");
  verb->callback([&] { app::run_backup(make_config(common), options, TT_VERSION); });
}

void add_restore(CLI::App& cli, CommonOptions& common, std::string& file) {
  auto* verb = cli.add_subcommand("restore", "Make an empty data folder what a backup says");
  verb->add_option("file", file, "a file of `thingtank backup`, or - for standard input")
      ->required();
  verb->add_option("--data", common.data, "the folder to make; empty, or none yet")->required();
  verb->callback([&] { app::run_restore(common.data, file); });
}

struct NewSite {
  std::string name;
  std::string app = "myapp";
};

void make_site(const NewSite& site) {
  for (const auto& file : web::scaffold::make_site(".", site.name, site.app)) {
    std::printf("  %s\n", file.c_str());
  }
  std::printf(
      "\nNext:\n  cd %s\n  ./manage migrate\n  ./manage createsuperuser\n  ./manage runserver\n",
      site.name.c_str());
}

void add_new(CLI::App& cli, NewSite& site) {
  auto* verb = cli.add_subcommand("new", "Write the files of a new web site (docs/guide/web.md)");
  verb->add_option("name", site.name, "its name, also that of its folder")->required();
  verb->add_option("--app", site.app, "the name of its first app")->capture_default_str();
  verb->callback([&site] { make_site(site); });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App cli("Thingtank: a self-hosted IoT cloud", "thingtank");
  cli.set_version_flag("--version", "thingtank " TT_VERSION);
  cli.require_subcommand(1);
  CommonOptions common;
  app::DemoOptions demo;
  app::BackupOptions backup;
  std::string backup_file;
  NewSite site;
  add_serve(cli, common);
  add_check(cli, common);
  add_demo(cli, demo);
  add_backup(cli, common, backup);
  add_restore(cli, common, backup_file);
  add_new(cli, site);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return cli.exit(e) == 0 ? 0 : 2;
  } catch (const tt::Error& e) {
    std::fprintf(stderr, "thingtank: %s\n", e.what());
    return 1;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "thingtank: %s\n", e.what());
    return 1;
  }
  return 0;
}
