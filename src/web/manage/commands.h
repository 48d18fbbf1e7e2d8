#pragma once

// Commands: each adds one verb of `manage` to the command line.  What a command throws is the
// reason why it failed.

#include <CLI/App.hpp>
#include <functional>

#include "web/manage/loaded_site.h"

namespace tt::web {

// Gives the site once the arguments have been read, --settings among them.
using GetSite = std::function<LoadedSite&()>;

// What the process returns; a command that fails without an Error sets it.
struct Outcome {
  int exit_code = 0;
};

void add_database_commands(CLI::App& cli, const GetSite& site, Outcome& outcome);
void add_fixture_commands(CLI::App& cli, const GetSite& site);
void add_account_commands(CLI::App& cli, const GetSite& site);
void add_project_commands(CLI::App& cli, const GetSite& site, Outcome& outcome);
// `settings` is the file that --settings names, so that the developer's server can hand it on.
void add_server_commands(CLI::App& cli, const GetSite& site, const std::string& settings,
                         Outcome& outcome);

}  // namespace tt::web
