// dumpdata, loaddata.
#include <fmt/format.h>

#include <iostream>

#include "orm/fixtures/dump.h"
#include "orm/fixtures/load.h"
#include "web/manage/commands.h"

namespace tt::web {
namespace {

namespace fixtures = orm::fixtures;

void add_dumpdata(CLI::App& cli, const GetSite& site) {
  auto* verb = cli.add_subcommand("dumpdata", "Print rows as a fixture (JSON)");
  auto request = std::make_shared<fixtures::DumpRequest>();
  verb->add_option("what", request->labels, "APP or APP.MODEL (default: everything)");
  verb->add_option("-e,--exclude", request->exclude, "APP or APP.MODEL that is left out");
  verb->add_option("--indent", request->indent, "spaces a level (default: all in one line)");
  verb->callback([&site, request] {
    // One transaction, so that the rows fit each other.
    site().database().transact_with([&](orm::Session& session) {
      fixtures::dump_data(session, site().orm_apps(), *request, std::cout);
    });
  });
}

void add_loaddata(CLI::App& cli, const GetSite& site) {
  auto* verb = cli.add_subcommand("loaddata", "Store the rows of fixtures, all of a file or none");
  auto files = std::make_shared<std::vector<std::string>>();
  verb->add_option("file", *files, "JSON files")->required();
  verb->callback([&site, files] {
    std::size_t count = 0;
    for (const std::string& file : *files) {
      count += fixtures::load_file(site().database(), site().orm_apps(), file);
    }
    std::cout << fmt::format("Installed {} object(s) from {} fixture(s)\n", count, files->size());
  });
}

}  // namespace

void add_fixture_commands(CLI::App& cli, const GetSite& site) {
  add_dumpdata(cli, site);
  add_loaddata(cli, site);
}

}  // namespace tt::web
