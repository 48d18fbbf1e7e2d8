// makemigrations, migrate, showmigrations, sqlmigrate.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "orm/migrations/make.h"
#include "orm/migrations/run.h"
#include "web/auth/permissions.h"
#include "web/manage/commands.h"

namespace tt::web {
namespace {

namespace migrations = orm::migrations;

struct MakeOptions {
  migrations::MakeRequest request;
  bool dry_run = false;
  bool check = false;
  bool no_input = false;
};

// Questions are asked at a terminal only; elsewhere the answer is no.
std::unique_ptr<migrations::Questions> questions(bool no_input) {
  if (no_input || ::isatty(STDIN_FILENO) == 0) return std::make_unique<migrations::NoQuestions>();
  return std::make_unique<migrations::TerminalQuestions>(std::cin, std::cout);
}

void add_makemigrations(CLI::App& cli, const GetSite& site, Outcome& outcome) {
  auto* verb = cli.add_subcommand("makemigrations", "Write migrations for what changed in models");
  auto options = std::make_shared<MakeOptions>();
  verb->add_option("app", options->request.labels, "apps (default: all)");
  verb->add_option("-n,--name", options->request.name, "name of the migration");
  verb->add_flag("--empty", options->request.is_empty, "one without operations, to be filled in");
  verb->add_flag("--dry-run", options->dry_run, "only say what would be written");
  verb->add_flag("--check", options->check, "exit with 1 if migrations are missing");
  verb->add_flag("--noinput,--no-input", options->no_input, "ask nothing");
  verb->callback([&site, &outcome, options] {
    if (options->dry_run) options->request.making = migrations::Making::dry_run;
    if (options->check) options->request.making = migrations::Making::check;
    auto asking = questions(options->no_input);
    auto made =
        migrations::make_migrations(site().orm_apps(), options->request, *asking, std::cout);
    if (options->check && !made.empty()) outcome.exit_code = 1;
  });
}

struct MigrateOptions {
  migrations::MigrateRequest request;
  bool fake = false;
  bool plan = false;
};

void migrate(LoadedSite& site, const MigrateOptions& options) {
  auto request = options.request;
  if (options.fake) request.running = migrations::Running::fake;
  if (options.plan) request.running = migrations::Running::plan;
  if (!options.plan) site.migrate_accounts();
  migrations::migrate(site.database(), site.orm_apps(), request, std::cout);
  if (!options.plan) auth::create_permissions(site.database(), site.apps());
}

void add_migrate(CLI::App& cli, const GetSite& site) {
  auto* verb = cli.add_subcommand("migrate", "Bring the database to the state of the migrations");
  verb->alias("syncdb");
  auto options = std::make_shared<MigrateOptions>();
  verb->add_option("app", options->request.app, "only this app");
  verb->add_option("name", options->request.name,
                   "up or back to this migration; zero: before the first");
  verb->add_flag("--fake", options->fake, "only record them as applied");
  verb->add_flag("--plan", options->plan, "only say what would be done");
  verb->callback([&site, options] { migrate(site(), *options); });
}

void add_showmigrations(CLI::App& cli, const GetSite& site) {
  auto* verb = cli.add_subcommand("showmigrations", "List migrations, and which are applied");
  auto labels = std::make_shared<std::vector<std::string>>();
  verb->add_option("app", *labels, "apps (default: all)");
  verb->callback([&site, labels] {
    migrations::show_migrations(site().database(), site().orm_apps(), *labels, std::cout);
  });
}

void add_sqlmigrate(CLI::App& cli, const GetSite& site) {
  auto* verb = cli.add_subcommand("sqlmigrate", "Print the statements of a migration");
  auto request = std::make_shared<migrations::SqlRequest>();
  verb->add_option("app", request->app, "the app")->required();
  verb->add_option("name", request->name, "the migration, or how its name begins")->required();
  auto backwards = std::make_shared<bool>(false);
  verb->add_flag("--backwards", *backwards, "those that take it back");
  verb->callback([&site, request, backwards] {
    if (*backwards) request->direction = migrations::SqlRequest::Direction::backwards;
    migrations::sql_migrate(site().database(), site().orm_apps(), *request, std::cout);
  });
}

}  // namespace

void add_database_commands(CLI::App& cli, const GetSite& site, Outcome& outcome) {
  add_makemigrations(cli, site, outcome);
  add_migrate(cli, site);
  add_showmigrations(cli, site);
  add_sqlmigrate(cli, site);
}

}  // namespace tt::web
